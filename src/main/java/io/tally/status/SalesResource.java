package io.tally.status;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.tally.publish.SalesNow;
import io.tally.publish.ViewEngine;
import io.tally.publish.ViewEngines;
import io.tally.status.Problem.Unavailable;
import io.tally.view.Window;
import io.tally.window.Shard;
import io.tally.window.WindowStore;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletionStage;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** Sales as they are now: rows of order_agg, and what this engine has counted beyond them. */
@Path("/api")
@Blocking
class SalesResource {

    private static final int MOST_OPEN = 1_000;
    private static final int MOST_CUSTOMERS = 1_000;
    private static final int MOST_WINDOWS = 1_440;

    private final ViewEngines views;
    private final InstantSource clock;

    SalesResource(ViewEngines views, InstantSource clock) {
        this.views = views;
        this.clock = clock;
    }

    private ViewEngine view() {
        ViewEngine view = views.all().stream()
                .findFirst()
                .orElseThrow(() -> new Unavailable("there is no view yet: " + views.waiting()));
        if (!view.now().isAboutSales()) {
            throw new Unavailable("view " + view.name() + " is not about sales: ask its table");
        }
        return view;
    }

    @GET
    @Path("/windows/open")
    @Operation(summary = "Windows with orders that are not published yet, of this engine's partitions, newest first")
    public SalesView.OpenWindows open(@QueryParam("limit") String limit) {
        int most = Parameters.limit("limit", limit, 20, MOST_OPEN);
        long nowMs = clock.millis();
        ViewEngine view = view();
        WindowStore store = view.store();
        long watermarkMs = store.watermarkMs(nowMs);
        return new SalesView.OpenWindows(
                watermarkMs == Shard.NO_TIME ? null : Instant.ofEpochMilli(watermarkMs),
                store.newestOpen(most).stream()
                        .map(window -> SalesView.Open.of(window, view.windowSettings(), nowMs))
                        .toList(),
                "partitions "
                        + store.shards().stream().map(Shard::partition).sorted().toList() + " of this engine only");
    }

    @GET
    @Path("/windows/{start}")
    @Operation(summary = "A window now, published or not, with the customers of the highest sales")
    public Uni<SalesView.Window> window(@PathParam("start") String start, @QueryParam("limit") String limit) {
        ViewEngine view = view();
        Window windows = view.windowSettings().window();
        long startMs = Parameters.windowStart("start", start, windows);
        int most = Parameters.limit("limit", limit, 20, MOST_CUSTOMERS);
        return ask(view.now().ofWindow(startMs, most))
                .map(answer -> new SalesView.Window(
                        Instant.ofEpochMilli(startMs),
                        Instant.ofEpochMilli(windows.endMs(startMs)),
                        isFinished(windows, startMs, answer),
                        SalesView.money(answer.grossSales()),
                        answer.orderCount(),
                        answer.count(),
                        answer.lines().stream().map(SalesView.CustomerLine::of).toList(),
                        SalesView.Partitions.of(answer)));
    }

    @GET
    @Path("/customers/{id}")
    @Operation(summary = "What a customer has now in the latest windows, published or not")
    public Uni<SalesView.Customer> customer(@PathParam("id") String id, @QueryParam("windows") String windows) {
        int customerId = Parameters.customer("id", id);
        int most = Parameters.limit("windows", windows, 60, MOST_WINDOWS);
        ViewEngine view = view();
        Window window = view.windowSettings().window();
        long newestMs = window.newestStartMs(clock.millis());
        long sinceMs = window.newestStartMs(newestMs - (most - 1) * window.longestMs());
        return ask(view.now().ofCustomer(customerId, sinceMs, most))
                .map(answer -> new SalesView.Customer(
                        customerId,
                        Instant.ofEpochMilli(sinceMs),
                        SalesView.money(answer.grossSales()),
                        answer.orderCount(),
                        answer.lines().stream()
                                .map(line -> windowLine(window, line, answer))
                                .toList(),
                        SalesView.Partitions.of(answer)));
    }

    private static SalesView.WindowLine windowLine(Window windows, SalesNow.Line line, SalesNow.Answer answer) {
        return new SalesView.WindowLine(
                Instant.ofEpochMilli(line.windowStartMs()),
                isFinished(windows, line.windowStartMs(), answer),
                SalesView.money(line.grossSales()),
                line.orderCount(),
                SalesView.money(line.unpublishedSales()),
                line.unpublishedOrders());
    }

    private static boolean isFinished(Window windows, long startMs, SalesNow.Answer answer) {
        return answer.finalUntilMs() != null && windows.endMs(startMs) <= answer.finalUntilMs();
    }

    private static Uni<SalesNow.Answer> ask(CompletionStage<SalesNow.Answer> question) {
        return Uni.createFrom()
                .completionStage(question)
                .onFailure()
                .transform(failure -> new Unavailable(
                        failure instanceof SalesNow.NotNowException
                                ? failure.getMessage()
                                : "PostgreSQL does not answer: " + failure.getMessage()));
    }
}
