package io.tally.bench;

import io.tally.testkit.TestPipeline;
import java.util.Locale;
import java.util.Map;

/** An orders table of some size, from before there is a connector. */
final class LargeTable {

    private LargeTable() {}

    /** @param seconds that the orders are spread over, up to an hour ago */
    static void write(TestPipeline pipeline, long orders, int customers, long seconds) {
        pipeline.execute(String.format(
                Locale.ROOT,
                "INSERT INTO orders SELECT 'order-' || i, abs(hashint8(i) %% %d), 1 + i %% 5, (i %% 10000) * 0.01,"
                        + " now() - interval '1 hour' - i %% %d * interval '1 second' FROM generate_series(1, %d) AS i",
                customers,
                seconds,
                orders));
        pipeline.execute("VACUUM ANALYZE orders");
    }

    /** Registers a connector that tells of what is written from now on. */
    static void capture(TestPipeline pipeline) {
        pipeline.registerConnector(pipeline.stack().connectUrl(), Map.of("snapshot.mode", "no_data"));
        pipeline.connector().awaitRunning();
    }
}
