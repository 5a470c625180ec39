package io.tally.window;

import io.tally.view.expression.RowImage;
import java.util.Arrays;

/** Keys that are one number each. Zero cannot be told from an empty slot and has one of its own at the end. */
abstract sealed class PackedKeys extends Keys {

    private final Packing packing;
    private boolean holdsZero;

    private PackedKeys(Packing packing, int slots) {
        super(slots);
        this.packing = packing;
    }

    private PackedKeys(PackedKeys other) {
        super(other);
        packing = other.packing;
        holdsZero = other.holdsZero;
    }

    static PackedKeys of(Packing packing, int slots) {
        return packing.isShort() ? new Ints(packing, slots) : new Longs(packing, slots);
    }

    abstract long key(int slot);

    abstract void put(int slot, long key);

    @Override
    final int width() {
        return mask + 2;
    }

    @Override
    final int take(RowImage row) {
        return take(packing.pack(row));
    }

    @Override
    final int take(Keys other, int slotOfOther) {
        return take(((PackedKeys) other).key(slotOfOther));
    }

    private int take(long key) {
        int slot = search(key);
        if (key == 0 ? !holdsZero : key(slot) == 0) {
            if (!takesRoom()) {
                return NOWHERE;
            }
            holdsZero |= key == 0;
            put(slot, key);
        }
        return slot;
    }

    @Override
    final int find(RowImage row) {
        int slot = search(packing.pack(row));
        return isUsed(slot) ? slot : NOWHERE;
    }

    /** The slot that holds the key, or the empty one where it belongs. */
    private int search(long key) {
        if (key == 0) {
            return mask + 1;
        }
        int slot = firstSlot(key);
        long found = key(slot);
        while (found != 0 && found != key) {
            slot = nextSlot(slot);
            found = key(slot);
        }
        return slot;
    }

    @Override
    final boolean isUsed(int slot) {
        return key(slot) != 0 || slot == mask + 1 && holdsZero;
    }

    @Override
    final PackedKeys empty(int slots) {
        return of(packing, slots);
    }

    @Override
    final int compare(int slot, Keys other, int slotOfOther) {
        return Long.compare(key(slot), ((PackedKeys) other).key(slotOfOther));
    }

    @Override
    final int[] inOrder() {
        long[] keys = new long[size()];
        int count = 0;
        for (int slot = 0; slot < width(); slot++) {
            if (isUsed(slot)) {
                keys[count++] = key(slot);
            }
        }
        Arrays.sort(keys);
        int[] slots = new int[count];
        for (int i = 0; i < count; i++) {
            slots[i] = search(keys[i]);
        }
        return slots;
    }

    @Override
    final Long part(int slot, int column) {
        return packing.part(key(slot), column);
    }

    /** Of 32 bits. */
    private static final class Ints extends PackedKeys {

        private final int[] keys;

        Ints(Packing packing, int slots) {
            super(packing, slots);
            keys = new int[slots + 1];
        }

        private Ints(Ints other) {
            super(other);
            keys = other.keys.clone();
        }

        @Override
        long key(int slot) {
            return keys[slot];
        }

        @Override
        void put(int slot, long key) {
            keys[slot] = (int) key;
        }

        @Override
        Ints copy() {
            return new Ints(this);
        }
    }

    /** Of 64 bits. */
    private static final class Longs extends PackedKeys {

        private final long[] keys;

        Longs(Packing packing, int slots) {
            super(packing, slots);
            keys = new long[slots + 1];
        }

        private Longs(Longs other) {
            super(other);
            keys = other.keys.clone();
        }

        @Override
        long key(int slot) {
            return keys[slot];
        }

        @Override
        void put(int slot, long key) {
            keys[slot] = key;
        }

        @Override
        Longs copy() {
            return new Longs(this);
        }
    }
}
