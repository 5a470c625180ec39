package io.tally.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.TestPipeline;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * How long it takes to fill {@code order_agg} from a large orders table, at a first start and at a rebuild, beside the same
 * {@code INSERT ... SELECT} into an empty table without an engine. Ends with the check that every row is right.
 *
 * <pre>
 * ./mvnw -P bench verify -DskipTests -Dbench.main=io.tally.bench.Rebuild -Dbench.args="10000000 1000 1440"
 * </pre>
 *
 * <p>Arguments: orders (10000000), customers (1000), minutes they are spread over (1440), databases: {@code one}, or
 * {@code two} with results on a server of their own (one).
 */
public final class Rebuild {

    private static final Duration LIMIT = Duration.ofMinutes(15);

    private Rebuild() {}

    public static void main(String[] args) throws Exception {
        long orders = args.length > 0 ? Long.parseLong(args[0]) : 10_000_000;
        int customers = args.length > 1 ? Integer.parseInt(args[1]) : 1_000;
        int minutes = args.length > 2 ? Integer.parseInt(args[2]) : 1_440;
        System.setProperty(TestPipeline.DATABASES, args.length > 3 ? args[3] : "one");
        try (TestPipeline pipeline = new TestPipeline("rebuild_bench")) {
            long filled = System.nanoTime();
            LargeTable.write(pipeline, orders, customers, minutes * 60L);
            System.out.printf(Locale.ROOT, "%d orders written in %.1f s%n", orders, secondsSince(filled));
            LargeTable.capture(pipeline);
            // The topic is made with the first order, and an engine waits for it.
            pipeline.execute("INSERT INTO orders VALUES ('last', 1, 1, 1.00, now() - interval '1 hour')");

            pipeline.execute("CREATE TABLE beside (window_start timestamptz, window_end timestamptz, customer_id int,"
                    + " gross_sales numeric, order_count bigint, PRIMARY KEY (window_start, customer_id))");
            long plain = System.nanoTime();
            pipeline.execute("INSERT INTO beside SELECT date_bin('1 minute', event_ts, 'epoch'),"
                    + " date_bin('1 minute', event_ts, 'epoch') + interval '1 minute', customer_id,"
                    + " sum(quantity * price), count(*) FROM orders GROUP BY 1, 2, 3");
            System.out.printf(
                    Locale.ROOT,
                    "plain INSERT ... SELECT: %.1f s, %s rows%n",
                    secondsSince(plain),
                    pipeline.query("SELECT count(*) FROM beside"));

            fill(pipeline, "first start");
            fill(pipeline, "rebuild", "tally.rebuild=true");
            List<String> wrong = pipeline.differences();
            if (!wrong.isEmpty()) {
                throw new IllegalStateException("order_agg is not what orders add up to: " + wrong);
            }
            System.out.println("every row is right");
        }
        System.exit(0);
    }

    private static void fill(TestPipeline pipeline, String what, String... settings) throws Exception {
        long start = System.nanoTime();
        try (EngineProcess engine = EngineProcess.start(pipeline, settings)) {
            Await.until(
                    "order_agg is filled",
                    LIMIT,
                    () -> filling(engine).path("times").asLong() > 0);
            double ready = secondsSince(start);
            System.out.printf(
                    Locale.ROOT,
                    "%s: %.1f s from process start, %.1f s of them for the fill, %s rows%n",
                    what,
                    ready,
                    filling(engine).path("millis").asLong() / 1000.0,
                    pipeline.results().query("SELECT count(*) FROM order_agg"));
            engine.stop();
        }
    }

    private static JsonNode filling(EngineProcess engine) throws Exception {
        return engine.status().at("/views/0/fills");
    }

    private static double secondsSince(long nanos) {
        return (System.nanoTime() - nanos) / 1e9;
    }
}
