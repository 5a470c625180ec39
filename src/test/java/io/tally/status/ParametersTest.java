package io.tally.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.status.Problem.BadParameter;
import io.tally.view.Boundaries;
import io.tally.view.CalendarWindow;
import io.tally.view.DefaultView;
import io.tally.view.Window;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParametersTest {

    private static final Window MINUTES = DefaultView.of(Duration.ofMinutes(1)).windowOrAll();

    @Test
    void limit_notGiven_isTheDefault() {
        assertEquals(20, Parameters.limit("limit", null, 20, 100));
        assertEquals(7, Parameters.limit("limit", "7", 20, 100));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-1", "101", "ten", "", "1.5", "99999999999999999999"})
    void limit_impossible_namesParameterValueAndRange(String value) {
        BadParameter bad = assertThrows(BadParameter.class, () -> Parameters.limit("limit", value, 20, 100));
        assertEquals("limit=" + value + " is not possible: expected a whole number from 1 to 100", bad.getMessage());
    }

    @Test
    void windowStart_ofADay_isABoundary() {
        String day = "date_trunc('day'::text, event_ts, 'Europe/Berlin'::text)";
        Boundaries boundaries = Boundaries.askedFor("SELECT %s AS w FROM orders GROUP BY (%1$s)".formatted(day))
                .orElseThrow()
                .answer(new Long[] {-3_600L, 82_800L, 169_200L}, new Long[] {-3_600L, 82_800L, 169_200L});
        Window days = new CalendarWindow(MINUTES.column(), boundaries);
        assertEquals(82_800_000, Parameters.windowStart("start", "1970-01-01T23:00:00Z", days));
        BadParameter bad =
                assertThrows(BadParameter.class, () -> Parameters.windowStart("start", "1970-01-02T00:00:00Z", days));
        assertEquals(
                "start=1970-01-02T00:00:00Z is not possible: expected the start of a day in Europe/Berlin, in UTC, such as"
                        + " 1970-01-01T23:00:00Z",
                bad.getMessage());
    }

    @Test
    void windowStart_ofAWindow_isItsTime() {
        assertEquals(60_000, Parameters.windowStart("start", "1970-01-01T00:01:00Z", MINUTES));
        assertEquals(-60_000, Parameters.windowStart("start", "1969-12-31T23:59:00Z", MINUTES));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-23T05:13:07Z, 2026-11-23T05:13:00Z",
        "yesterday, 2026-11-23T05:13:00Z",
        "2026-11-23 05:13, 2026-11-23T05:13:00Z",
        "+1000000000-12-31T23:59:59.999999999Z, 2026-11-23T05:13:00Z"
    })
    void windowStart_impossible_showsAPossibleOne(String value, String example) {
        BadParameter bad = assertThrows(BadParameter.class, () -> Parameters.windowStart("start", value, MINUTES));
        assertTrue(bad.getMessage().endsWith("such as " + example), bad.getMessage());
    }
}
