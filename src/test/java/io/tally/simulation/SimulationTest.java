package io.tally.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.tally.simulation.Simulation.Failure;
import org.junit.jupiter.api.Test;

/**
 * The simulation in every build. One schedule again: {@code ./mvnw test -Dtest=SimulationTest -Dsimulation.seed=123}; more of
 * them: {@link Simulate}.
 */
class SimulationTest {

    private static final long FIRST_SEED = 1;
    private static final int SCHEDULES = 5_000;

    @Test
    void run_manySchedules_resultsAreExactAndEveryFaultOccurred() {
        Long onlySeed = Long.getLong("simulation.seed");
        Simulation simulation = new Simulation();
        long startedAt = System.nanoTime();
        long seed = onlySeed == null ? FIRST_SEED : onlySeed;
        long end = onlySeed == null ? FIRST_SEED + SCHEDULES : onlySeed + 1;
        for (; seed < end; seed++) {
            Failure failure = simulation.run(seed);
            if (failure != null) {
                fail(Simulate.describe(failure));
            }
        }
        System.out.println(simulation.summary(Simulate.secondsSince(startedAt)));
        for (FaultKind kind : onlySeed == null ? FaultKind.values() : new FaultKind[0]) {
            assertTrue(simulation.happened(kind) > 0, kind + " never occurred");
        }
    }
}
