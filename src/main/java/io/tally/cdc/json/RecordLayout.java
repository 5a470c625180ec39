package io.tally.cdc.json;

import java.util.Arrays;
import java.util.List;

/**
 * How the records of one kind are written: a record that was read with care, and what has been seen to change in those of
 * its kind. Another record is of this layout if it is the same byte for byte, but for digits where digits change, and for
 * the values that change otherwise: each has some value in its place that is no object or array. All its members then are
 * where they were, but for what these values are longer.
 */
public final class RecordLayout {

    /** The part of a value that has been seen to change. */
    private enum Change {
        NOTHING,
        /** Digits, each for another, as in times and in positions in a log. They are compared with all the rest. */
        DIGITS,
        ANYTHING
    }

    private final byte[] text;

    /** All ones for each byte of the text that stands for any digit, else zero. */
    private final byte[] digits;

    private final Leaves leaves;
    private final Change[] changes;

    /** Of the values in which anything changes: where they are. */
    private final int[] starts;

    private final int[] ends;

    private final int offset;
    private final Found[] found;

    /** By how much a place has moved in the record recognised last, by the number of such values before it. */
    private final int[] shifts;

    /**
     * @param offset of the record in the array that it was read from
     * @param leaves of the record
     * @param readers what has read it
     * @param older layout of the same kind, in whose values the same changes; null if there is none
     */
    public RecordLayout(int offset, Leaves leaves, List<Nested> readers, RecordLayout older) {
        this.text = leaves.document();
        this.offset = offset;
        this.leaves = leaves;
        digits = new byte[text.length];
        changes = new Change[leaves.count()];
        int[] any = new int[leaves.count()];
        int count = 0;
        for (int i = 0; i < changes.length; i++) {
            changes[i] = older == null ? Change.NOTHING : change(leaves, older, i);
            if (changes[i] == Change.DIGITS) {
                leaves.markDigits(i, digits);
            } else if (changes[i] == Change.ANYTHING) {
                any[count++] = i;
            }
        }
        starts = Arrays.stream(any, 0, count).map(leaves::start).toArray();
        ends = Arrays.stream(any, 0, count).map(leaves::end).toArray();
        shifts = new int[count + 1];
        found = readers.stream().map(reader -> reader.found(this)).toArray(Found[]::new);
    }

    private static Change change(Leaves leaves, RecordLayout older, int leaf) {
        if (older.changes[leaf] == Change.ANYTHING || leaves.sameLeaf(older.leaves, leaf)) {
            return older.changes[leaf];
        }
        return leaves.sameButDigits(older.leaves, leaf) ? Change.DIGITS : Change.ANYTHING;
    }

    /** Whether another record differs from this one in its leaves only. */
    public boolean isOfKind(Leaves others) {
        return leaves.surroundedAs(others);
    }

    /** A place in the record, from its index in the array that the record was read from. */
    public int place(int index) {
        return index - offset;
    }

    /** The values before such a place in which anything changes. */
    public int variablesBefore(int index) {
        int count = 0;
        while (count < ends.length && ends[count] <= index - offset) {
            count++;
        }
        return count;
    }

    /** Whether the record is of this layout; the readers have found everything then. */
    public boolean recognises(byte[] record, int from, int limit, Nested[] readers) {
        int at = from;
        int known = 0;
        for (int i = 0; i < starts.length; i++) {
            shifts[i] = at - known;
            int length = starts[i] - known;
            if (length >= limit - at || !same(record, at, known, length)) {
                return false;
            }
            at = JsonLeaf.end(record, at + length, limit);
            if (at < 0) {
                return false;
            }
            known = ends[i];
        }
        shifts[starts.length] = at - known;
        if (text.length - known != limit - at || !same(record, at, known, limit - at)) {
            return false;
        }
        for (int i = 0; i < readers.length; i++) {
            readers[i].recall(found[i], record, shifts);
        }
        return true;
    }

    /** Whether a stretch of the record is the same as one of the text, but for digits that change. */
    private boolean same(byte[] record, int from, int known, int length) {
        if (length < Long.BYTES) {
            return sameShort(record, from, known, length);
        }
        int last = length - Long.BYTES;
        long differences = differences(record, from + last, known + last);
        for (int i = 0; i < last; i += Long.BYTES) {
            differences |= differences(record, from + i, known + i);
        }
        return differences == 0;
    }

    private boolean sameShort(byte[] record, int from, int known, int length) {
        if (from <= record.length - Long.BYTES && known <= text.length - Long.BYTES) {
            return Words.low(differences(record, from, known), length) == 0;
        }
        int differences = 0;
        for (int i = 0; i < length; i++) {
            boolean digit = digits[known + i] != 0 && record[from + i] >= '0' && record[from + i] <= '9';
            differences |= digit ? 0 : record[from + i] ^ text[known + i];
        }
        return differences == 0;
    }

    /** Nonzero in each of eight bytes that differs, or should be a digit and is none. */
    private long differences(byte[] record, int from, int known) {
        // As Words.at, which a native executable calls rather than inlines: three times for each eight bytes.
        long word = (long) Words.LONGS.get(record, from);
        long anyDigit = (long) Words.LONGS.get(digits, known);
        return (word ^ (long) Words.LONGS.get(text, known)) & ~anyDigit | Words.notDigits(word) & anyDigit;
    }
}
