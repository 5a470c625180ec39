package io.tally.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Whether the differential test can fail: it is run on views that are broken in one place after another. */
@Tag("long")
class BrokenViewIT {

    private static final int MOST_SEEDS = 150;

    @Test
    void differential_eachConstructBroken_isNoticed() throws SQLException {
        List<BrokenView> unnoticed = new ArrayList<>();
        try (TestSource source = new TestSource(TestSource.url(), "broken")) {
            for (BrokenView breaking : BrokenView.values()) {
                long cases = casesUntilNoticed(source, breaking);
                System.out.printf("%-32s %s%n", breaking, cases < 0 ? "not noticed" : cases + " cases");
                if (cases < 0) {
                    unnoticed.add(breaking);
                }
            }
        }
        assertEquals(List.of(), unnoticed);
    }

    /** Cases until a difference shows, in an answer or as an exception, or -1. */
    private static long casesUntilNoticed(TestSource source, BrokenView breaking) throws SQLException {
        Differential differential = new Differential(source, breaking::broken);
        for (long seed = 1; seed <= MOST_SEEDS; seed++) {
            try {
                if (differential.run(seed) != null) {
                    return differential.cases();
                }
            } catch (ArithmeticException | NumberFormatException | AssertionError broken) {
                return differential.cases();
            }
        }
        return -1;
    }

    /** For trying it without a build. */
    public static void main(String[] args) throws SQLException {
        new BrokenViewIT().differential_eachConstructBroken_isNoticed();
    }
}
