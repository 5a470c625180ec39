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

    private static FixedWindow window(long stride, long origin, boolean endIsShown) {
        return FixedWindow.of(COLUMN, true, stride, origin, endIsShown);
    }

    private static boolean isNamed(Window window, long micros) {
        return micros >= window.lowest() && micros <= window.highest();
    }

    @Test
    void holds_timesWhoseWindowBeginsBeforeAllTime_areOut() {
        FixedWindow weeks = window(7 * DAY, 0, false);
        assertEquals(0, weeks.lowest() % (7 * DAY));
        assertTrue(weeks.lowest() >= Times.FIRST_MICROS && weeks.lowest() < Times.FIRST_MICROS + 7 * DAY);
        assertFalse(isNamed(weeks, weeks.lowest() - 1));
        assertTrue(isNamed(weeks, weeks.lowest()));
        assertEquals(Times.LAST_MICROS, weeks.highest());
    }

    @Test
    void holds_timesWhoseWindowEndsAfterAllTime_areOutIfTheEndIsShown() {
        FixedWindow weeks = window(7 * DAY, 0, true);
        assertEquals(0, (weeks.highest() + 1) % (7 * DAY));
        assertTrue(weeks.highest() <= Times.LAST_MICROS && weeks.highest() > Times.LAST_MICROS - 7 * DAY);
    }

    @Test
    void holds_timesTooFarFromTheOrigin_areOut() {
        long origin = Times.micros("0001-01-01 00:00:00");
        assertEquals(origin + Long.MAX_VALUE, window(DAY, origin, false).highest());
        FixedWindow future = window(DAY, Times.LAST_MICROS - 999_999, false);
        assertTrue(future.lowest() > Times.FIRST_MICROS);
        // The difference is one that 64 bits hold.
        assertTrue(Math.subtractExact(future.lowest(), future.originMs() * 1000) < 0);
    }

    @Test
    void holds_windowsLongerThanAllTime_holdNothingOrOne() {
        FixedWindow whole = window(Long.MAX_VALUE / 1000 * 1000, 0, true);
        assertFalse(isNamed(whole, 0));
        assertFalse(isNamed(whole, -1));
        FixedWindow started = window(Long.MAX_VALUE / 1000 * 1000, 0, false);
        assertTrue(isNamed(started, 0));
        assertFalse(isNamed(started, -1));
    }
}
