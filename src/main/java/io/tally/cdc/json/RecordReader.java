package io.tally.cdc.json;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the members of a record. The records of a topic are written in a few ways, so a record is compared with the layouts
 * that came before, and only one of another layout is read with care. The bytes that a layout recognises were accepted by
 * careful reading before, but for the values that differ, and these are checked.
 */
public final class RecordReader {

    /** Inserts, updates and deletes have one each, and a column that is an object or null doubles them. */
    private static final int MOST_LAYOUTS = 16;

    /** A longer record is always read with care. */
    private static final int LONGEST = 64 * 1024;

    /** Records after which layouts that fit fewer than half of them are given up. */
    private static final int PROBATION = 1024;

    private static final int CACHE_LINE = 64;

    private final JsonCursor cursor = new JsonCursor();
    private final Members outermost;
    private final List<Nested> readers = new ArrayList<>();
    private final Nested[] inOrder;

    /** Those that are met more often first. */
    private RecordLayout[] layouts = {};

    private int records;
    private int unrecognised;

    /** Kept, or the compiler would leave out the reading. */
    private int touched;

    /** @param outermost what finds the members, its own and those of what is nested in it */
    public RecordReader(Members outermost) {
        this.outermost = outermost;
        outermost.addTo(readers);
        inOrder = readers.toArray(Nested[]::new);
    }

    /** Reads a record that has to be JSON. */
    public void read(byte[] record, int offset, int length) throws MalformedJson {
        if (records++ == PROBATION) {
            reconsider();
        }
        touch(record, offset, offset + length);
        for (int i = 0; i < layouts.length; i++) {
            if (layouts[i].recognises(record, offset, offset + length, inOrder)) {
                promote(i);
                return;
            }
        }
        cursor.end(outermost.read(cursor, cursor.open(record, offset, length), 0));
        unrecognised++;
        if (layouts.length < MOST_LAYOUTS && length <= LONGEST) {
            learn(new Leaves(Arrays.copyOfRange(record, offset, offset + length)), offset);
        }
    }

    private void reconsider() {
        if (unrecognised > PROBATION / 2) {
            layouts = new RecordLayout[0];
        }
        records = 0;
        unrecognised = 0;
    }

    /**
     * Fetches all of the record's cache lines at once. Reading waits for them one after another otherwise, because where it
     * looks next depends on what it has found: a third of the time, where records come from main memory.
     */
    private void touch(byte[] record, int from, int to) {
        int all = 0;
        for (int at = from; at < to; at += CACHE_LINE) {
            all |= record[at];
        }
        touched = all;
    }

    private void promote(int index) {
        if (index > 0) {
            RecordLayout met = layouts[index];
            layouts[index] = layouts[index - 1];
            layouts[index - 1] = met;
        }
    }

    /** Ends by itself: each time a layout is added, or one more of its values is known to change. */
    private void learn(Leaves leaves, int offset) {
        for (int i = 0; i < layouts.length; i++) {
            if (layouts[i].isOfKind(leaves)) {
                layouts[i] = new RecordLayout(offset, leaves, readers, layouts[i]);
                return;
            }
        }
        layouts = Arrays.copyOf(layouts, layouts.length + 1);
        layouts[layouts.length - 1] = new RecordLayout(offset, leaves, readers, null);
    }
}
