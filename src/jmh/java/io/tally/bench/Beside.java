package io.tally.bench;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.TestPipeline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * What {@code order_agg} feels while another view is added, filled, kept live and catching up: how far it lags behind the
 * topic, beside the same writes without the other view.
 *
 * <pre>
 * ./mvnw -P bench verify -DskipTests -Dbench.main=io.tally.bench.Beside -Dbench.args="fill 10000000 1000000 5000"
 * ./mvnw -P bench verify -DskipTests -Dbench.main=io.tally.bench.Beside -Dbench.args="catch-up 10000000 10000 5000"
 * </pre>
 *
 * <p>The first adds a view of all customers without a window to a table of so many orders, customers and changes a second,
 * and says what the fill takes, and what the live view writes. The second lets a view catch up so many records.
 */
public final class Beside {

    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final int PHASE_SECONDS = 30;
    private static final int PARTITIONS = 4;
    private static final double CAUGHT_UP_SECONDS = 1;

    private static final String TOTALS = """
            CREATE MATERIALIZED VIEW customer_totals AS
            SELECT customer_id, SUM(quantity * price) AS sales, COUNT(*) AS orders FROM public.orders GROUP BY 1;
            """;

    private static final String LARGE_ORDERS = """
            CREATE MATERIALIZED VIEW large_orders AS
            SELECT date_bin('5 minutes', event_ts, '2000-01-01 00:00:00+00') AS since, customer_id,
                   SUM(quantity * price) AS sales, COUNT(*) AS n
            FROM public.orders WHERE quantity >= 3 GROUP BY 1, 2;
            """;

    private Beside() {}

    public static void main(String[] args) throws Exception {
        long orders = Long.parseLong(args[1]);
        int customers = Integer.parseInt(args[2]);
        int perSecond = Integer.parseInt(args[3]);
        if (args[0].equals("fill")) {
            fill(orders, customers, perSecond);
        } else {
            catchUp((int) orders, customers, perSecond);
        }
        System.exit(0);
    }

