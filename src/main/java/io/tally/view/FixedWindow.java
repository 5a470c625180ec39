package io.tally.view;

import io.tally.view.expression.ColumnRef;
import java.math.BigInteger;
import java.time.Duration;

/**
 * Windows of one length, one after another: {@code date_bin(stride, column, origin)}.
 *
 * <p>Stride and origin are whole milliseconds.
 */
public record FixedWindow(ColumnRef column, boolean zoned, long sizeMs, long originMs, long lowest, long highest)
        implements Window {

    /** The bounds of a {@code timestamp}: 4713-11-24 BC, and the last moment of the year 294246. */
    private static final BigInteger FIRST = BigInteger.valueOf(Times.FIRST_MICROS);

    private static final BigInteger LAST = BigInteger.valueOf(Times.LAST_MICROS);

    /** Stands for the window of a view that has none: every row is in it. */
    static final FixedWindow ALL =
            new FixedWindow(null, true, Long.MAX_VALUE / MICROS_PER_MILLI, 0, Long.MIN_VALUE, Long.MAX_VALUE);

    /**
     * Windows with the bounds that keep {@code date_bin} from raising an error.
     *
     * @param endIsShown whether the end of a window has to be a {@code timestamp}, too
     */
    static FixedWindow of(ColumnRef column, boolean zoned, long strideMicros, long originMicros, boolean endIsShown) {
        BigInteger stride = BigInteger.valueOf(strideMicros);
        BigInteger origin = BigInteger.valueOf(originMicros);
        // The first window that begins in time: rounded up, which the division does below the origin.
        BigInteger earliest = FIRST.max(origin.subtract(BigInteger.valueOf(Long.MAX_VALUE)));
        BigInteger[] first = earliest.subtract(origin).divideAndRemainder(stride);
        BigInteger firstStart = origin.add(first[0].add(first[1].signum() > 0 ? BigInteger.ONE : BigInteger.ZERO)
                .multiply(stride));
        BigInteger latest = LAST.min(origin.add(BigInteger.valueOf(Long.MAX_VALUE)));
        BigInteger lastTime = endIsShown
                ? latest.subtract(latest.subtract(origin).mod(stride)).subtract(BigInteger.ONE)
                : latest;
        return new FixedWindow(
                column,
                zoned,
                strideMicros / MICROS_PER_MILLI,
                originMicros / MICROS_PER_MILLI,
                firstStart.longValueExact(),
                lastTime.max(firstStart.subtract(BigInteger.ONE)).longValueExact());
    }

    @Override
    public long startMs(long timeMs) {
        return timeMs - Math.floorMod(timeMs - originMs, sizeMs);
    }

    @Override
    public boolean holds(long startMs, long timeMs) {
        return timeMs >= startMs && timeMs < startMs + sizeMs;
    }

    @Override
    public long newestStartMs(long timeMs) {
        return startMs(timeMs);
    }

    @Override
    public long endMs(long startMs) {
        return startMs + sizeMs;
    }

    @Override
    public long longestMs() {
        return sizeMs;
    }

    @Override
    public String startSql(String time) {
        return "date_bin('%d milliseconds', %s, %s)"
                .formatted(sizeMs, time, Times.literal(originMs * MICROS_PER_MILLI, zoned));
    }

    @Override
    public String endSql(String start) {
        return "%s + INTERVAL '%d milliseconds'".formatted(start, sizeMs);
    }

    @Override
    public String shownEndSql(String start) {
        return endSql(start);
    }

    @Override
    public String inWords() {
        return "a window of " + Duration.ofMillis(sizeMs);
    }
}
