package io.tally.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What comes of a server's answer; that it is the right one is for the differential test. */
class BoundariesTest {

    private static final Boundaries.Question DAYS = new Boundaries.Question(CalendarUnit.DAY, "America/St_Johns");

    /** Of 2006: the day of the 29th begins, breaks off after a minute, and begins again. */
    private static final Boundaries AUTUMN = DAYS.answer(
            seconds("27T12:00", "28T02:30", "29T02:30", "29T02:31", "29T03:30", "30T03:30", "31T03:30"),
            seconds("27T02:30", "28T02:30", "29T03:30", "28T02:30", "29T03:30", "30T03:30", "31T03:30"));

    private static Long[] seconds(String... days) {
        return Arrays.stream(days).map(day -> ms(day) / 1000).toArray(Long[]::new);
    }

    private static long ms(String day) {
        return Instant.parse("2006-10-%s:00Z".formatted(day)).toEpochMilli();
    }

    @Test
    void startMs_ofADayThatBeginsTwice_isItsSecondBeginning() {
        assertEquals(ms("28T02:30"), AUTUMN.startMs(ms("29T02:30") - 1));
        assertEquals(ms("29T03:30"), AUTUMN.startMs(ms("29T02:30")));
        assertEquals(ms("29T03:30"), AUTUMN.startMs(ms("29T02:31") - 1));
        assertEquals(ms("28T02:30"), AUTUMN.startMs(ms("29T02:31")));
        assertEquals(ms("28T02:30"), AUTUMN.startMs(ms("29T03:30") - 1));
        assertEquals(ms("29T03:30"), AUTUMN.startMs(ms("29T03:30")));
        assertEquals(ms("29T03:30"), AUTUMN.startMs(ms("30T03:30") - 1));
    }

    @Test
    void newestStartMs_ofADayThatBeginsTwice_isNotBehindTheTime() {
        assertEquals(ms("28T02:30"), AUTUMN.newestStartMs(ms("29T02:30")));
        assertEquals(ms("29T03:30"), AUTUMN.newestStartMs(ms("29T03:30")));
        assertEquals(ms("28T02:30"), AUTUMN.newestStartMs(Long.MIN_VALUE), "the first one, of which nothing is over");
    }

    @Test
    void endMs_isWhereTheNextOneBegins() {
        assertEquals(ms("29T03:30"), AUTUMN.endMs(ms("28T02:30")));
        assertEquals(ms("30T03:30"), AUTUMN.endMs(ms("29T03:30")));
        assertEquals(25 * 3_600_000, AUTUMN.longestMs());
    }

    @Test
    void bounds_holdWholeWindowsWithAnEnd() {
        assertEquals(ms("28T02:30") * 1000, AUTUMN.lowestMicros());
        assertEquals(ms("31T03:30") * 1000 - 1, AUTUMN.highestMicros());
    }

    @Test
    void hash_ofTheSameAnswer_isTheSame() {
        Long[] moments = seconds("28T02:30", "29T02:30", "29T03:30", "30T03:30");
        Long[] starts = seconds("28T02:30", "29T03:30", "29T03:30", "30T03:30");
        assertEquals(
                DAYS.answer(moments, starts).hash(),
                DAYS.answer(moments.clone(), starts.clone()).hash());
        assertNotEquals(
                DAYS.answer(moments, starts).hash(),
                DAYS.answer(moments, moments).hash());
    }

    @Test
    void answer_ofAServerThatDoesNotKnowTheZone_isNone() {
        assertTrue(AUTUMN.areKnown());
        assertFalse(DAYS.answer(null, null).areKnown());
    }

    @Test
    void askedFor_onlyWindowsThatCanBeKept() {
        String view = " SELECT %s AS w,\n    count(*) AS n\n   FROM orders o\n  GROUP BY (%1$s);";
        String day = "date_trunc('day'::text, o.event_ts, 'America/St_Johns'::text)";
        assertEquals(Optional.of(DAYS), Boundaries.askedFor(view.formatted(day)));
        assertEquals(Optional.empty(), Boundaries.askedFor(view.formatted(day.replace("day", "hour"))));
        assertEquals(Optional.empty(), Boundaries.askedFor(view.formatted(day.replace("America/St_Johns", "EST"))));
        assertEquals(Optional.empty(), Boundaries.askedFor(view.formatted("date_trunc('day'::text, event_ts)")));
        assertEquals(Optional.empty(), Boundaries.askedFor(view.formatted("date_bin('P1D'::interval, event_ts, x)")));
        assertEquals(Optional.empty(), Boundaries.askedFor("no view"));
    }
}
