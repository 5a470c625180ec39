package io.tally.cdc;

/** What a time that is written as a number counts since 1970-01-01T00:00:00Z. */
public enum EpochUnit {
    MILLIS(1),
    MICROS(1_000),
    NANOS(1_000_000);

    /**
     * From here on, up and down, Debezium writes PostgreSQL's {@code infinity} and {@code -infinity}, and in microseconds also
     * what is too far away for 64 bits. All of that is beyond the last window.
     */
    private static final long INFINITY = 9_223_372_036_000_000_000L;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final long perMilli;

    EpochUnit(long perMilli) {
        this.perMilli = perMilli;
    }

    /** Epoch milliseconds, rounded down; {@link TimeText#INFINITE}, {@link TimeText#OUT_OF_RANGE} or {@link TimeText#IMPOSSIBLE}. */
    long toMillis(long time) {
        if (this == NANOS) {
            // Centuries before the last window: it is not known what it was.
            boolean exceeded = time == Long.MAX_VALUE || time < Long.MIN_VALUE + NANOS_PER_SECOND;
            return exceeded ? TimeText.IMPOSSIBLE : Math.floorDiv(time, perMilli);
        }
        if (time >= INFINITY || time <= -INFINITY) {
            return TimeText.INFINITE;
        }
        return TimeText.inWindow(Math.floorDiv(time, perMilli));
    }
}
