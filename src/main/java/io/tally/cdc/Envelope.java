package io.tally.cdc;

/**
 * Debezium's envelope: finds the images, the source and the operation in a record and checks all the rest of it.
 */
final class Envelope {

    /** Index of {@code op} among the wanted members; those before it are objects. */
    private static final int OP = 3;

    private final JsonCursor cursor = new JsonCursor();
    private final MemberLayout layout = new MemberLayout("before", "after", "source", "op");
    private final TextSlice text = new TextSlice();
    private final RowReader before;
    private final RowReader after;
    private final SourceReader source = new SourceReader();

    /** Where before, after and source lie, by their index. */
    private final Members[] objects;

    private int opStart;
    private int opEnd;

    Envelope(Columns columns, int priceScale) {
        before = new RowReader("before", columns, priceScale);
        after = new RowReader("after", columns, priceScale);
        objects = new Members[] {before.members(), after.members(), source.members()};
    }

    RowReader before() {
        return before;
    }

    RowReader after() {
        return after;
    }

    SourceReader source() {
        return source;
    }

    /** Reads a whole record, which afterwards is known to be JSON and to have an operation. */
    void read(byte[] record, int offset, int length) throws UndecodableException {
        opEnd = 0;
        for (Members object : objects) {
            object.clear();
        }
        int from = cursor.open(record, offset, length);
        boolean object = record[from] == '{';
        int to = object ? readMembers(from) : cursor.endOfValue(from, 0);
        cursor.end(to);
        if (!object) {
            throw Faults.notAnObject(record, from, to);
        }
        if (opEnd == 0 || record[opStart] == 'n') {
            throw Faults.noOperation(record, from, to);
        }
    }

    private int readMembers(int brace) throws UndecodableException {
        int at = brace;
        for (int number = 0; ; number++) {
            KnownMember member = layout.member(number);
            int value = layout.nextValue(cursor, at, member, number);
            if (value < 0) {
                return ~value;
            }
            at = readMember(member, value);
        }
    }

    private int readMember(KnownMember member, int from) throws UndecodableException {
        int wanted = member.wanted();
        if (wanted >= 0 && wanted < OP) {
            return objects[wanted].read(cursor, from, 1);
        }
        int end = layout.endOfValue(cursor, from, 1, member);
        if (wanted == OP) {
            opStart = from;
            opEnd = end;
        }
        return end;
    }

    /** The letter in {@code op}. */
    char operation(byte[] record) throws UndecodableException {
        if (record[opStart] == '"') {
            text.take(record, opStart, opEnd);
            if (text.length() == 1) {
                return (char) text.bytes()[text.from()];
            }
        }
        throw unknownOperation(record);
    }

    UndecodableException unknownOperation(byte[] record) {
        return Faults.unknownOperation(record, opStart, opEnd);
    }
}
