package io.tally.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.tally.view.Differential.Failure;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

/**
 * Views against PostgreSQL, in every build. One seed again: {@code -Dview.seed=123}; more of them: {@link Differentials}.
 */
class DifferentialIT {

    private static final long FIRST_SEED = 1;
    private static final int SEEDS = 50;

    @Test
    void views_overRandomTablesAndChanges_areWhatPostgresSays() throws SQLException {
        Long onlySeed = Long.getLong("view.seed");
        long first = onlySeed == null ? FIRST_SEED : onlySeed;
        long end = onlySeed == null ? FIRST_SEED + SEEDS : onlySeed + 1;
        try (TestSource source = new TestSource(TestSource.url(), "differential")) {
            Differential differential = new Differential(source);
            for (long seed = first; seed < end; seed++) {
                Failure failure = differential.run(seed);
                if (failure != null) {
                    fail(differential.shrunk(failure));
                }
            }
            System.out.println("seeds " + first + " to " + (end - 1) + ": " + differential.summary());
            assertEquals((end - first) * Differential.CASES_PER_SEED, differential.cases());
        }
    }
}
