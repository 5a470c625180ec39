package io.tally.window;

import io.tally.cdc.RowChange;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Records at one and the same place in the source's log, by operation and key. There are few: all of them come from
 * one record of that log, which holds rows of one page. Single writer.
 */
final class RunKeys {

    /** Operation and key of each record, one after another. */
    private byte[] bytes = new byte[64];

    private int[] ends = new int[4];
    private int count;

    /** @param stored what {@link #toBytes} returned */
    RunKeys(byte[] stored) {
        ByteBuffer buffer = ByteBuffer.wrap(stored);
        while (buffer.hasRemaining()) {
            int length = buffer.getInt();
            int start = grow(length);
            buffer.get(bytes, start, length);
        }
    }

    int size() {
        return count;
    }

    void clear() {
        count = 0;
    }

    boolean contains(RowChange change) {
        int start = 0;
        for (int i = 0; i < count; i++) {
            int end = ends[i];
            if (bytes[start] == operation(change) && change.keyEquals(bytes, start + 1, end - start - 1)) {
                return true;
            }
            start = end;
        }
        return false;
    }

    void add(RowChange change) {
        int start = grow(1 + change.keyLength());
        bytes[start] = operation(change);
        change.copyKey(bytes, start + 1);
    }

    /** Makes room for one more key and returns where it begins. */
    private int grow(int length) {
        int start = count == 0 ? 0 : ends[count - 1];
        int end = start + length;
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
        }
        if (count == ends.length) {
            ends = Arrays.copyOf(ends, 2 * ends.length);
        }
        ends[count++] = end;
        return start;
    }

    /** The first so many, for a checkpoint: each with its length before it. */
    byte[] toBytes(int first) {
        if (first == 0) {
            return FilterState.NO_KEYS;
        }
        ByteBuffer buffer = ByteBuffer.allocate(Integer.BYTES * first + ends[first - 1]);
        int start = 0;
        for (int i = 0; i < first; i++) {
            buffer.putInt(ends[i] - start).put(bytes, start, ends[i] - start);
            start = ends[i];
        }
        return buffer.array();
    }

    /** A letter that stays the same from version to version, because checkpoints hold it. */
    private static byte operation(RowChange change) {
        return (byte) change.op().name().charAt(0);
    }
}
