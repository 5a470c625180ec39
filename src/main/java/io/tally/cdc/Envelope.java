package io.tally.cdc;

import io.tally.cdc.RowChange.Op;
import io.tally.cdc.json.Members;
import io.tally.cdc.json.TextSlice;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * An object that may tell of a change: Debezium's envelope, or a row that a transform took out of one. Finds the images,
 * the source and the operation and checks all the rest of it.
 */
final class Envelope {

    /** No operation; not ASCII, so that no letter of a record can be it. */
    static final char UNKNOWN = 0x80;

    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);

    /** One column may well have its name in common with a field of something that is no row. */
    private static final int LEAST_COLUMNS = 2;

    private final TextSlice text = new TextSlice();
    private final RowReader before;
    private final RowReader after;
    private final SourceReader source;

    /** The object itself as a row, and what was added to it about its source. */
    private final RowReader row;

    private final SourceReader rowSource;
    private final OtherMessages others;

    /** The members that count, the columns of a row first. */
    private final Members fields;

    private final int op;
    private final int rowOp;
    private final int deleted;
    private final int schemaAt;
    private final int payloadAt;
    private final Envelope payload;

    /**
     * @param schema what reads a schema beside a payload; null if this is the payload
     * @param payload what reads the payload; null if this is it
     */
    Envelope(ColumnNames wanted, Set<String> tables, EmbeddedSchema schema, Envelope payload) {
        List<String> columns = wanted.all();
        List<String> names = names(wanted);
        fields = new Members(names);
        before = new RowReader("before", wanted, new Members(columns));
        after = new RowReader("after", wanted, new Members(columns));
        source = SourceReader.ofEnvelope(tables);
        row = new RowReader(null, wanted, fields);
        rowSource = SourceReader.ofRow(tables, fields, columns.size());
        others = new OtherMessages(fields, names);
        // A column may have the name of any of these, and is the same member then.
        op = names.indexOf("op");
        rowOp = names.indexOf("__op");
        deleted = names.indexOf("__deleted");
        schemaAt = names.indexOf("schema");
        payloadAt = names.indexOf("payload");
        fields.nest(names.indexOf("before"), before.members());
        fields.nest(names.indexOf("after"), after.members());
        fields.nest(names.indexOf("source"), source.members());
        this.payload = payload;
        if (payload != null) {
            fields.nest(schemaAt, schema);
            fields.nest(payloadAt, payload.fields);
        }
    }

    /** The members that count, the columns first; a column may have the name of one that comes later. */
    static List<String> names(ColumnNames columns) {
        List<String> names = new ArrayList<>(columns.all());
        names.addAll(SourceReader.ROW_FIELDS);
        names.addAll(List.of("before", "after", "source", "op", "__op", "__deleted"));
        names.addAll(OtherMessages.FIELDS);
        names.addAll(List.of("schema", "payload"));
        return names;
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

    RowReader row() {
        return row;
    }

    SourceReader rowSource() {
        return rowSource;
    }

    /** Whether it has an operation, so that it can be nothing but an envelope. */
    boolean isEnvelope() {
        return !fields.isAbsent(op);
    }

    /** Whether it is a row by itself. */
    boolean isRow() {
        return fields.isPresent(rowOp) || fields.isPresent(deleted) || row.columnsPresent() >= LEAST_COLUMNS;
    }

    /** Reader of the payload of an embedded schema, if there is an object of that name; else null. */
    Envelope payload() {
        return payload != null && payload.fields.isObject() ? payload : null;
    }

    /** Whether it is a schema and the payload null, which is how a tombstone looks with a schema. */
    boolean isNullWithSchema() {
        return fields.hasOnly(schemaAt, payloadAt) && fields.first(payloadAt) == 'n';
    }

    /** Where it lies in the record. */
    Members fields() {
        return fields;
    }

    /** Kind of a record without a row, or null if that is not known. */
    Op otherMessage(byte[] record) {
        return others.kindOf(record);
    }

    /** The letter in {@code op}. */
    char operation(byte[] record) throws UndecodableException {
        return letter(record, op);
    }

    /**
     * The operation of a row by itself, of which {@code __op} tells; without that, {@code __deleted} tells of deletes.
     *
     * @return the letter, or UNKNOWN
     */
    char rowOperation(byte[] record) throws UndecodableException {
        if (!fields.isAbsent(rowOp)) {
            return letter(record, rowOp);
        }
        if (fields.isString(deleted)) {
            text.take(record, fields.start(deleted), fields.end(deleted));
            return text.is(TRUE) ? 'd' : UNKNOWN;
        }
        return fields.first(deleted) == 't' ? 'd' : UNKNOWN;
    }

    private char letter(byte[] record, int field) throws UndecodableException {
        if (fields.isString(field)) {
            text.take(record, fields.start(field), fields.end(field));
            if (text.length() == 1) {
                return (char) text.bytes()[text.from()];
            }
        }
        throw unknownOperation(record, field);
    }

    /** The fault of a letter that is no operation. */
    UndecodableException unknownOperation(byte[] record) {
        return unknownOperation(record, isEnvelope() ? op : rowOp);
    }

    private UndecodableException unknownOperation(byte[] record, int field) {
        return Faults.unknownOperation(field == rowOp ? "__op" : "op", record, fields, field);
    }
}
