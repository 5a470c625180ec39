package io.tally.cdc.value;

import io.tally.cdc.json.Words;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The text of a JSON number, already checked by the cursor, to a {@code long} if it is an integer. */
public final class IntegerText {

    /** Digits that always fit; one more may. */
    private static final int SAFE_DIGITS = 18;

    private static final byte[] MAX = "9223372036854775807".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MIN = "9223372036854775808".getBytes(StandardCharsets.US_ASCII);

    private IntegerText() {}

    /** Whether the number has neither decimals nor an exponent. */
    public static boolean isInteger(byte[] bytes, int from, int to) {
        return Words.endOfDigits(bytes, bytes[from] == '-' ? from + 1 : from, to) == to;
    }

    /** Whether an integer fits in a long. */
    public static boolean fits(byte[] bytes, int from, int to) {
        boolean negative = bytes[from] == '-';
        int first = negative ? from + 1 : from;
        int digits = to - first;
        return digits <= SAFE_DIGITS
                || digits == MAX.length && Arrays.compare(bytes, first, to, negative ? MIN : MAX, 0, digits) <= 0;
    }

    /** Value of a number that is written as up to 16 digits and nothing else, as nearly all integers are; else -1. */
    public static long usual(byte[] bytes, int from, int to) {
        int count = to - from;
        // The words reach back before the number, where a record has its names.
        if (count > 2 * Long.BYTES || to < 2 * Long.BYTES) {
            return -1;
        }
        long low = Words.at(bytes, to - Long.BYTES);
        if (count <= Long.BYTES) {
            return Words.high(Words.notDigits(low), count) == 0 ? Words.digits(low, count) : -1;
        }
        long high = Words.at(bytes, to - 2 * Long.BYTES);
        int above = count - Long.BYTES;
        return (Words.notDigits(low) | Words.high(Words.notDigits(high), above)) == 0
                ? 100_000_000 * Words.digits(high, above) + Words.digits(low, Long.BYTES)
                : -1;
    }

    /** Value of an integer that fits. */
    public static long value(byte[] bytes, int from, int to) {
        boolean negative = bytes[from] == '-';
        int first = negative ? from + 1 : from;
        long value = digits(bytes, first, to);
        return negative ? -value : value;
    }

    private static long digits(byte[] bytes, int from, int to) {
        long usual = usual(bytes, from, to);
        if (usual >= 0) {
            return usual;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            value = 10 * value + bytes[i] - '0';
        }
        return value;
    }
}
