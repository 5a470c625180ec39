package io.tally.publish;

import io.tally.view.DefaultView;
import io.tally.view.View;
import io.tally.view.Window;
import io.tally.window.Groups;
import io.tally.window.Unpublished;
import io.tally.window.WindowDeltas;
import io.tally.window.WindowStore;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.data.Numeric;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Sales as they are at this moment: rows of order_agg, and what this engine has counted beyond them. Safe for use by many
 * threads; each question is one statement.
 *
 * <p>Implementation note. Memory is read first, then the database, so a publication may move from one to the other in
 * between. The statement reads the checkpoints in the same snapshot as the rows: it leaves out what was under way and has
 * arrived, and what belongs to partitions that another engine owns by now. If more than that has moved, it is asked again.
 */
public class SalesNow {

    /**
     * A row of order_agg with what is to be added to it.
     *
     * @param windowStartMs epoch ms
     * @param grossSales both together
     * @param orderCount both together
     * @param unpublishedSales the part that order_agg does not hold yet
     * @param unpublishedOrders likewise
     */
    public record Line(
            long windowStartMs,
            int customerId,
            BigDecimal grossSales,
            long orderCount,
            BigDecimal unpublishedSales,
            long unpublishedOrders) {}

    /**
     * Rows, and the sum over all of them, those beyond the limit included.
     *
     * @param lines as many as were asked for
     * @param count of all rows
     * @param finalUntilMs windows that end at or before are published by every partition, or null if none is
     * @param partitions how many the pipeline has
     * @param seen partitions whose unpublished sales are included
     * @param replaying those of them that are still reading again what they had read before
     */
    public record Answer(
            List<Line> lines,
            long count,
            BigDecimal grossSales,
            long orderCount,
            Long finalUntilMs,
            int partitions,
            List<Integer> seen,
            List<Integer> replaying) {}

    /** A window that every partition has published. */
    public record Closed(long windowStartMs, BigDecimal grossSales, long orderCount, long customers) {}

    /** Closed windows, newest first, and the customers with the highest sales of the newest. */
    public record LatestClosed(List<Closed> windows, List<Line> top) {}

    /** More unpublished pairs than this are not sent to the database for the sake of one question. */
    public static final int MOST_UNPUBLISHED = 100_000;

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 4;

    private static final String SALES = """
            WITH unpublished AS (
                SELECT delta.window_start, delta.customer_id, delta.gross_sales, delta.order_count
                FROM unnest($1::int[], $2::uuid[], $3::bigint[], $4::bigint[], $5::int[], $6::numeric[], $7::bigint[])
                    AS delta (partition, owner, before, window_start, customer_id, gross_sales, order_count)
                JOIN tally_checkpoint AS checkpoint
                    ON checkpoint.partition = delta.partition AND checkpoint.owner = delta.owner
                       AND checkpoint.sequence < delta.before
            ), sales AS (
                SELECT window_start, customer_id, sum(gross_sales) AS gross_sales, sum(order_count)::bigint AS order_count,
                       coalesce(sum(gross_sales) FILTER (WHERE NOT published), 0) AS unpublished_sales,
                       coalesce(sum(order_count) FILTER (WHERE NOT published), 0)::bigint AS unpublished_orders
                FROM (SELECT extract(epoch FROM window_start)::bigint AS window_start, customer_id, gross_sales, order_count,
                             true AS published
                      FROM %3$s AS result WHERE %1$s
                      UNION ALL
                      SELECT *, false FROM unpublished) AS parts
                GROUP BY window_start, customer_id
                HAVING sum(order_count) <> 0 OR sum(gross_sales) <> 0
            ), lines AS (
                SELECT *, count(*) OVER () AS all_count, sum(gross_sales) OVER () AS all_sales,
                       (sum(order_count) OVER ())::bigint AS all_orders
                FROM sales ORDER BY %2$s LIMIT $8
            ), marks AS (
                SELECT count(*) AS partitions,
                       array_agg(partition) FILTER (WHERE owner IS NOT NULL) AS owned,
                       array_agg(owner::text) FILTER (WHERE owner IS NOT NULL) AS owners,
                       array_agg(sequence) FILTER (WHERE owner IS NOT NULL) AS sequences,
                       min(coalesce(published_up_to, '-infinity')) AS final_until
                FROM tally_checkpoint
            )
            SELECT lines.*, partitions, owned, owners, sequences,
                   CASE WHEN isfinite(final_until) THEN (extract(epoch FROM final_until) * 1000)::bigint END AS final_until
            FROM marks LEFT JOIN lines ON true
            """;

    private static final String CLOSED = """
            WITH published AS (
                SELECT min(coalesce(published_up_to, '-infinity')) AS until FROM tally_checkpoint
            )
            SELECT extract(epoch FROM window_start)::bigint AS window_start, sum(gross_sales) AS gross_sales,
                   sum(order_count)::bigint AS order_count, count(*) AS customers
            FROM %s AS result, published
            WHERE isfinite(until) AND window_end <= until
              AND window_start >= until - make_interval(secs => $1::bigint)
            GROUP BY 1 ORDER BY 1 DESC
            """;

