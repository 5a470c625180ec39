package io.tally.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;

/**
 * Everything that the page shows and that changes: one event of {@code /api/stream}.
 *
 * @param status as {@code /api/status} gives it
 * @param sample the newest one
 * @param open open windows, newest first, corrections left out
 * @param current the window that the newest orders belong to, with its highest customers; missing while there is none
 * @param closed the latest windows that every partition has published, newest first; missing until the
 *     database has answered
 * @param topOfClosed the highest customers of the newest of those; likewise
 * @param deadLetters by reason, with the latest
 * @param memoryBound most pairs of window and customer in memory
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LiveView(
        EngineStatus status,
        Sample sample,
        List<SalesView.Open> open,
        Current current,
        List<Closed> closed,
        List<Customer> topOfClosed,
        DeadLettersResource.DeadLetters deadLetters,
        long memoryBound) {

    /**
     * The window that fills.
     *
     * @param customers how many it has; missing if there are too many to rank them every second
     */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Current(SalesView.Open window, Integer customers, List<Customer> top) {}

    /** A closed window. */
    @RegisterForReflection
    public record Closed(Instant start, String grossSales, long orderCount, long customers) {}

    /** What a customer has in a window. */
    @RegisterForReflection
    public record Customer(int customerId, String grossSales, long orderCount) {}
}
