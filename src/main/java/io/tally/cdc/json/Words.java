package io.tally.cdc.json;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Eight bytes at a time: tests on all bytes of a little-endian word at once.
 *
 * <p>A mask has the top bit set in each byte that was found. A borrow may set it in bytes above the first one too, so
 * of a mask only two things count: whether it is zero, and its lowest bit.
 */
public final class Words {

    static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long TOPS = 0x80 * ONES;

    /** Carries a digit's value into the top bit if it is more than 9. */
    private static final long MORE_THAN_NINE = (0x7F - 9) * ONES;

    private Words() {}

    /** The eight bytes from the given index, the first in the lowest place. */
    public static long at(byte[] bytes, int index) {
        return (long) LONGS.get(bytes, index);
    }

    /** Finds the bytes that are not plain inside a JSON string: quote, backslash, control character, not ASCII. */
    public static long notPlain(long word) {
        // With bit 1 flipped, the quote (0x22) is 0x20 and the space 0x22: quote and controls are what is below 0x21.
        long quoteOrControl = (word ^ 0x02 * ONES) - 0x21 * ONES;
        long backslash = (word ^ '\\' * ONES) - ONES;
        return (quoteOrControl | backslash | word) & TOPS;
    }

    /** Finds the bytes that are not decimal digits. */
    public static long notDigits(long word) {
        return tooLarge(word ^ '0' * ONES, MORE_THAN_NINE);
    }

    /** The first bytes of the word, 0 to 7 of them. */
    public static long low(long word, int count) {
        return word & (1L << (count << 3)) - 1;
    }

    /** The last bytes of the word, 1 to 8 of them. */
    public static long high(long word, int count) {
        return word >>> Long.SIZE - (count << 3);
    }

    /**
     * Finds the bytes that are too large.
     *
     * @param carry what has to be added to each byte for its top bit to show it
     */
    public static long tooLarge(long values, long carry) {
        return ((values & ~TOPS) + carry | values) & TOPS;
    }

    /** Index of the first byte found, 0 to 7; 8 for none. */
    public static int first(long mask) {
        return Long.numberOfTrailingZeros(mask) >>> 3;
    }

    /**
     * Value of the decimal digits that the last bytes of the word are, 1 to 8 of them; the bytes before do not matter.
     */
    public static long digits(long word, int count) {
        int others = Long.SIZE - (count << 3);
        // Neighbours are joined: eight digits to four pairs, to two fours, to one number.
        long ones = (word & 0x0F * ONES) >>> others << others;
        long pairs = (10 * ones + (ones >>> 8)) & 0x00FF00FF00FF00FFL;
        long fours = (100 * pairs + (pairs >>> 16)) & 0x0000FFFF0000FFFFL;
        return (10_000 * fours + (fours >>> 32)) & 0xFFFFFFFFL;
    }

    /** Index of the first byte, from the given one, that is not a decimal digit, or the limit. */
    public static int endOfDigits(byte[] bytes, int from, int limit) {
        int at = from;
        while (at <= limit - Long.BYTES) {
            long found = notDigits(at(bytes, at));
            if (found != 0) {
                return at + first(found);
            }
            at += Long.BYTES;
        }
        while (at < limit && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        return at;
    }
}
