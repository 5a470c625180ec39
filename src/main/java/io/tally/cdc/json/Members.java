package io.tally.cdc.json;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Where the wanted members of one JSON object lie in a record. Of a name that comes twice the last one counts, of an
 * object that comes twice all of the last and nothing of the first.
 *
 * <p>Holds indexes only, so no value is looked at before the whole record is known to be JSON. What kind a value is,
 * its first byte tells.
 */
public final class Members implements Nested {

    /** Stands for the first byte of a value that is not there. */
    public static final byte MISSING = 0;

    private final FieldNames names;
    private final int[] starts;
    private final int[] ends;

    private byte[] record = {};
    private int start;
    private int end;
    /** One bit for each member: whether it is there. */
    private long present;

    /** The same for those that one word has no bits for; null if it has them for all. */
    private final BitSet presentBeyond;

    /** Members that are not wanted. */
    private int strangers;

    /** Readers of values that are objects with members of their own, by the member's index; null if there is none. */
    private final Nested[] nested;

    /** The same readers, one after the other. */
    private Nested[] readers = {};

    /** @param wanted of a name that comes twice the first place counts */
    public Members(String... wanted) {
        presentBeyond = wanted.length > Long.SIZE ? new BitSet() : null;
        names = new FieldNames(wanted);
        nested = new Nested[wanted.length];
        starts = new int[wanted.length];
        ends = new int[wanted.length];
    }

    public Members(List<String> wanted) {
        this(wanted.toArray(new String[0]));
    }

    /** Lets the value of a member be read by the given reader, while it is passed. */
    public void nest(int index, Nested reader) {
        nested[index] = reader;
        readers = Arrays.copyOf(readers, readers.length + 1);
        readers[readers.length - 1] = reader;
    }

    /** Afterwards the readers of what is nested hold nothing valid. */
    @Override
    public void clear() {
        end = 0;
        present = 0;
        if (presentBeyond != null) {
            presentBeyond.clear();
        }
    }

    /** Reads the value at the given index whatever it is, and notes its members if it is an object. */
    @Override
    public int read(JsonCursor cursor, int from, int outside) throws MalformedJson {
        clear();
        record = cursor.bytes();
        start = from;
        end = record[from] == '{' ? readMembers(cursor, from, outside + 1) : cursor.endOfValue(from, outside);
        return end;
    }

    private int readMembers(JsonCursor cursor, int brace, int depth) throws MalformedJson {
        for (Nested reader : readers) {
            reader.clear();
        }
        strangers = 0;
        int at = cursor.firstMember(brace);
        while (record[at] != '}') {
            int closingQuote = cursor.endOfName(at);
            int index = cursor.find(names, at, closingQuote);
            int value = cursor.valueAfter(closingQuote);
            Nested reader = index == FieldNames.NONE ? null : nested[index];
            int valueEnd = reader == null ? cursor.endOfValue(value, depth) : reader.read(cursor, value, depth);
            note(index, value, valueEnd);
            at = cursor.nextMember(valueEnd);
        }
        return at + 1;
    }

    @Override
    public void addTo(List<Nested> all) {
        all.add(this);
        for (Nested reader : readers) {
            reader.addTo(all);
        }
    }

    @Override
    public Found found(RecordLayout layout) {
        return end == 0
                ? Found.NOTHING
                : new Found(layout, start, end, present, presentBeyond, strangers, starts, ends);
    }

    @Override
    public void recall(Found found, byte[] newRecord, int[] shifts) {
        if (found == Found.NOTHING) {
            clear();
            return;
        }
        record = newRecord;
        start = found.start(shifts);
        end = found.end(shifts);
        present = found.present(presentBeyond);
        strangers = found.strangers();
        found.fill(starts, ends, shifts);
    }

    /** Begins a value that is not read but written: its members are told. */
    public void begin(byte[] target, int valueStart) {
        clear();
        for (Nested reader : readers) {
            reader.clear();
        }
        record = target;
        start = valueStart;
    }

    /** Tells where the value of a member is. */
    public void put(int index, int valueStart, int valueEnd) {
        note(index, valueStart, valueEnd);
    }

    /** Ends such a value. */
    public void end(int valueEnd, int membersNotWanted) {
        end = valueEnd;
        strangers = membersNotWanted;
    }

    /** What takes the members of a member's value; null if nothing does. */
    public Members nested(int index) {
        return nested[index] instanceof Members members ? members : null;
    }

    private void note(int index, int valueStart, int valueEnd) {
        if (index == FieldNames.NONE) {
            strangers++;
        } else {
            if (index < Long.SIZE) {
                present |= 1L << index;
            } else {
                presentBeyond.set(index);
            }
            starts[index] = valueStart;
            ends[index] = valueEnd;
        }
    }

    /** First byte of the object, or of whatever stands in its place; MISSING if nothing does. */
    public byte first() {
        return end == 0 ? MISSING : record[start];
    }

    public boolean isObject() {
        return first() == '{';
    }

    /** Whether there is nothing, or null. */
    public boolean isAbsent() {
        return end == 0 || record[start] == 'n';
    }

    /** Whether these members are there and nothing else. */
    public boolean hasOnly(int... indexes) {
        int beyond = presentBeyond == null ? 0 : presentBeyond.cardinality();
        int others = Long.bitCount(present) + beyond - indexes.length;
        boolean all = true;
        for (int index : indexes) {
            all &= isPresent(index);
        }
        return all && others == 0 && strangers == 0;
    }

    public int start() {
        return start;
    }

    public int end() {
        return end;
    }

    /** First byte of a member's value; MISSING if it is not there. */
    public byte first(int index) {
        return isPresent(index) ? record[starts[index]] : MISSING;
    }

    /** Whether a member is missing or null. */
    public boolean isAbsent(int index) {
        return !isPresent(index) || record[starts[index]] == 'n';
    }

    public boolean isPresent(int index) {
        return index < Long.SIZE ? (present & 1L << index) != 0 : presentBeyond.get(index);
    }

    public boolean isString(int index) {
        return first(index) == '"';
    }

    /** Whether a member is a number. */
    public boolean isNumber(int index) {
        return isNumber(first(index));
    }

    /** Whether a value with this first byte is a number. */
    public static boolean isNumber(byte first) {
        return first == '-' || first >= '0' && first <= '9';
    }

    /** First byte of a member's value; of a string, its opening quote. */
    public int start(int index) {
        return starts[index];
    }

    /** Index after a member's value; of a string, after its closing quote. */
    public int end(int index) {
        return ends[index];
    }
}
