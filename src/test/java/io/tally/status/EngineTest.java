package io.tally.status;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.status.Engine.Verdict;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One view's trouble is not the engine's, as long as another view is kept. */
class EngineTest {

    private static final Verdict RUNNING = new Verdict(EngineState.RUNNING, null);
    private static final Verdict FAILED = new Verdict(EngineState.FAILED, "offsets are gone");
    private static final Verdict STALLED = new Verdict(EngineState.STALLED, "no answer");
    private static final Verdict WAITING = new Verdict(EngineState.WAITING, "taking over");

    @Test
    void best_oneViewRuns_isRunning() {
        assertEquals(RUNNING, Engine.best(List.of(FAILED, RUNNING, STALLED)));
        assertEquals(STALLED, Engine.best(List.of(FAILED, WAITING, STALLED)));
        assertEquals(FAILED, Engine.best(List.of(FAILED, FAILED)));
    }

    @Test
    void best_noViewYet_waits() {
        assertEquals(EngineState.WAITING, Engine.best(List.of()).state());
    }

    @Test
    void warning_viewThatIsWorseOff_isNamed() {
        assertEquals(
                List.of("view by_region is FAILED: offsets are gone"),
                Engine.warning(RUNNING, "by_region", FAILED).toList());
        assertEquals(List.of(), Engine.warning(RUNNING, "by_region", RUNNING).toList());
        assertEquals(List.of(), Engine.warning(FAILED, "by_region", FAILED).toList(), "the engine says it");
    }
}
