package io.tally.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import io.tally.publish.ViewEngine;
import io.tally.publish.ViewEngines;
import io.tally.status.Problem.Unavailable;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * {@code GET /api/stream}: an event a second with all that the page shows of a view, made once for all who listen to it, and not
 * at all if nobody does. {@code GET /api/history}: the samples of the last minutes, to begin with.
 */
@Path("/api")
class StreamResource {

    private static final int MOST_LISTENERS = 200;
    /** Stands for the first view, whichever that is; no view has this name. */
    private static final String FIRST = "";

    private final Engine engine;
    private final ViewEngines views;
    private final History history;
    private final Live live;
    private final EngineMetrics metrics;
    private final ObjectMapper json;
    /** By the names of views; there are no more of them than there are views. */
    private final Map<String, Channel> channels = new ConcurrentHashMap<>();

    private final AtomicInteger listeners = new AtomicInteger();

    /** Those who listen to one view. */
    private static final class Channel {

        private final BroadcastProcessor<String> events = BroadcastProcessor.create();
        private final AtomicInteger listeners = new AtomicInteger();
    }

    StreamResource(
            Engine engine, ViewEngines views, History history, Live live, EngineMetrics metrics, ObjectMapper json) {
        this.engine = engine;
        this.views = views;
        this.history = history;
        this.live = live;
        this.metrics = metrics;
        this.json = json;
    }

    @Scheduled(every = "1s", identity = "look", concurrentExecution = ConcurrentExecution.SKIP)
    void look() throws JsonProcessingException {
        engine.look();
        metrics.bindViews();
        history.sample(System.nanoTime());
        for (Map.Entry<String, Channel> channel : channels.entrySet()) {
            if (channel.getValue().listeners.get() > 0) {
                channel.getValue().events.onNext(json.writeValueAsString(live.view(view(channel.getKey()))));
            }
        }
    }

    private Optional<ViewEngine> view(String name) {
        return name.equals(FIRST) ? views.all().stream().findFirst() : views.named(name);
    }

    /** A listener that is too slow misses events; the next one has everything again. */
    @GET
    @Path("/stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(summary = "Server-sent events, one a second, with the whole state of this engine, and what a view holds")
    public Multi<String> stream(@QueryParam("view") String name) {
        String wanted = name == null ? FIRST : engine.view(name).name();
        if (listeners.incrementAndGet() > MOST_LISTENERS) {
            listeners.decrementAndGet();
            throw new Unavailable("more than " + MOST_LISTENERS + " listen already");
        }
        Channel channel = channels.computeIfAbsent(wanted, added -> new Channel());
        channel.listeners.incrementAndGet();
        return channel.events.onOverflow().drop().onTermination().invoke(() -> {
            channel.listeners.decrementAndGet();
            listeners.decrementAndGet();
        });
    }

    @GET
    @Path("/history")
    @Operation(summary = "A sample a second of the last ten minutes of a view, oldest first")
    public List<Sample> history(@QueryParam("view") String name) {
        return name == null
                ? view(FIRST).map(view -> history.samples(view.name())).orElse(List.of())
                : history.samples(engine.view(name).name());
    }
}
