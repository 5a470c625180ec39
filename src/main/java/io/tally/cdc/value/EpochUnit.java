package io.tally.cdc.value;

/** Unit of a time that is written as a number since 1970-01-01T00:00:00Z. */
public enum EpochUnit {
    MILLIS,
    MICROS,
    NANOS;

    /**
     * From here on, up and down, Debezium writes PostgreSQL's {@code infinity} and {@code -infinity}, and in microseconds also
     * what is too far away for 64 bits. All of that is beyond the last time.
     */
    private static final long INFINITY = 9_223_372_036_000_000_000L;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** Epoch microseconds, rounded down; {@link TimeText#INFINITE}, {@link TimeText#FAR} or {@link TimeText#IMPOSSIBLE}. */
    public long toMicros(long time) {
        if (this == NANOS) {
            // Centuries before the last time: it is not known what it was.
            boolean exceeded = time == Long.MAX_VALUE || time < Long.MIN_VALUE + NANOS_PER_SECOND;
            return exceeded ? TimeText.IMPOSSIBLE : Math.floorDiv(time, 1000);
        }
        if (time >= INFINITY || time <= -INFINITY) {
            return TimeText.INFINITE;
        }
        return this == MILLIS
                ? TimeText.inRange(Math.floorDiv(time, 1000), Math.floorMod(time, 1000) * 1000L)
                : TimeText.inRange(Math.floorDiv(time, 1_000_000), Math.floorMod(time, 1_000_000));
    }
}
