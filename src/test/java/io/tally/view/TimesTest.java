package io.tally.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import org.junit.jupiter.api.Test;

class TimesTest {

    private static final long DAY = Times.MICROS_PER_DAY;

    @Test
    void micros_asPostgresPrintsThem() {
        assertEquals(0, Times.micros("1970-01-01 00:00:00+00"));
        assertEquals(-1, Times.micros("1969-12-31 23:59:59.999999"));
        assertEquals(500_000, Times.micros("1970-01-01 00:00:00.5+00"));
        assertEquals(Times.FIRST_MICROS, Times.micros("4714-11-24 00:00:00+00 BC"));
        assertEquals(Times.LAST_MICROS, Times.micros("294246-12-31 23:59:59.999999"));
        assertNull(Times.micros("294247-01-01 00:00:00"));
        assertNull(Times.micros("infinity"));
        assertNull(Times.micros("2024-01-01 00:00:00+02"));
    }

    @Test
    void days_asPostgresPrintsThem() {
        assertEquals(0, Times.days("1970-01-01"));
        assertEquals(-719_528, Times.days("0001-01-01 BC"));
        assertNull(Times.days("-infinity"));
    }

    @Test
    void interval_ofDaysAndTime() {
        assertEquals(new Times.Interval(0, 60_000_000), Times.interval("PT1M"));
        assertEquals(new Times.Interval(1, 7_200_000_000L), Times.interval("P1DT2H"));
        assertEquals(new Times.Interval(0, 500), Times.interval("PT0.0005S"));
        assertEquals(new Times.Interval(0, -500_000), Times.interval("PT-0.5S"));
        assertEquals(new Times.Interval(0, -60_000_000), Times.interval("PT-1M"));
        assertEquals(new Times.Interval(0, 0), Times.interval("PT0S"));
        assertNull(Times.interval("P1M"));
        assertNull(Times.interval("P1Y2M"));
    }

    @Test
    void literal_isReadBackAsItself() {
        for (long micros :
                new long[] {0, -1, 1_704_067_200_000_000L, Times.FIRST_MICROS, Times.LAST_MICROS, -800_000 * DAY}) {
            String literal = Times.literal(micros, true);
            String padded = literal.substring(1, literal.indexOf('\'', 1));
            assertEquals(micros, Times.micros(padded), literal);
        }
    }
}
