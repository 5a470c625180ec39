package io.tally.cdc.json;

import java.util.Arrays;
import java.util.List;

/**
 * Where the wanted members of one JSON object lie in a record. Of a name that comes twice the last one counts, of an
 * object that comes twice all of the last and nothing of the first.
 *
 * <p>Holds indexes only, so no value is looked at before the whole record is known to be JSON. The first byte of a value
 * tells its kind.
 */
public final class Members implements Nested {

    /** Stands for the first byte of a value that is not there. */
    public static final byte MISSING = 0;

    private final FieldNames names;

    /** The places that were read with care, or written. */
    private final Found read;

    /** These, or those known of the record's layout. */
    private Found found;

    private int[] shifts = Found.UNMOVED;
    private byte[] record = {};

    /** Readers of values that are objects with members of their own, by the member's index; null if there is none. */
    private final Nested[] nested;

    /** The same readers, one after the other. */
    private Nested[] readers = {};

    /** @param wanted of a name that comes twice the first place counts */
    public Members(String... wanted) {
        names = new FieldNames(wanted);
        nested = new Nested[wanted.length];
        read = Found.room(wanted.length);
        found = read;
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

    /** Afterwards the readers of what is nested in it hold nothing valid. */
    @Override
    public void clear() {
        read.clear();
        found = read;
        shifts = Found.UNMOVED;
    }

    /** Reads the value at the given index whatever it is, and notes its members if it is an object. */
    @Override
    public int read(JsonCursor cursor, int from, int outside) throws MalformedJson {
        clear();
        record = cursor.bytes();
        read.begin(from);
        if (record[from] != '{') {
            int end = cursor.endOfValue(from, outside);
            read.end(end, 0);
            return end;
        }
        return readMembers(cursor, from, outside + 1);
    }

    private int readMembers(JsonCursor cursor, int brace, int depth) throws MalformedJson {
        for (Nested reader : readers) {
            reader.clear();
        }
        int strangers = 0;
        int at = cursor.firstMember(brace);
        while (record[at] != '}') {
            int closingQuote = cursor.endOfName(at);
            int index = cursor.find(names, at, closingQuote);
            int value = cursor.valueAfter(closingQuote);
            Nested reader = index == FieldNames.NONE ? null : nested[index];
            int valueEnd = reader == null ? cursor.endOfValue(value, depth) : reader.read(cursor, value, depth);
            if (index == FieldNames.NONE) {
                strangers++;
            } else {
                read.put(index, value, valueEnd);
            }
            at = cursor.nextMember(valueEnd);
        }
        read.end(at + 1, strangers);
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
        return read.of(layout);
    }

    @Override
    public void recall(Found known, byte[] newRecord, int[] newShifts) {
        // References are seldom others than before, and to write them is not free.
        if (found != known) {
            found = known;
        }
        if (shifts != newShifts) {
            shifts = newShifts;
        }
        if (record != newRecord) {
            record = newRecord;
        }
    }

    /** Begins a value that is not read but written: its members are told. */
    public void begin(byte[] target, int valueStart) {
        clear();
        for (Nested reader : readers) {
            reader.clear();
        }
        record = target;
        read.begin(valueStart);
    }

    /** Tells where the value of a member is. */
    public void put(int index, int valueStart, int valueEnd) {
        if (index != FieldNames.NONE) {
            read.put(index, valueStart, valueEnd);
        }
    }

    /** Ends such a value. */
    public void end(int valueEnd, int membersNotWanted) {
        read.end(valueEnd, membersNotWanted);
    }

    /** The {@code Members} for a member's value; null if there are none. */
    public Members nested(int index) {
        return nested[index] instanceof Members members ? members : null;
    }

    /** First byte of the object, or of whatever stands in its place; MISSING if nothing does. */
    public byte first() {
        return found.isThere() ? record[start()] : MISSING;
    }

    public boolean isObject() {
        return first() == '{';
    }

    /** Whether there is nothing, or null. */
    public boolean isAbsent() {
        return !found.isThere() || record[start()] == 'n';
    }

    /** Whether these members are there and nothing else. */
    public boolean hasOnly(int... indexes) {
        boolean all = true;
        for (int index : indexes) {
            all &= isPresent(index);
        }
        return all && found.count() == indexes.length;
    }

    public int start() {
        return found.start(shifts);
    }

    public int end() {
        return found.end(shifts);
    }

    /** First byte of a member's value; MISSING if it is not there. */
    public byte first(int index) {
        return isPresent(index) ? record[start(index)] : MISSING;
    }

    /** Whether a member is missing or null. */
    public boolean isAbsent(int index) {
        return !isPresent(index) || record[start(index)] == 'n';
    }

    public boolean isPresent(int index) {
        return found.isPresent(index);
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
        return found.start(index, shifts);
    }

    /** Index after a member's value; of a string, after its closing quote. */
    public int end(int index) {
        return found.end(index, shifts);
    }
}
