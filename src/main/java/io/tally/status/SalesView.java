package io.tally.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tally.publish.SalesNow;
import io.tally.window.OpenSales;
import io.tally.window.WindowSettings;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;

/** Answers about sales. Amounts are decimal numbers in strings, exact to the last digit. */
final class SalesView {

    private SalesView() {}

    /**
     * Whose unpublished orders an answer includes. What the other partitions' engines have not published is missing.
     *
     * @param seen partitions of this engine
     * @param replaying those of them that are still reading again what they had read before a restart
     * @param total partitions of the pipeline
     * @param complete whether nothing is missing
     * @param note what is missing, in words
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Partitions(List<Integer> seen, List<Integer> replaying, int total, boolean complete, String note) {

        static Partitions of(List<Integer> seen, List<Integer> replaying, int total) {
            String note = null;
            if (seen.size() < total) {
                note = "this engine has " + seen.size() + " of " + total
                        + " partitions; of the others only what is published is included";
            } else if (!replaying.isEmpty()) {
                note = "partitions " + replaying + " are still reading again what they had read before a restart";
            }
            return new Partitions(seen, replaying, total, note == null, note);
        }

        static Partitions of(SalesNow.Answer answer) {
            return of(answer.seen(), answer.replaying(), answer.partitions());
        }
    }

    /** The windows that are open in this engine, newest first. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OpenWindows(Instant watermark, List<Open> windows, String note) {}

    /**
     * An open window.
     *
     * @param grossSales what is not published yet
     * @param orderCount likewise
     * @param correction whether a part of it is published, so that this comes on top
     * @param closesInSeconds until the watermark can pass its end, by the clock; missing for corrections
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Open(
            Instant start,
            Instant end,
            String grossSales,
            long orderCount,
            boolean correction,
            Double closesInSeconds) {

        static Open of(OpenSales sales, WindowSettings settings, long nowMs) {
            long endMs = settings.window().endMs(sales.startMs());
            return new Open(
                    Instant.ofEpochMilli(sales.startMs()),
                    Instant.ofEpochMilli(endMs),
                    money(sales.amount()),
                    sales.orders(),
                    sales.correction(),
                    sales.correction() ? null : Math.max(0, endMs + settings.outOfOrdernessMs() - nowMs) / 1000.0);
        }
    }

    /**
     * A window with its highest customers.
     *
     * @param finished whether every partition has published it; it can still be corrected
     * @param customers how many there are, of whom the list shows the highest
     */
    public record Window(
            Instant start,
            Instant end,
            boolean finished,
            String grossSales,
            long orderCount,
            long customers,
            List<CustomerLine> top,
            Partitions partitions) {}

    /** A customer in a window; what order_agg does not hold yet is part of the sums and named apart. */
    public record CustomerLine(
            int customerId, String grossSales, long orderCount, String unpublishedSales, long unpublishedOrders) {

        static CustomerLine of(SalesNow.Line line) {
            return new CustomerLine(
                    line.customerId(),
                    money(line.grossSales()),
                    line.orderCount(),
                    money(line.unpublishedSales()),
                    line.unpublishedOrders());
        }
    }

    /** What a customer has now in all windows since a time, and in each of the newest of them. */
    public record Customer(
            int customerId,
            Instant since,
            String grossSales,
            long orderCount,
            List<WindowLine> windows,
            Partitions partitions) {}

    /** A window of a customer. */
    public record WindowLine(
            Instant start,
            boolean finished,
            String grossSales,
            long orderCount,
            String unpublishedSales,
            long unpublishedOrders) {}

    static String money(BigDecimal amount) {
        return amount.toPlainString();
    }
}
