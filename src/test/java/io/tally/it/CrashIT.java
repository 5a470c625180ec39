package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrderWriters;
import io.tally.testkit.TestPipeline;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What dies while orders are written: the engine, the database, the broker. */
class CrashIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @Test
    void engineKilledInTheMiddleOfAStream_isExact() {
        try (TestPipeline pipeline = new TestPipeline("crash_engine").registerConnector();
                OrderWriters writers = new OrderWriters(pipeline, 4, 1, Duration.ofMillis(20))) {
            for (int kill = 0; kill < 3; kill++) {
                try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                    writers.awaitMore(400);
                    engine.kill();
                    writers.awaitMore(100);
                }
            }
            writers.stop();
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                assertTrue(engine.log().contains("partition taken over"));
            }
        }
    }

    @Test
    void databaseRestarted_losesAndDoublesNothing() {
        try (TestPipeline pipeline = new TestPipeline("crash_database").registerConnector();
                EngineProcess engine = EngineProcess.start(pipeline)) {
            pipeline.execute("INSERT INTO orders SELECT 'a-' || i, i % 40, 1, 10 + i * 0.01,"
                    + " now() - interval '1 minute' - i * interval '1 second' FROM generate_series(1, 2000) AS i");
            engine.awaitRunning();
            for (String how : new String[] {"stop postgres", "kill postgres"}) {
                pipeline.execute("UPDATE orders SET quantity = quantity + 1");
                pipeline.stack().command(how);
                pipeline.stack().command("start postgres");
                pipeline.execute("UPDATE orders SET price = price + 1");
                pipeline.awaitExact(LIMIT);
            }
        }
    }

    @Test
    void brokerRestarted_losesAndDoublesNothing() {
        try (TestPipeline pipeline = new TestPipeline("crash_broker").registerConnector();
                EngineProcess engine = EngineProcess.start(pipeline)) {
            pipeline.execute("INSERT INTO orders SELECT 'a-' || i, i % 40, 1, 10 + i * 0.01,"
                    + " now() - interval '1 minute' - i * interval '1 second' FROM generate_series(1, 2000) AS i");
            engine.awaitRunning();
            for (String how : new String[] {"stop broker", "kill broker"}) {
                pipeline.execute("UPDATE orders SET quantity = quantity + 1");
                pipeline.stack().command(how);
                pipeline.execute("UPDATE orders SET price = price + 1");
                pipeline.stack().command("start broker");
                pipeline.awaitExact(LIMIT);
            }
        }
    }
}
