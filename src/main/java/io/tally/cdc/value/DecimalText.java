package io.tally.cdc.value;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;

/**
 * Decimal text to a scaled {@code long}, exactly: what {@link java.math.BigDecimal} reads, in ASCII digits, but without
 * making one and without ever writing out an exponent.
 *
 * <p>Not thread-safe: the result is left in a field, beside the reason that says whether there is one.
 */
public final class DecimalText {

    /** 10^18 is the largest power of ten that fits in a long. */
    public static final int MAX_SCALE = 18;

    /** Digits that always fit in a long. */
    private static final int SAFE_DIGITS = 18;

    /** Larger than any shift that could matter, small enough to be added to without overflow. */
    private static final long HUGE_EXPONENT = 1L << 40;

    /** As Java writes them, and Debezium (3.7) where decimals are strings: the names of constants. */
    private static final byte[][] NOT_FINITE = Stream.of(
                    "NaN", "Infinity", "-Infinity", "NAN", "POSITIVE_INFINITY", "NEGATIVE_INFINITY")
            .map(word -> word.getBytes(StandardCharsets.US_ASCII))
            .toArray(byte[][]::new);

    private final int scale;

    private long units;

    public DecimalText(int scale) {
        if (scale < 0 || scale > MAX_SCALE) {
            throw new IllegalArgumentException("scale must be 0 to " + MAX_SCALE + ", scale=" + scale);
        }
        this.scale = scale;
    }

    /** The number that was parsed last, times 10^scale; means something only if there was no reason against it. */
    public long units() {
        return units;
    }

    /** Reads a number and returns null, or the reason why there is none. */
    public DecimalFault parse(byte[] bytes, int from, int to) {
        return parseUsual(bytes, from, to) ? null : parseAny(bytes, from, to);
    }

    /** The form that nearly every price has: exactly as many decimals as the scale, no exponent, not too long. */
    private boolean parseUsual(byte[] bytes, int from, int to) {
        int point = to - 1 - scale;
        if (scale == 0 || point < from || to - from > SAFE_DIGITS || bytes[point] != '.') {
            return false;
        }
        boolean negative = bytes[from] == '-';
        long value = 0;
        for (int i = negative ? from + 1 : from; i < to; i++) {
            int digit = bytes[i] - '0';
            if (i == point) {
                continue;
            }
            if (digit < 0 || digit > 9) {
                return false;
            }
            value = 10 * value + digit;
        }
        units = negative ? -value : value;
        return true;
    }

    private DecimalFault parseAny(byte[] bytes, int from, int to) {
        boolean negative = from < to && bytes[from] == '-';
        int first = negative || from < to && bytes[from] == '+' ? from + 1 : from;
        int digits = 0;
        int point = -1;
        int at = first;
        while (at < to && (isDigit(bytes[at]) || bytes[at] == '.' && point < 0)) {
            if (bytes[at] == '.') {
                point = at;
            } else {
                digits++;
            }
            at++;
        }
        if (digits == 0 || at < to && (bytes[at] | 0x20) != 'e' || at < to && !isExponent(bytes, at + 1, to)) {
            return isNotFinite(bytes, from, to) ? DecimalFault.NOT_FINITE : DecimalFault.NO_NUMBER;
        }
        long exponent = at < to ? exponent(bytes, at + 1, to) : 0;
        int decimals = point < 0 ? 0 : at - 1 - point;
        return scaled(bytes, first, at, digits, negative, scale - decimals + exponent);
    }

    private static boolean isNotFinite(byte[] bytes, int from, int to) {
        for (byte[] word : NOT_FINITE) {
            if (Arrays.equals(bytes, from, to, word, 0, word.length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isExponent(byte[] bytes, int from, int to) {
        boolean signed = from < to && (bytes[from] == '-' || bytes[from] == '+');
        int first = signed ? from + 1 : from;
        for (int i = first; i < to; i++) {
            if (!isDigit(bytes[i])) {
                return false;
            }
        }
        return first < to;
    }

    /** Value of a well-formed exponent, or one too large to matter. */
    private static long exponent(byte[] bytes, int from, int to) {
        long value = 0;
        for (int i = from; i < to && value < HUGE_EXPONENT; i++) {
            if (isDigit(bytes[i])) {
                value = 10 * value + bytes[i] - '0';
            }
        }
        return bytes[from] == '-' ? -value : value;
    }

    /**
     * The digits in the slice, point left out, times 10^shift. Sums towards negative numbers, which reach one further.
     */
    private DecimalFault scaled(byte[] bytes, int from, int to, int digits, boolean negative, long shift) {
        long kept = digits + shift;
        long value = 0;
        int seen = 0;
        for (int i = from; i < to; i++) {
            if (bytes[i] == '.') {
                continue;
            }
            int digit = bytes[i] - '0';
            if (seen++ >= kept && digit != 0) {
                return DecimalFault.TOO_FINE;
            }
            if (seen <= kept) {
                if (wouldOverflow(value, digit)) {
                    return DecimalFault.OUT_OF_RANGE;
                }
                value = 10 * value - digit;
            }
        }
        for (long i = 0; i < shift && value != 0; i++) {
            if (wouldOverflow(value, 0)) {
                return DecimalFault.OUT_OF_RANGE;
            }
            value *= 10;
        }
        if (!negative && value == Long.MIN_VALUE) {
            return DecimalFault.OUT_OF_RANGE;
        }
        units = negative ? value : -value;
        return null;
    }

    private static boolean wouldOverflow(long negative, int digit) {
        return negative < Long.MIN_VALUE / 10 || 10 * negative < Long.MIN_VALUE + digit;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