    private static void fill(long orders, int customers, int perSecond) throws Exception {
        try (TestPipeline pipeline = new TestPipeline("beside")) {
            LargeTable.write(pipeline, orders, customers, 86_400);
            LargeTable.capture(pipeline);
            AtomicBoolean ended = new AtomicBoolean();
            CompletableFuture<Void> writer = CompletableFuture.runAsync(
                    () -> write(pipeline, customers, perSecond, ended), Thread.ofPlatform()::start);
            System.out.println("phase                            s    median lag s  longest s  rows/s  WAL MB/s");
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                Await.until("order_agg is filled", LIMIT, () -> engine.count("/views/0/fills/times") > 0);
                try (Lag lag = lag(pipeline, engine, pipeline.topic())) {
                    awaitUpToDate(lag, 0);
                    phase("one view", pipeline, engine, lag, 0, seconds(PHASE_SECONDS));
                }
            }
            pipeline.withViewsBeside(TOTALS);
            try (EngineProcess engine = EngineProcess.start(pipeline);
                    Lag lag = lag(pipeline, engine, pipeline.topic())) {
                Await.until("order_agg is read", LIMIT, () -> lag.seconds(0) < CAUGHT_UP_SECONDS);
                phase("the other is filled", pipeline, engine, lag, 0, () -> engine.count("/views/1/fills/times") == 0);
                System.out.printf(
                        Locale.ROOT,
                        "fill of customer_totals: %.1f s, %s rows%n",
                        engine.count("/views/1/fills/millis") / 1000.0,
                        pipeline.query("SELECT count(*) FROM customer_totals"));
                awaitUpToDate(lag, 1);
                phase("both, order_agg", pipeline, engine, lag, 0, seconds(PHASE_SECONDS));
                phase("both, the live one", pipeline, engine, lag, 1, seconds(PHASE_SECONDS));
                ended.set(true);
                writer.join();
                Await.until("the last change", LIMIT, () -> lag.seconds(1) < CAUGHT_UP_SECONDS);
                Await.until("the last row", LIMIT, () -> "0".equals(pipeline.query("""
                        SELECT count(*) FROM customer_totals FULL JOIN (SELECT customer_id, sum(quantity * price) AS sales,
                            count(*) AS orders FROM orders GROUP BY 1) AS right_now USING (customer_id)
                        WHERE (customer_totals.sales, customer_totals.orders)
                            IS DISTINCT FROM (right_now.sales, right_now.orders)
                        """)));
                System.out.println("every row of customer_totals is right");
            }
        }
    }

    private static void catchUp(int records, int customers, int perSecond) throws Exception {
        OrdersTopic topic = new OrdersTopic(
                        "beside-topic",
                        (long) records + 120L * perSecond,
                        PARTITIONS,
                        customers,
                        perSecond,
                        OrdersTopic.Mix.INSERTS)
                .at(perSecond, records);
        Map<String, String> variables = Map.of("ORDERS_TOPIC", topic.name());
        // Everything in the topic is new to a fresh database, whose table of orders is empty.
        String[] settings = {"tally.restart-margin=3650d", "tally.audit.enabled=false"};
        try (TestPipeline pipeline = new TestPipeline("beside_catch_up")) {
            CompletableFuture<Void> writer = CompletableFuture.runAsync(
                    () -> {
                        try {
                            topic.fill(pipeline.stack().bootstrapServers());
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                    },
                    Thread.ofPlatform()::start);
            System.out.println("phase                            s    median lag s  longest s  rows/s  WAL MB/s");
            try (EngineProcess engine = EngineProcess.start(pipeline, variables, settings);
                    Lag lag = lag(pipeline, engine, topic.name())) {
                Await.until("all are read", LIMIT, () -> engine.count("/views/0/records/read") >= records);
                awaitUpToDate(lag, 0);
                phase("one view", pipeline, engine, lag, 0, seconds(10));
            }
            pipeline.withViewsBeside(LARGE_ORDERS);
            try (EngineProcess engine = EngineProcess.start(pipeline, variables, settings);
                    Lag lag = lag(pipeline, engine, topic.name())) {
                Await.until("order_agg is read", LIMIT, () -> lag.seconds(0) < CAUGHT_UP_SECONDS);
                long begin = System.nanoTime();
                phase(
                        "the other catches up",
                        pipeline,
                        engine,
                        lag,
                        0,
                        () -> engine.count("/views/1/records/read") < records);
                System.out.printf(
                        Locale.ROOT,
                        "%d records in %.1f s%n",
                        engine.count("/views/1/records/read"),
                        (System.nanoTime() - begin) / 1e9);
                awaitUpToDate(lag, 1);
                phase("both", pipeline, engine, lag, 0, seconds(10));
            }
            writer.cancel(true);
        }
    }

    private static Lag lag(TestPipeline pipeline, EngineProcess engine, String topic) {
        return new Lag(pipeline.stack().bootstrapServers(), topic, PARTITIONS, engine);
    }

    private static void awaitUpToDate(Lag lag, int view) {
        Await.until("view " + view + " is up to date", LIMIT, () -> lag.seconds(view) < CAUGHT_UP_SECONDS);
    }

    private static BooleanSupplier seconds(int seconds) {
        long end = System.nanoTime() + seconds * 1_000_000_000L;
        return () -> System.nanoTime() < end;
    }

    private static void phase(
            String name, TestPipeline pipeline, EngineProcess engine, Lag lag, int view, BooleanSupplier goesOn)
            throws Exception {
        long begin = System.nanoTime();
        long rows = engine.count("/views/" + view + "/publishing/rows");
        long wal = wal(pipeline);
        List<Double> samples = lag.sample(view, goesOn);
        double took = (System.nanoTime() - begin) / 1e9;
        System.out.printf(
                Locale.ROOT,
                "%-28s %6.1f %14.2f %10.2f %7.0f %9.2f%n",
                name,
                took,
                samples.isEmpty() ? Double.NaN : samples.get(samples.size() / 2),
                samples.isEmpty() ? Double.NaN : samples.getLast(),
                (engine.count("/views/" + view + "/publishing/rows") - rows) / took,
                (wal(pipeline) - wal) / took / 1e6);
    }

    private static long wal(TestPipeline pipeline) {
        return Long.parseLong(pipeline.query("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint"));
    }

    /** Inserts, and a change of an earlier order's quantity for every other of them, in transactions of a hundred changes. */
    private static void write(TestPipeline pipeline, int customers, int perSecond, AtomicBoolean ended) {
        int each = 100;
        Pace pace = new Pace(Math.max(1, perSecond / each));
        try (Connection connection = pipeline.connect();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO orders SELECT 'new-' || i, abs(hashint8(i) % " + customers
                                + "), 1 + i % 5, (i % 10000) * 0.01, now() FROM generate_series(?::bigint, ?::bigint) AS i");
                PreparedStatement update = connection.prepareStatement(
                        "UPDATE orders SET quantity = 1 + quantity % 5"
                                + " WHERE order_id = ANY (SELECT 'new-' || i FROM generate_series(?::bigint, ?::bigint) AS i)")) {
            for (long step = 0; !ended.get(); step++) {
                pace.await(step);
                PreparedStatement statement = step % 3 == 2 ? update : insert;
                long from = (step - (step % 3 == 2 ? 2 : 0)) * each;
                statement.setLong(1, from);
                statement.setLong(2, from + each - 1);
                statement.executeUpdate();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
