package io.tally.cdc;

/** What a time that is written as a number counts since 1970-01-01T00:00:00Z. */
public enum EpochUnit {
    MILLIS(1),
    MICROS(1_000),
    NANOS(1_000_000);

    /** What Debezium writes for PostgreSQL's {@code infinity} and {@code -infinity} where the time is a number. */
    private static final long INFINITY = 9_223_372_036_825_200_000L;

    private static final long MINUS_INFINITY = -9_223_372_036_832_400_000L;

    private final long perMilli;

    EpochUnit(long perMilli) {
        this.perMilli = perMilli;
    }

    /** Epoch milliseconds, rounded down; {@link TimeText#INFINITE} or {@link TimeText#IMPOSSIBLE}. */
    long toMillis(long time) {
        if (time == INFINITY || time == MINUS_INFINITY) {
            return TimeText.INFINITE;
        }
        long millis = Math.floorDiv(time, perMilli);
        return millis < TimeText.FIRST_MS || millis > TimeText.LAST_MS ? TimeText.IMPOSSIBLE : millis;
    }
}
