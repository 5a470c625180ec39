package io.tally.cdc.json;

import java.util.BitSet;

/**
 * Where an object and its members lie in the records of one layout. A place is an index into the layout's own record, and
 * the number of its variable values before it: by what those have moved everything, the place has moved in another record.
 * Immutable.
 */
public final class Found {

    private final int start;
    private final int end;
    private final int startMoved;
    private final int endMoved;

    private final long present;
    private final BitSet presentBeyond;
    private final int strangers;

    private final int[] members;
    private final int[] starts;
    private final int[] ends;
    private final int[] startsMoved;
    private final int[] endsMoved;

    /** Nothing, since the object is not there. */
    public static final Found NOTHING = new Found();

    private Found() {
        this(null, 0, 0, 0, null, 0, new int[0], new int[0]);
    }

    /**
     * @param layout of the record in which it was found; null if nothing was
     * @param present one bit for each member: whether it is there
     * @param presentBeyond the same for those that one word has no bits for, if there are any; else null
     * @param memberStarts index of each member's value, if it is there, by the member's number
     */
    public Found(
            RecordLayout layout,
            int start,
            int end,
            long present,
            BitSet presentBeyond,
            int strangers,
            int[] memberStarts,
            int[] memberEnds) {
        this.present = present;
        this.presentBeyond = presentBeyond == null ? null : (BitSet) presentBeyond.clone();
        this.strangers = strangers;
        this.start = layout == null ? 0 : layout.place(start);
        this.end = layout == null ? 0 : layout.place(end);
        this.startMoved = layout == null ? 0 : layout.variablesBefore(start);
        this.endMoved = layout == null ? 0 : layout.variablesBefore(end);
        int count = Long.bitCount(present) + (presentBeyond == null ? 0 : presentBeyond.cardinality());
        members = new int[count];
        starts = new int[count];
        ends = new int[count];
        startsMoved = new int[count];
        endsMoved = new int[count];
        int i = 0;
        for (int member = 0; i < count; member++) {
            if (member < Long.SIZE ? (present & 1L << member) == 0 : !presentBeyond.get(member)) {
                continue;
            }
            members[i] = member;
            starts[i] = layout.place(memberStarts[member]);
            ends[i] = layout.place(memberEnds[member]);
            startsMoved[i] = layout.variablesBefore(memberStarts[member]);
            endsMoved[i] = layout.variablesBefore(memberEnds[member]);
            i++;
        }
    }

    /** @param shifts by the number of variable values before a place, how far it has moved */
    public int start(int[] shifts) {
        return start + shifts[startMoved];
    }

    public int end(int[] shifts) {
        return end + shifts[endMoved];
    }

    /** @param beyond is given those that one word has no bits for */
    public long present(BitSet beyond) {
        if (presentBeyond != null) {
            beyond.clear();
            beyond.or(presentBeyond);
        }
        return present;
    }

    public int strangers() {
        return strangers;
    }

    /** Fills in where the members that are there lie, by the member's number. */
    public void fill(int[] memberStarts, int[] memberEnds, int[] shifts) {
        for (int i = 0; i < members.length; i++) {
            memberStarts[members[i]] = starts[i] + shifts[startsMoved[i]];
            memberEnds[members[i]] = ends[i] + shifts[endsMoved[i]];
        }
    }
}
