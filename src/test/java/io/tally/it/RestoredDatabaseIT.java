package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * PostgreSQL is put back to an earlier moment, under a connector and an engine that have seen what came after. On a stack
 * of its own, because that takes all databases back.
 *
 * <p>What Debezium 3.7 does then: nothing that anyone would notice. Its stored offset lies beyond the end of the log;
 * PostgreSQL accepts that as a place to stream from and leaves out all that commits before it. The connector says
 * {@code RUNNING}, and goes on by itself when the log has passed that place; what was written until then is never
 * streamed. This is with the default {@code offset.mismatch.strategy}; the other values were not tried. An operator has to
 * stop the connector, delete its offsets and resume it, whereupon it reads the whole table again.
 *
 * <p>What the engine does: a look at the source finds that its log ends before records it has read, and fills the results from
 * the orders table, which is exact as of then and has forgotten the changes that are no more. What the topic held until then is
 * never read again. It cannot see what the connector leaves out; that comes right with the new snapshot. Until then the audit is
 * all there is to find it, which is not tested here.
 */
@Tag("long")
class RestoredDatabaseIT {

    static final Duration LIMIT = Duration.ofSeconds(240);

    @Test
    void databasePutBack_isNoticed_andExactOnceTheConnectorBeginsAnew() throws Exception {
        try (RealStack stack = RealStack.ofOnesOwn("restored");
                TestPipeline pipeline = new TestPipeline(stack, "restored").registerConnector()) {
            insert(pipeline, "kept", 2_000);
            try (EngineProcess engine =
                    EngineProcess.start(pipeline, "tally.restart-margin=1h").awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                Path data = stack.postgresData();
                Path backup = data.resolveSibling("postgres-backup");
                stack.command("stop postgres");
                run("cp", "-a", data.toString(), backup.toString());
                stack.command("start postgres");
                // Enough to be far beyond what the restored database writes by itself before anyone looks.
                insert(pipeline, "lost", 20_000);
                pipeline.awaitExact(LIMIT);
                assertEquals(1, engine.count("/views/0/fills/times"));

                stack.command("stop postgres");
                run("rm", "-r", data.toString());
                run("mv", backup.toString(), data.toString());
                stack.command("start postgres");
                awaitDataLoss(engine, "lsn-went-back: the source's log ends before");
                awaitFills(engine, 2, "lsn-went-back");
                awaitNoDifference(pipeline);

                insert(pipeline, "leftout", 500);
                pipeline.connector().beginAnew();
                awaitDataLoss(engine, "new-snapshot");
                insert(pipeline, "after", 500);
                pipeline.awaitExact(LIMIT);
                awaitFills(engine, 3, "new-snapshot");
            }
        }
    }

    private static void awaitDataLoss(EngineProcess engine, String reason) {
        Await.until(
                () -> "data lost because of " + reason + "; log:\n" + engine.log(),
                LIMIT,
                () -> engine.log().contains("data lost, view=order_agg reason=" + reason));
    }

    private static void awaitFills(EngineProcess engine, int fills, String reason) throws Exception {
        Await.until(
                () -> "filled " + fills + " times; log:\n" + engine.log(),
                LIMIT,
                () -> engine.count("/views/0/fills/times") == fills);
        assertEquals(reason, engine.status().at("/views/0/fills/reason").asText());
        assertEquals(1, engine.metric("tally_publish_fills_total{reason=\"lsn-went-back\",view=\"order_agg\"}"));
    }

    private static void awaitNoDifference(TestPipeline pipeline) {
        Await.until(
                () -> "order_agg equals orders, but: " + String.join("\n", pipeline.differences()),
                LIMIT,
                () -> pipeline.differences().isEmpty());
    }

    static void insert(TestPipeline pipeline, String prefix, int rows) {
        pipeline.execute("INSERT INTO orders SELECT '" + prefix + "-' || i, i % 40, 1 + i % 5, 10 + i * 0.01,"
                + " now() - interval '2 minutes' - i % 300 * interval '1 second' FROM generate_series(1, " + rows
                + ") AS i");
    }

    static void run(String... command) throws IOException, InterruptedException {
        int exit = new ProcessBuilder(command).inheritIO().start().waitFor();
        if (exit != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + exit);
        }
    }
}
