package io.tally.view;

import io.tally.view.expression.ColumnRef;
import java.math.BigInteger;

/**
 * Windows of one length, one after another: {@code date_bin(stride, column, origin)}.
 *
 * <p>A window is named by its start. All times are microseconds since 1970-01-01; stride and origin are whole milliseconds,
 * and so is every start. Whoever only names and orders windows calculates in milliseconds.
 *
 * @param zoned whether the column is a {@code timestamp with time zone}
 * @param lowest times below it have no window that PostgreSQL can name
 * @param highest neither have times above it
 */
public record Window(ColumnRef column, boolean zoned, long strideMicros, long originMicros, long lowest, long highest) {

    private static final long MICROS_PER_MILLI = 1000;

    /** The bounds of a {@code timestamp}: 4713-11-24 BC, and the last moment of the year 294246. */
    private static final BigInteger FIRST = BigInteger.valueOf(Times.FIRST_MICROS);

    private static final BigInteger LAST = BigInteger.valueOf(Times.LAST_MICROS);

    /** Stands for the window of a view that has none: every row is in it. */
    static final Window ALL = new Window(null, true, Long.MAX_VALUE / 1000 * 1000, 0, Long.MIN_VALUE, Long.MAX_VALUE);

    /**
     * Windows with the bounds that keep {@code date_bin} from raising an error.
     *
     * @param endIsShown whether the end of a window has to be a {@code timestamp}, too
     */
    static Window of(ColumnRef column, boolean zoned, long strideMicros, long originMicros, boolean endIsShown) {
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
        return new Window(
                column,
                zoned,
                strideMicros,
                originMicros,
                firstStart.longValueExact(),
                lastTime.max(firstStart.subtract(BigInteger.ONE)).longValueExact());
    }

    /** Whether the time has a window that PostgreSQL can name. */
    boolean holds(long micros) {
        return micros >= lowest && micros <= highest;
    }

    /** Whether rows have a time that tells the window. */
    boolean isTimed() {
        return column != null;
    }

    /** The start of the window that holds a time; both in ms. */
    public long startMs(long timeMs) {
        return timeMs - Math.floorMod(timeMs - originMicros / MICROS_PER_MILLI, strideMicros / MICROS_PER_MILLI);
    }

    /** The end, exclusive, of the window with this start; both in ms. */
    public long endMs(long startMs) {
        return startMs + sizeMs();
    }

    /** Its length in ms. */
    public long sizeMs() {
        return strideMicros / MICROS_PER_MILLI;
    }
}
