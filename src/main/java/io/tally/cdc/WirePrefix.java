package io.tally.cdc;

/**
 * Prefix of a value by converters with a schema registry: a zero and the id of its schema, four bytes, the highest
 * first.
 */
public final class WirePrefix {

    /** No JSON begins with it. */
    static final byte MAGIC = 0;

    static final int LENGTH = 5;

    private WirePrefix() {}

    /** Whether a value, or what is left of one, begins with it. */
    public static boolean isAt(byte[] value, int offset, int length) {
        return length >= LENGTH && value[offset] == MAGIC;
    }

    /** The id in a prefix that is there. */
    public static int id(byte[] value, int offset) {
        return (value[offset + 1] & 0xFF) << 24
                | (value[offset + 2] & 0xFF) << 16
                | (value[offset + 3] & 0xFF) << 8
                | value[offset + 4] & 0xFF;
    }
}
