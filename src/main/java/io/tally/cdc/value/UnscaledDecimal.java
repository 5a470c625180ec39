package io.tally.cdc.value;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.Base64;

/**
 * A decimal as its unscaled value, big-endian two's complement in base64, the way Connect writes it: to a scaled {@code
 * long}, exactly.
 *
 * <p>Not thread-safe: the result is left in a field, beside the reason that says whether there is one.
 */
final class UnscaledDecimal {

    private static final int DIGITS_PER_BYTES = 4;
    private static final int BYTES_PER_DIGITS = 3;

    /** Digits that hold eight bytes, the padding included. */
    private static final int MAX_USUAL_DIGITS = 12;

    /** Beyond any number that could still fit when zeros are cut off; keeps the work within bounds. */
    private static final int MAX_BITS = 4096;

    private static final byte[] VALUES = new byte[128];

    static {
        Arrays.fill(VALUES, (byte) -1);
        String digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < digits.length(); i++) {
            VALUES[digits.charAt(i)] = (byte) i;
        }
    }

    private final int scale;

    private long unscaled;
    private long units;

    /** @param scale decimals of the result */
    UnscaledDecimal(int scale) {
        this.scale = scale;
    }

    /** The number that was parsed last, times 10^scale; means something only if there was no reason against it. */
    long units() {
        return units;
    }

    /**
     * Reads a number and returns null, or the reason why there is none.
     *
     * @param decimals decimals of the unscaled value; may be negative
     */
    DecimalFault parse(byte[] bytes, int from, int to, int decimals) {
        return decodeUsual(bytes, from, to)
                ? shift(unscaled, (long) scale - decimals)
                : parseAny(bytes, from, to, decimals);
    }

    /** Reads up to eight bytes, padded, without making an array of them. */
    private boolean decodeUsual(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length == 0 || length > MAX_USUAL_DIGITS || length % DIGITS_PER_BYTES != 0) {
            return false;
        }
        int padding = bytes[to - 1] != '=' ? 0 : bytes[to - 2] != '=' ? 1 : 2;
        int count = length / DIGITS_PER_BYTES * BYTES_PER_DIGITS - padding;
        if (count > Long.BYTES) {
            return false;
        }
        int last = to - padding - 1;
        long value = 0;
        for (int i = from; i <= last; i++) {
            int digit = bytes[i] < 0 ? -1 : VALUES[bytes[i]];
            if (digit < 0) {
                return false;
            }
            // The last digit's lowest bits belong to no byte.
            value = i < last ? value << 6 | digit : value << 6 - 2 * padding | digit >> 2 * padding;
        }
        int unused = Long.SIZE - Byte.SIZE * count;
        unscaled = value << unused >> unused;
        return true;
    }

    private DecimalFault parseAny(byte[] bytes, int from, int to, int decimals) {
        BigInteger value;
        try {
            value = new BigInteger(Base64.getDecoder().decode(Arrays.copyOfRange(bytes, from, to)));
        } catch (IllegalArgumentException notBase64OrEmpty) {
            return DecimalFault.NO_NUMBER;
        }
        long shift = (long) scale - decimals;
        if (value.bitLength() > MAX_BITS) {
            return DecimalFault.OUT_OF_RANGE;
        }
        while (value.bitLength() >= Long.SIZE && shift < 0) {
            BigInteger[] parts = value.divideAndRemainder(BigInteger.TEN);
            if (parts[1].signum() != 0) {
                return DecimalFault.TOO_FINE;
            }
            value = parts[0];
            shift++;
        }
        return value.bitLength() < Long.SIZE ? shift(value.longValue(), shift) : DecimalFault.OUT_OF_RANGE;
    }

    /** The value times 10^places. A number other than zero goes out of range, or leaves a rest, after 19 places at most. */
    private DecimalFault shift(long value, long places) {
        long shifted = value;
        for (long left = places; left > 0 && shifted != 0; left--) {
            if (shifted > Long.MAX_VALUE / 10 || shifted < Long.MIN_VALUE / 10) {
                return DecimalFault.OUT_OF_RANGE;
            }
            shifted *= 10;
        }
        for (long left = places; left < 0 && shifted != 0; left++) {
            if (shifted % 10 != 0) {
                return DecimalFault.TOO_FINE;
            }
            shifted /= 10;
        }
        units = shifted;
        return null;
    }
}
