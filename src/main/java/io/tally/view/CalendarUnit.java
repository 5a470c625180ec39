package io.tally.view;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** A part of the calendar that may be a window. */
enum CalendarUnit {
    DAY("1 day", "P1D"),
    WEEK("7 days", "P7D"),
    MONTH("1 month", "P1M"),
    QUARTER("3 months", "P3M"),
    YEAR("1 year", "P1Y");

    private final String interval;
    private final String length;

    CalendarUnit(String interval, String length) {
        this.interval = interval;
        this.length = length;
    }

    /** As people write it. */
    String interval() {
        return interval;
    }

    /** The same as PostgreSQL prints it. */
    String length() {
        return length;
    }

    /** As {@code date_trunc} calls it. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<CalendarUnit> of(String word) {
        return Arrays.stream(values()).filter(unit -> unit.word().equals(word)).findFirst();
    }

    /** All of them, for somebody who has written something else. */
    static String choice() {
        return Arrays.stream(values()).map(unit -> "'" + unit.word() + "'").collect(Collectors.joining(", "));
    }
}
