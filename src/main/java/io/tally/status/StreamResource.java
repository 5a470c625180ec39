package io.tally.status;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.operators.multi.processors.BroadcastProcessor;
import io.tally.status.Problem.Unavailable;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * {@code GET /api/stream}: an event a second with all that the page shows, made once for all who listen, and not at all if
 * nobody does. {@code GET /api/history}: the samples of the last minutes, to begin with.
 */
@Path("/api")
class StreamResource {

    private static final int MOST_LISTENERS = 200;

    private final Engine engine;
    private final History history;
    private final Live live;
    private final ObjectMapper json;
    private final BroadcastProcessor<String> events = BroadcastProcessor.create();
    private final AtomicInteger listeners = new AtomicInteger();

    StreamResource(Engine engine, History history, Live live, ObjectMapper json) {
        this.engine = engine;
        this.history = history;
        this.live = live;
        this.json = json;
    }

    @Scheduled(every = "1s", identity = "look", concurrentExecution = ConcurrentExecution.SKIP)
    void look() throws JsonProcessingException {
        engine.look();
        Sample sample = history.sample(System.nanoTime());
        if (listeners.get() > 0) {
            events.onNext(json.writeValueAsString(live.view(sample)));
        }
    }

    /** A listener that is too slow misses events; the next one has everything again. */
    @GET
    @Path("/stream")
    @Produces(MediaType.SERVER_SENT_EVENTS)
    @Operation(summary = "Server-sent events, one a second, with the whole state of this engine")
    public Multi<String> stream() {
        if (listeners.incrementAndGet() > MOST_LISTENERS) {
            listeners.decrementAndGet();
            throw new Unavailable("more than " + MOST_LISTENERS + " listen already");
        }
        return events.onOverflow().drop().onTermination().invoke(listeners::decrementAndGet);
    }

    @GET
    @Path("/history")
    @Operation(summary = "A sample a second of the last ten minutes, oldest first")
    public List<Sample> history() {
        return history.samples();
    }
}
