package io.tally.view;

import io.tally.view.expression.ColumnRef;

/**
 * The windows of a view, each named by its start. All starts and ends are whole milliseconds, and whoever only names and orders
 * windows calculates in these; bounds of times are microseconds since 1970-01-01.
 *
 * <p>A window ends where the next one begins. The end that PostgreSQL shows may be another time: on the calendar, the day on
 * which a clock goes forward at midnight begins at one o'clock, and a day later it is one o'clock again.
 */
public sealed interface Window permits FixedWindow, CalendarWindow {

    /** Microseconds in a millisecond. */
    long MICROS_PER_MILLI = 1_000;

    /** The column that tells the window of a row. */
    ColumnRef column();

    /** Whether the column is a {@code timestamp with time zone}. */
    boolean zoned();

    /** Times below it have no window that can be named. */
    long lowest();

    /** Neither have times above it. */
    long highest();

    /** The start of the window that holds a time; both in ms. On the calendar it may lie behind the time. */
    long startMs(long timeMs);

    /** Whether a time lies in the window with this start; both in ms. */
    boolean holds(long startMs, long timeMs);

    /** The start of the newest window that has begun at this time; both in ms. Every older one is over. */
    long newestStartMs(long timeMs);

    /** The end, exclusive, of the window with this start; both in ms. */
    long endMs(long startMs);

    /** The length of the longest window in ms. */
    long longestMs();

    /** The start of the window that holds a time, in SQL. */
    String startSql(String time);

    /** The end of the window with this start, in SQL. */
    String endSql(String start);

    /** The end of the window with this start as the {@code SELECT} shows it, in SQL. */
    String shownEndSql(String start);

    /** A window in words. */
    String inWords();

    /** Whether rows have a time that tells the window. */
    default boolean isTimed() {
        return column() != null;
    }
}
