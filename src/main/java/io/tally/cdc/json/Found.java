package io.tally.cdc.json;

import java.util.BitSet;

/**
 * Where an object and its members lie in a record, or in all records of one layout. There a place is an index into the
 * layout's own record, and the number of its variable values before it: by what those have moved everything, the place has
 * moved in another record.
 */
public final class Found {

    /** Nothing, since the object is not there. */
    public static final Found NOTHING = new Found(0, 0);

    /** How far places have moved where they are those of a record itself. */
    static final int[] UNMOVED = {0};

    /** Place of the object, whose end is 0 if it is not there. */
    private int start;

    private int end;
    private int startMoved;
    private int endMoved;

    /** One bit for each member: whether it is there. */
    private long present;

    /** The same for those that one word has no bits for. */
    private final BitSet presentBeyond;

    /** Members that are not wanted. */
    private int strangers;

    /** Of each member that is there, four: start, by what it has moved, end, by what that has. */
    private final int[] places;

    private Found(int members, int beyond) {
        presentBeyond = new BitSet(beyond);
        places = new int[4 * members];
    }

    /** Nothing as yet, with room for an object of so many members that are wanted. */
    static Found room(int members) {
        return new Found(members, Math.max(members - Long.SIZE, 0));
    }

    /** A value without members, from and to the given index. */
    public static Found value(int start, int end) {
        Found value = new Found(0, 0);
        value.start = start;
        value.end = end;
        return value;
    }

    /** The same in all records of the layout of the record that this was found in. */
    public Found of(RecordLayout layout) {
        if (end == 0) {
            return NOTHING;
        }
        Found all = room(places.length / 4);
        all.start = layout.place(start);
        all.startMoved = layout.variablesBefore(start);
        all.end = layout.place(end);
        all.endMoved = layout.variablesBefore(end);
        all.present = present;
        all.presentBeyond.or(presentBeyond);
        all.strangers = strangers;
        for (int member = 0; member < places.length / 4; member++) {
            if (isPresent(member)) {
                int i = 4 * member;
                all.places[i] = layout.place(places[i]);
                all.places[i + 1] = layout.variablesBefore(places[i]);
                all.places[i + 2] = layout.place(places[i + 2]);
                all.places[i + 3] = layout.variablesBefore(places[i + 2]);
            }
        }
        return all;
    }

    void clear() {
        end = 0;
        present = 0;
        presentBeyond.clear();
        strangers = 0;
    }

    void begin(int at) {
        start = at;
    }

    void end(int at, int membersNotWanted) {
        end = at;
        strangers = membersNotWanted;
    }

    /** Notes where a member is. */
    void put(int member, int memberStart, int memberEnd) {
        if (member < Long.SIZE) {
            present |= 1L << member;
        } else {
            presentBeyond.set(member);
        }
        places[4 * member] = memberStart;
        places[4 * member + 2] = memberEnd;
    }

    boolean isThere() {
        return end != 0;
    }

    boolean isPresent(int member) {
        return member < Long.SIZE ? (present & 1L << member) != 0 : presentBeyond.get(member);
    }

    /** Members that are there, the wanted ones and others. */
    int count() {
        return Long.bitCount(present) + presentBeyond.cardinality() + strangers;
    }

    /** @param shifts by the number of variable values before a place, how far it has moved */
    public int start(int[] shifts) {
        return start + shifts[startMoved];
    }

    public int end(int[] shifts) {
        return end + shifts[endMoved];
    }

    int start(int member, int[] shifts) {
        return places[4 * member] + shifts[places[4 * member + 1]];
    }

    int end(int member, int[] shifts) {
        return places[4 * member + 2] + shifts[places[4 * member + 3]];
    }
}
