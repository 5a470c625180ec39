package io.tally.status;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.tally.publish.ViewEngine;
import io.tally.publish.ViewNow;
import io.tally.status.Problem.BadParameter;
import io.tally.status.Problem.Unavailable;
import io.tally.view.View;
import io.tally.view.Window;
import io.tally.window.Shard;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.UriInfo;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.parameters.Parameter;

/** Views as they are now: rows of their tables, and what this engine has counted beyond them. */
@Path("/api/views")
@Blocking
class ViewsResource {

    private static final int MOST_OPEN = 1_000;
    private static final int MOST_GROUPS = 1_000;
    private static final int MOST_WINDOWS = 1_440;
    private static final String WINDOWS = "windows";

    private final Engine engine;
    private final InstantSource clock;

    ViewsResource(Engine engine, InstantSource clock) {
        this.engine = engine;
        this.clock = clock;
    }

    @GET
    @Operation(summary = "The views that are kept: what they are, and how fresh")
    public List<ViewStatus.Summary> views() {
        return engine.views().stream().map(ViewStatus::summary).toList();
    }

    @GET
    @Path("/{view}")
    @Operation(summary = "A view: what it is, how fresh, and everything about its keeping")
    public ViewStatus view(@PathParam("view") String name) {
        return engine.status(engine.view(name));
    }

    @GET
    @Path("/{view}/windows/open")
    @Operation(summary = "Windows with rows that are not published yet, of this engine's partitions, newest first")
    public ViewAnswers.OpenWindows open(@PathParam("view") String name, @QueryParam("limit") String limit) {
        ViewEngine view = withWindows(name);
        int most = Parameters.limit("limit", limit, 20, MOST_OPEN);
        long nowMs = clock.millis();
        long watermarkMs = view.store().watermarkMs(nowMs);
        return new ViewAnswers.OpenWindows(
                watermarkMs == Shard.NO_TIME ? null : Instant.ofEpochMilli(watermarkMs),
                view.store().newestOpen(most).stream()
                        .map(window -> ViewAnswers.Open.of(window, view.windowSettings(), nowMs))
                        .toList(),
                "partitions "
                        + view.store().shards().stream()
                                .map(Shard::partition)
                                .sorted()
                                .toList() + " of this engine only");
    }

    @GET
    @Path("/{view}/windows/{start}")
    @Operation(summary = "A window now, published or not, with the groups of the highest sum")
    public Uni<ViewAnswers.Window> window(
            @PathParam("view") String name, @PathParam("start") String start, @QueryParam("limit") String limit) {
        ViewEngine view = withWindows(name);
        Window windows = view.windowSettings().window();
        long startMs = Parameters.windowStart("start", start, windows);
        int most = Parameters.limit("limit", limit, 20, MOST_GROUPS);
        return ask(view.now().ofWindow(startMs, most))
                .map(answer -> new ViewAnswers.Window(
                        Instant.ofEpochMilli(startMs),
                        Instant.ofEpochMilli(windows.endMs(startMs)),
                        isFinished(windows, startMs, answer),
                        ViewAnswers.Part.of(view.view(), answer.totals()),
                        answer.count(),
                        answer.lines().stream()
                                .map(line -> ViewAnswers.Line.of(view.view(), line))
                                .toList(),
                        ViewAnswers.Partitions.of(answer)));
    }

    @GET
    @Path("/{view}/groups")
    @Operation(
            summary = "Totals of a group in the latest windows, published or not",
            description = "Each column of the key is a parameter, ?region=north&kind=a; ?region.null asks for NULL.")
    public Uni<ViewAnswers.Group> group(
            @PathParam("view") String name,
            @QueryParam(WINDOWS) String windows,
            @Parameter(hidden = true) @Context UriInfo uri) {
        ViewEngine engineOfView = engine.view(name);
        View view = engineOfView.view();
        KeyParameters keys = new KeyParameters(view);
        List<Object> key = keys.read(uri.getQueryParameters(), List.of(WINDOWS));
        int most = Parameters.limit(WINDOWS, keys.isKey(WINDOWS) ? null : windows, 60, MOST_WINDOWS);
        Window length = view.windowOrAll();
        boolean hasWindows = view.window().isPresent();
        long sinceMs = hasWindows
                ? length.newestStartMs(length.newestStartMs(clock.millis()) - (most - 1) * length.longestMs())
                : 0;
        return ask(engineOfView.now().ofGroup(key, sinceMs, most))
                .map(answer -> new ViewAnswers.Group(
                        Cells.keys(view, key),
                        hasWindows ? Instant.ofEpochMilli(sinceMs) : null,
                        ViewAnswers.Part.of(view, answer.totals()),
                        answer.lines().stream()
                                .map(line -> windowLine(view, line, answer))
                                .toList(),
                        ViewAnswers.Partitions.of(answer)));
    }

    private static ViewAnswers.WindowLine windowLine(View view, ViewNow.Line line, ViewNow.Answer answer) {
        Long startMs = line.windowStartMs();
        return new ViewAnswers.WindowLine(
                startMs == null ? null : Instant.ofEpochMilli(startMs),
                startMs == null ? null : isFinished(view.windowOrAll(), startMs, answer),
                Cells.row(view, line.shown()),
                ViewAnswers.Part.of(view, line.unpublished()));
    }

    private ViewEngine withWindows(String name) {
        ViewEngine view = engine.view(name);
        if (view.view().window().isEmpty()) {
            throw new BadParameter(
                    "view",
                    name,
                    "expected a view with windows; this one has none, ask for /api/views/" + name + "/groups");
        }
        return view;
    }

    private static boolean isFinished(Window windows, long startMs, ViewNow.Answer answer) {
        return answer.finalUntilMs() != null && windows.endMs(startMs) <= answer.finalUntilMs();
    }

    private static Uni<ViewNow.Answer> ask(CompletionStage<ViewNow.Answer> question) {
        return Uni.createFrom()
                .completionStage(question)
                .onFailure()
                .transform(failure -> new Unavailable(
                        failure instanceof ViewNow.NotNowException
                                ? failure.getMessage()
                                : "PostgreSQL does not answer: " + failure.getMessage()));
    }
}
