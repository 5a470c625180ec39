package io.tally.window;

import io.tally.view.SourceColumn;
import io.tally.view.expression.RowImage;
import java.util.List;

/**
 * The keys of groups, each in a slot of an open-addressing table with linear probing, at most 0.8 full. The owner of data
 * beside them keeps it by slot, in arrays of {@link #width}, and moves it to a larger table when this one is full. Single
 * writer.
 */
abstract sealed class Keys permits PackedKeys, ByteKeys {

    /** Answer for a key that has no slot. */
    static final int NOWHERE = -1;

    static final int FEWEST_SLOTS = 2;

    private static final double FULLEST = 0.8;
    /** 2^64 divided by the golden ratio: spreads neighbouring keys over the table (Knuth, TAOCP 3, 6.4). */
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    final int mask;
    private final int shift;
    private int size;

    /** @param slots a power of two, above one */
    Keys(int slots) {
        mask = slots - 1;
        shift = Long.numberOfLeadingZeros(mask);
    }

    /** A copy that has no keys of its own yet. */
    Keys(Keys other) {
        mask = other.mask;
        shift = other.shift;
        size = other.size;
    }

    /** An empty table for keys of these columns. */
    static Keys of(List<SourceColumn> columns) {
        Packing packing = Packing.of(columns);
        return packing == null ? new ByteKeys(columns, FEWEST_SLOTS) : PackedKeys.of(packing, FEWEST_SLOTS);
    }

    /** How many keys there are. */
    final int size() {
        return size;
    }

    final int slots() {
        return mask + 1;
    }

    final int firstSlot(long hash) {
        return (int) (hash * SPREAD >>> shift);
    }

    final int nextSlot(int slot) {
        return slot + 1 & mask;
    }

    /** Counts a key that is to be added; false if there is no room for it. */
    final boolean takesRoom() {
        if (size >= (int) (FULLEST * slots())) {
            return false;
        }
        size++;
        return true;
    }

    /** How many slots an array beside has to have room for. */
    abstract int width();

    /** The slot of a row's key, an empty one if it is new; {@link #NOWHERE} if it is new and the table is full. */
    abstract int take(RowImage row);

    /** The same, of a key in another table for the same columns. */
    abstract int take(Keys other, int slotOfOther);

    /** The slot of a row's key, or {@link #NOWHERE}. */
    abstract int find(RowImage row);

    abstract boolean isUsed(int slot);

    /** An empty table for keys of the same columns. */
    abstract Keys empty(int slots);

    abstract Keys copy();

    /** The order of two keys: that of PostgreSQL, for texts with the collation "C". */
    abstract int compare(int slot, Keys other, int slotOfOther);

    /** All used slots in the order of their keys. */
    abstract int[] inOrder();

    /** A part of a key: a {@code Long} of units, a {@code String}, a {@code BigDecimal}, or null. */
    abstract Object part(int slot, int column);
}
