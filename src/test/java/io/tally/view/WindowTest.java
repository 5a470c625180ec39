package io.tally.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.view.expression.ColumnRef;
import org.junit.jupiter.api.Test;

/** The bounds of windows; where rows belong is for the differential test. */
class WindowTest {

    private static final ColumnRef COLUMN = new ColumnRef(0, "event_ts", false);
    private static final long DAY = Times.MICROS_PER_DAY;

    private static Window window(long stride, long origin, boolean endIsShown) {
        return Window.of(COLUMN, true, stride, origin, endIsShown);
    }

    @Test
    void holds_timesWhoseWindowBeginsBeforeAllTime_areOut() {
        Window weeks = window(7 * DAY, 0, false);
        assertEquals(0, weeks.lowest() % (7 * DAY));
        assertTrue(weeks.lowest() >= Times.FIRST_MICROS && weeks.lowest() < Times.FIRST_MICROS + 7 * DAY);
        assertFalse(weeks.holds(weeks.lowest() - 1));
        assertTrue(weeks.holds(weeks.lowest()));
        assertEquals(Times.LAST_MICROS, weeks.highest());
    }

    @Test
    void holds_timesWhoseWindowEndsAfterAllTime_areOutIfTheEndIsShown() {
        Window weeks = window(7 * DAY, 0, true);
        assertEquals(0, (weeks.highest() + 1) % (7 * DAY));
        assertTrue(weeks.highest() <= Times.LAST_MICROS && weeks.highest() > Times.LAST_MICROS - 7 * DAY);
    }

    @Test
    void holds_timesTooFarFromTheOrigin_areOut() {
        long origin = Times.micros("0001-01-01 00:00:00");
        assertEquals(origin + Long.MAX_VALUE, window(DAY, origin, false).highest());
        Window future = window(DAY, Times.LAST_MICROS - 999_999, false);
        assertTrue(future.lowest() > Times.FIRST_MICROS);
        // The difference is one that 64 bits hold.
        assertTrue(Math.subtractExact(future.lowest(), future.originMicros()) < 0);
    }

    @Test
    void holds_windowsLongerThanAllTime_holdNothingOrOne() {
        Window whole = window(Long.MAX_VALUE / 1000 * 1000, 0, true);
        assertFalse(whole.holds(0));
        assertFalse(whole.holds(-1));
        Window started = window(Long.MAX_VALUE / 1000 * 1000, 0, false);
        assertTrue(started.holds(0));
        assertFalse(started.holds(-1));
    }
}
