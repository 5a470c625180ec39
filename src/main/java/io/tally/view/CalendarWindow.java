package io.tally.view;

import io.tally.view.expression.ColumnRef;
import io.tally.view.sql.Names;

/** Days, weeks and so on of a time zone: {@code date_trunc(unit, column, zone)}. The server has said where they begin. */
public record CalendarWindow(ColumnRef column, Boundaries boundaries) implements Window {

    @Override
    public boolean zoned() {
        return true;
    }

    @Override
    public long lowest() {
        return boundaries.lowestMicros();
    }

    @Override
    public long highest() {
        return boundaries.highestMicros();
    }

    @Override
    public long startMs(long timeMs) {
        return boundaries.startMs(timeMs);
    }

    @Override
    public boolean holds(long startMs, long timeMs) {
        return boundaries.startMs(timeMs) == startMs;
    }

    @Override
    public long newestStartMs(long timeMs) {
        return boundaries.newestStartMs(timeMs);
    }

    @Override
    public long endMs(long startMs) {
        return boundaries.endMs(startMs);
    }

    @Override
    public long longestMs() {
        return boundaries.longestMs();
    }

    @Override
    public String startSql(String time) {
        return "date_trunc('%s', %s, %s)".formatted(unit().word(), time, zone());
    }

    /** The day after a day is the next on the wall, wherever on its own day the clock has been when it began. */
    @Override
    public String endSql(String start) {
        return "((date_trunc('%s', %s AT TIME ZONE %s) + INTERVAL '%s') AT TIME ZONE %3$s)"
                .formatted(unit().word(), start, zone(), unit().length());
    }

    /** That is what {@code date_add} does, which servers have from 16 on. */
    @Override
    public String shownEndSql(String start) {
        return "((%s AT TIME ZONE %s + INTERVAL '%s') AT TIME ZONE %2$s)".formatted(start, zone(), unit().length());
    }

    @Override
    public String inWords() {
        return "a %s in %s".formatted(unit().word(), boundaries.zone());
    }

    private CalendarUnit unit() {
        return boundaries.unit();
    }

    private String zone() {
        return Names.literal(boundaries.zone());
    }
}
