package io.tally.cdc.json;

import java.util.List;

/**
 * How the records of one kind are written: a record that was read with care, and those of its values that have been seen
 * to change. Another record is of this layout if it is the same byte for byte around these, and has some value that is no
 * object or array in the place of each. All its members then are where they were, but for what the values are longer.
 */
public final class RecordLayout {

    private final byte[] text;
    private final Leaves leaves;
    private final boolean[] changes;

    /** Of the values that change: where they are. */
    private final int[] starts;

    private final int[] ends;

    private final int offset;
    private final Found[] found;

    /** By how much a place has moved in the record recognised last, by the number of changing values before it. */
    private final int[] shifts;

    /**
     * @param offset of the record in the array that it was read from
     * @param leaves of the record
     * @param readers what has read it
     * @param older layout of the same kind, whose changing values do so here too; null if there is none
     */
    public RecordLayout(int offset, Leaves leaves, List<Nested> readers, RecordLayout older) {
        this.text = leaves.document();
        this.offset = offset;
        this.leaves = leaves;
        changes = new boolean[leaves.count()];
        int count = 0;
        for (int i = 0; i < changes.length; i++) {
            changes[i] = older != null && (older.changes[i] || !leaves.sameLeaf(older.leaves, i));
            count += changes[i] ? 1 : 0;
        }
        starts = new int[count];
        ends = new int[count];
        int next = 0;
        for (int i = 0; i < changes.length; i++) {
            if (changes[i]) {
                starts[next] = leaves.start(i);
                ends[next] = leaves.end(i);
                next++;
            }
        }
        shifts = new int[count + 1];
        found = readers.stream().map(reader -> reader.found(this)).toArray(Found[]::new);
    }

    /** Whether another record differs from this one in its leaves only. */
    public boolean isOfKind(Leaves others) {
        return leaves.surroundedAs(others);
    }

    /** A place in the record, from its index in the array that the record was read from. */
    public int place(int index) {
        return index - offset;
    }

    /** The changing values before such a place. */
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
            if (length >= limit - at || !Words.equal(record, at, text, known, length)) {
                return false;
            }
            at = JsonLeaf.end(record, at + length, limit);
            if (at < 0) {
                return false;
            }
            known = ends[i];
        }
        shifts[starts.length] = at - known;
        if (text.length - known != limit - at || !Words.equal(record, at, text, known, limit - at)) {
            return false;
        }
        for (int i = 0; i < readers.length; i++) {
            readers[i].recall(found[i], record, shifts);
        }
        return true;
    }
}
