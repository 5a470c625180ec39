package io.tally.status;

import io.smallrye.common.annotation.Blocking;
import io.smallrye.mutiny.Uni;
import io.tally.publish.SalesNow;
import io.tally.publish.ViewEngine;
import io.tally.publish.ViewEngines;
import io.tally.status.Problem.Unavailable;
import io.tally.window.Shard;
import io.tally.window.WindowSettings;
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

    private final SalesNow sales;
    private final WindowStore store;
    private final WindowSettings windowSettings;
    private final InstantSource clock;

    SalesResource(ViewEngines views, InstantSource clock) {
        ViewEngine view = views.all().getFirst();
        this.sales = view.now();
        this.store = view.store();
        this.windowSettings = view.windowSettings();
        this.clock = clock;
    }

    @GET
    @Path("/windows/open")
    @Operation(summary = "Windows with orders that are not published yet, of this engine's partitions, newest first")
    public SalesView.OpenWindows open(@QueryParam("limit") String limit) {
        int most = Parameters.limit("limit", limit, 20, MOST_OPEN);
        long nowMs = clock.millis();
        long watermarkMs = store.watermarkMs(nowMs);
        return new SalesView.OpenWindows(
                watermarkMs == Shard.NO_TIME ? null : Instant.ofEpochMilli(watermarkMs),
                store.newestOpen(most).stream()
                        .map(window -> SalesView.Open.of(window, windowSettings, nowMs))
                        .toList(),
                "partitions "
                        + store.shards().stream().map(Shard::partition).sorted().toList() + " of this engine only");
    }

    @GET
    @Path("/windows/{start}")
    @Operation(summary = "A window now, published or not, with the customers of the highest sales")
    public Uni<SalesView.Window> window(@PathParam("start") String start, @QueryParam("limit") String limit) {
        long startMs = Parameters.windowStart("start", start, windowSettings.window());
        int most = Parameters.limit("limit", limit, 20, MOST_CUSTOMERS);
        return ask(sales.ofWindow(startMs, most))
                .map(answer -> new SalesView.Window(
                        Instant.ofEpochMilli(startMs),
                        Instant.ofEpochMilli(windowSettings.window().endMs(startMs)),
                        isFinished(startMs, answer),
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
        long newestMs = windowSettings.window().startMs(clock.millis());
        long sinceMs = newestMs - (most - 1) * windowSettings.window().sizeMs();
        return ask(sales.ofCustomer(customerId, sinceMs, most))
                .map(answer -> new SalesView.Customer(
                        customerId,
                        Instant.ofEpochMilli(sinceMs),
                        SalesView.money(answer.grossSales()),
                        answer.orderCount(),
                        answer.lines().stream()
                                .map(line -> windowLine(line, answer))
                                .toList(),
                        SalesView.Partitions.of(answer)));
    }

    private SalesView.WindowLine windowLine(SalesNow.Line line, SalesNow.Answer answer) {
        return new SalesView.WindowLine(
                Instant.ofEpochMilli(line.windowStartMs()),
                isFinished(line.windowStartMs(), answer),
                SalesView.money(line.grossSales()),
                line.orderCount(),
                SalesView.money(line.unpublishedSales()),
                line.unpublishedOrders());
    }

    private boolean isFinished(long startMs, SalesNow.Answer answer) {
        return answer.finalUntilMs() != null && windowSettings.window().endMs(startMs) <= answer.finalUntilMs();
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
