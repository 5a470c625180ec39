package io.tally.cdc.avro;

/**
 * Walks the bytes of one value in Avro's binary encoding. Reads like the reference implementation, bits beyond a number's
 * size included, so that both take the same bytes for the same value.
 */
public final class AvroInput {

    private static final int MAX_DEPTH = 64;

    /** Elements without a byte of their own that one value may have, so that a count cannot keep anybody busy. */
    private static final int MAX_EMPTY = 1000;

    private byte[] bytes = {};
    private int start;
    private int at;
    private int limit;
    private int depth;
    private long elementsLeft;

    public void open(byte[] value, int offset, int length) {
        bytes = value;
        start = offset;
        at = offset;
        limit = offset + length;
        depth = 0;
        elementsLeft = (long) length + MAX_EMPTY;
    }

    byte[] bytes() {
        return bytes;
    }

    /** Index of the next byte. */
    int at() {
        return at;
    }

    /** Demands that nothing is left. */
    public void end() throws MalformedAvro {
        if (at != limit) {
            throw fault((limit - at) + " bytes are left over");
        }
    }

    int readInt() throws MalformedAvro {
        return (int) readVariable(5, "an int");
    }

    long readLong() throws MalformedAvro {
        return readVariable(10, "a long");
    }

    private long readVariable(int mostBytes, String what) throws MalformedAvro {
        if (at < limit && bytes[at] >= 0) {
            int small = bytes[at++];
            return small >>> 1 ^ -(small & 1);
        }
        long value = 0;
        for (int i = 0; i < mostBytes; i++) {
            if (at == limit) {
                throw fault("it ends in the middle of " + what);
            }
            byte b = bytes[at++];
            value |= (b & 0x7FL) << 7 * i;
            if (b >= 0) {
                long bits = mostBytes == 5 ? value & 0xFFFF_FFFFL : value;
                return bits >>> 1 ^ -(bits & 1);
            }
        }
        throw fault("no number ends here, expected " + what);
    }

    /** The next bytes as a number, the lowest first. */
    long readFixed(int count) throws MalformedAvro {
        int from = pass(count);
        long value = 0;
        for (int i = count - 1; i >= 0; i--) {
            value = value << 8 | bytes[from + i] & 0xFF;
        }
        return value;
    }

    /** The index of one of so many choices. */
    int readIndex(int choices) throws MalformedAvro {
        int index = readInt();
        if (index < 0 || index >= choices) {
            throw fault("there is no choice " + index + " of " + choices);
        }
        return index;
    }

    /** Reads the length of a text or of bytes, and makes sure that they are there. */
    int readLength() throws MalformedAvro {
        long length = readLong();
        if (length < 0 || length > limit - at) {
            throw fault("a length of " + length + " where " + (limit - at) + " bytes are left");
        }
        return (int) length;
    }

    /** Goes on by so many bytes; returns where they begin. */
    int pass(int count) throws MalformedAvro {
        if (count > limit - at) {
            throw fault("it ends within a value of " + count + " bytes");
        }
        int from = at;
        at += count;
        return from;
    }

    /** Reads how many elements come next; none means the end. */
    long readBlock() throws MalformedAvro {
        long count = readLong();
        if (count < 0) {
            // The size of the block in bytes, which only those need who trust it.
            readLong();
            count = -count;
        }
        if (count < 0 || count > elementsLeft) {
            throw fault("a block of " + count + " elements");
        }
        elementsLeft -= count;
        return count;
    }

    /** Goes into a record, array or map. */
    void enter() throws MalformedAvro {
        if (++depth > MAX_DEPTH) {
            throw fault("more than " + MAX_DEPTH + " levels");
        }
    }

    void leave() {
        depth--;
    }

    private MalformedAvro fault(String what) {
        return new MalformedAvro("not Avro of its schema at byte " + (at - start) + ": " + what);
    }
}
