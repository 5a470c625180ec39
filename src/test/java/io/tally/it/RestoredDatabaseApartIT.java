package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import io.tally.testkit.TwoDatabases;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** {@link RestoredDatabaseIT} with results on a server of their own: one side is put back, and the other is not. */
@Tag("long")
@ExtendWith(TwoDatabases.class)
class RestoredDatabaseApartIT extends RestoredDatabaseIT {

    @Test
    void resultsPutBack_areBroughtUpToDateFromTheTopic() throws Exception {
        try (RealStack stack = RealStack.ofOnesOwn("restored-results");
                TestPipeline pipeline = new TestPipeline(stack, "restored_results").registerConnector()) {
            insert(pipeline, "kept", 2_000);
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                Path data = stack.resultsData();
                Path backup = data.resolveSibling("results-backup");
                stack.command("stop results");
                run("cp", "-a", data.toString(), backup.toString());
                stack.command("start results");
                insert(pipeline, "later", 2_000);
                pipeline.execute("DELETE FROM orders WHERE order_id LIKE 'kept-1%'");
                pipeline.awaitExact(LIMIT);

                stack.command("stop results");
                run("rm", "-r", data.toString());
                run("mv", backup.toString(), data.toString());
                stack.command("start results");
                insert(pipeline, "last", 10);
                pipeline.awaitExact(LIMIT);
                assertEquals(1, engine.count("/views/0/fills/times"), "the topic had it all");
            }
        }
    }

    @Test
    void sourceIsAStandby_isRefused() throws Exception {
        try (RealStack stack = RealStack.ofOnesOwn("standby");
                TestPipeline pipeline = new TestPipeline(stack, "standby").registerConnector()) {
            insert(pipeline, "kept", 10);
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                stack.command("stop postgres");
                Files.createFile(stack.postgresData().resolve("data").resolve("standby.signal"));
                stack.command("start postgres");
                Await.until(
                        () -> "it says so: " + engine.text("/views/0/source"),
                        LIMIT,
                        () -> engine.text("/views/0/source/problems/0").startsWith("the source is a standby"));
                assertEquals("RUNNING", engine.text("/state"));
            }
            try (EngineProcess engine = EngineProcess.start(pipeline, "tally.rebuild=true")) {
                assertEquals(1, engine.awaitExit());
                engine.assertNoStackTrace();
                assertEquals(
                        "Tally cannot run: view order_agg: it cannot be read on a standby; point the engine at the primary",
                        engine.log()
                                .lines()
                                .filter(line -> line.contains("Tally cannot run"))
                                .findFirst()
                                .map(line -> line.substring(line.indexOf("Tally cannot run")))
                                .orElse(engine.log()));
            }
        }
    }
}
