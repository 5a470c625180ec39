package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.testkit.EngineProcess;
import io.tally.testkit.TestPipeline;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A native executable without memory left. A JVM ends, too, when an option says so, which its image gives. */
@Tag("native")
class OutOfMemoryNativeIT {

    private static final int OUT_OF_MEMORY = 3;

    /** Else threads would end one by one, and the process would be there and do nothing. */
    @Test
    void groupsThatDoNotFit_endTheEngine() {
        try (TestPipeline pipeline = new TestPipeline("out_of_memory").registerConnector()) {
            pipeline.execute("INSERT INTO orders VALUES ('first', 1, 1, 1.00, now())");
            try (EngineProcess engine =
                    EngineProcess.startInHeap("12m", pipeline).awaitRunning()) {
                pipeline.execute(
                        "INSERT INTO orders SELECT i::text, i, 1, 1, now() FROM generate_series(1, 300000) AS i");
                assertEquals(OUT_OF_MEMORY, engine.awaitExit());
            }
        }
    }
}