    private static final String TOP = """
            SELECT extract(epoch FROM window_start)::bigint AS window_start, customer_id, gross_sales, order_count,
                   0::numeric AS unpublished_sales, 0::bigint AS unpublished_orders
            FROM %s AS result WHERE window_start = to_timestamp($1::bigint)
            ORDER BY gross_sales DESC, customer_id LIMIT $2
            """;

    private final Pool pool;
    private final WindowStore store;
    private final Window windows;
    private final String ofWindow;
    private final String ofCustomer;
    private final String closed;
    private final String top;

    SalesNow(Pool pool, WindowStore store, PublishSettings settings) {
        this.pool = pool;
        this.store = store;
        this.windows = settings.view().windowOrAll();
        String result = new ResultTable(settings.view()).likeDefault();
        this.ofWindow =
                SALES.formatted("window_start = to_timestamp($9::bigint)", "gross_sales DESC, customer_id", result);
        this.ofCustomer = SALES.formatted(
                "customer_id = $9 AND window_start >= to_timestamp($10::bigint)", "window_start DESC", result);
        this.closed = CLOSED.formatted(result);
        this.top = TOP.formatted(result);
    }

    /** A question that cannot be answered now; the caller may ask again. */
    public static final class NotNowException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        NotNowException(String message) {
            super(message, null, false, false);
        }
    }

    /**
     * The customers of a window, highest sales first.
     *
     * @param windowStartMs start of a window, epoch ms
     * @return fails with {@link NotNowException} if there is too much in memory, or if too much moves meanwhile
     */
    public CompletionStage<Answer> ofWindow(long windowStartMs, int limit) {
        Tuple where = Tuple.of(windowStartMs / 1000);
        return ask(ofWindow, () -> store.unpublishedOf(windowStartMs), limit, where, ATTEMPTS)
                .toCompletionStage();
    }

    /**
     * The windows of a customer, newest first.
     *
     * @param sinceMs windows that start before are left out; start of a window, epoch ms
     * @return fails as {@link #ofWindow} does
     */
    public CompletionStage<Answer> ofCustomer(int customerId, long sinceMs, int limit) {
        Tuple where = Tuple.of(customerId, sinceMs / 1000);
        Supplier<List<Unpublished>> unpublished = () -> store.unpublishedOfCustomer(customerId).stream()
                .map(partition -> since(partition, sinceMs))
                .toList();
        return ask(ofCustomer, unpublished, limit, where, ATTEMPTS).toCompletionStage();
    }

    /**
     * The latest windows that every partition has published.
     *
     * @param count how many, at most
     * @param customers how many of the newest
     */
    public CompletionStage<LatestClosed> latestClosed(int count, int customers) {
        return pool.preparedQuery(closed)
                .execute(Tuple.of(count * windows.sizeMs() / 1000))
                .compose(rows -> {
                    List<Closed> latest = new ArrayList<>();
                    rows.forEach(row -> latest.add(closed(row)));
                    if (latest.isEmpty()) {
                        return Future.succeededFuture(new LatestClosed(latest, List.of()));
                    }
                    return pool.preparedQuery(top)
                            .execute(Tuple.of(latest.getFirst().windowStartMs() / 1000, customers))
                            .map(highest -> new LatestClosed(latest, lines(highest)));
                })
                .timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .toCompletionStage();
    }

    private static Unpublished since(Unpublished partition, long sinceMs) {
        return new Unpublished(
                partition.partition(),
                partition.owner(),
                partition.sequence(),
                partition.publishing(),
                partition.replaying(),
                partition.held().stream()
                        .filter(window -> window.startMs() >= sinceMs)
                        .toList(),
                partition.underWay().stream()
                        .filter(window -> window.startMs() >= sinceMs)
                        .toList());
    }

    private Future<Answer> ask(
            String sql, Supplier<List<Unpublished>> memory, int limit, Tuple where, int attemptsLeft) {
        List<Unpublished> unpublished = memory.get();
        Parameters parameters = new Parameters();
        unpublished.forEach(parameters::add);
        if (parameters.customers.size() > MOST_UNPUBLISHED) {
            return Future.failedFuture(new NotNowException("more than " + MOST_UNPUBLISHED
                    + " customers are not published yet; ask when the window has closed"));
        }
        Tuple tuple = parameters.tuple(limit);
        for (int i = 0; i < where.size(); i++) {
            tuple.addValue(where.getValue(i));
        }
        return pool.preparedQuery(sql)
                .execute(tuple)
                .timeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .compose(rows -> {
                    Map<Integer, Ledger.Mark> marks = marks(rows.iterator().next());
                    if (unpublished.stream().noneMatch(partition -> isOutOfDate(partition, marks))) {
                        return Future.succeededFuture(answer(rows, unpublished, marks));
                    }
                    return attemptsLeft > 1
                            ? ask(sql, memory, limit, where, attemptsLeft - 1)
                            : Future.failedFuture(
                                    new NotNowException("the pipeline publishes faster than it can be looked at"));
                });
    }

    private static boolean isOutOfDate(Unpublished partition, Map<Integer, Ledger.Mark> marks) {
        return isSeen(partition, marks) && marks.get(partition.partition()).sequence() > partition.lastSequence();
    }

    private static boolean isSeen(Unpublished partition, Map<Integer, Ledger.Mark> marks) {
        Ledger.Mark mark = marks.get(partition.partition());
        return mark != null && mark.owner().equals(partition.owner());
    }

    private static Map<Integer, Ledger.Mark> marks(Row row) {
        Integer[] partitions = row.getArrayOfIntegers("owned");
        Map<Integer, Ledger.Mark> marks = new HashMap<>();
        if (partitions != null) {
            String[] owners = row.getArrayOfStrings("owners");
            Long[] sequences = row.getArrayOfLongs("sequences");
            for (int i = 0; i < partitions.length; i++) {
                marks.put(partitions[i], new Ledger.Mark(UUID.fromString(owners[i]), sequences[i]));
            }
        }
        return marks;
    }

    private static Answer answer(RowSet<Row> rows, List<Unpublished> unpublished, Map<Integer, Ledger.Mark> marks) {
        Row first = rows.iterator().next();
        boolean empty = first.getValue("window_start") == null;
        List<Unpublished> seen = unpublished.stream()
                .filter(partition -> isSeen(partition, marks))
                .toList();
        return new Answer(
                empty ? List.of() : lines(rows),
                empty ? 0 : first.getLong("all_count"),
                empty ? BigDecimal.ZERO : first.getBigDecimal("all_sales"),
                empty ? 0 : first.getLong("all_orders"),
                first.getLong("final_until"),
                first.getInteger("partitions"),
                numbers(seen),
                numbers(seen.stream().filter(Unpublished::replaying).toList()));
    }

    private static List<Integer> numbers(List<Unpublished> partitions) {
        return partitions.stream().map(Unpublished::partition).sorted().toList();
    }

    private static List<Line> lines(RowSet<Row> rows) {
        List<Line> lines = new ArrayList<>();
        rows.forEach(row -> lines.add(new Line(
                row.getLong("window_start") * 1000,
                row.getInteger("customer_id"),
                row.getBigDecimal("gross_sales"),
                row.getLong("order_count"),
                row.getBigDecimal("unpublished_sales"),
                row.getLong("unpublished_orders"))));
        return lines;
    }

    private static Closed closed(Row row) {
        return new Closed(
                row.getLong("window_start") * 1000,
                row.getBigDecimal("gross_sales"),
                row.getLong("order_count"),
                row.getLong("customers"));
    }

    /** Unpublished sales as columns. */
    private static final class Parameters {

        private final List<Integer> partitions = new ArrayList<>();
        private final List<UUID> owners = new ArrayList<>();
        private final List<Long> before = new ArrayList<>();
        private final List<Long> windowStarts = new ArrayList<>();
        private final List<Integer> customers = new ArrayList<>();
        private final List<Numeric> amounts = new ArrayList<>();
        private final List<Long> counts = new ArrayList<>();

        private Unpublished partition;
        private long lastWithout;

        /** What is held counts anyway; what is under way only while the checkpoint has not moved. */
        void add(Unpublished unpublished) {
            partition = unpublished;
            add(unpublished.held(), Long.MAX_VALUE);
            add(unpublished.underWay(), unpublished.sequence() + 1);
        }

        private void add(List<WindowDeltas> windows, long beforeSequence) {
            lastWithout = beforeSequence;
            for (WindowDeltas window : windows) {
                if (customers.size() > MOST_UNPUBLISHED) {
                    return;
                }
                window.groups().forEach(slot -> add(window, slot));
            }
        }

        private void add(WindowDeltas window, int slot) {
            Groups groups = window.groups();
            partitions.add(partition.partition());
            owners.add(partition.owner());
            before.add(lastWithout);
            windowStarts.add(window.startMs() / 1000);
            customers.add(((Long) groups.key(slot, DefaultView.CUSTOMER)).intValue());
            amounts.add(Numeric.create(groups.sum(slot, DefaultView.SALES)));
            counts.add(groups.sum(slot, View.ROWS).longValueExact());
        }

        Tuple tuple(int limit) {
            return Tuple.tuple()
                    .addArrayOfInteger(partitions.toArray(Integer[]::new))
                    .addArrayOfUUID(owners.toArray(UUID[]::new))
                    .addArrayOfLong(before.toArray(Long[]::new))
                    .addArrayOfLong(windowStarts.toArray(Long[]::new))
                    .addArrayOfInteger(customers.toArray(Integer[]::new))
                    .addValue(amounts.toArray(Numeric[]::new))
                    .addArrayOfLong(counts.toArray(Long[]::new))
                    .addInteger(limit);
        }
    }
}
