package io.tally.cdc;

import io.tally.cdc.RowChange.Op;
import io.tally.cdc.avro.AvroReader;
import io.tally.cdc.avro.MalformedAvro;
import io.tally.cdc.json.MalformedJson;
import io.tally.cdc.json.Members;
import io.tally.cdc.json.RecordReader;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Supplier;

/**
 * Reads the value of one record of the topic, JSON or Avro that Debezium wrote, into an {@link RowChange}. The {@link Shape}
 * is found out record by record: an envelope is what has {@code op}, a row by itself what has {@code __op},
 * {@code __deleted} or at least two of the columns, and either may be the payload of an embedded schema. A value that begins
 * with a zero has its schema in a registry.
 *
 * <p>Images that an operation needs: {@code c} and {@code r} the row after, {@code d} the row before, {@code u} both;
 * {@code t} and {@code m} none; when appending, {@code u} the row after and {@code d} none. An image that is not needed is
 * not looked at beyond being JSON, but {@code source} is read whatever the operation. The key is taken from the row after if
 * the operation has one, else from the row before, and only there it has to be present. If a name comes twice in an object,
 * the last one counts. A row by itself is the row after, and that of a rewritten delete the row before; its update has no
 * row before, ever. Where PostgreSQL logs the key only, Debezium makes the rest of a deleted row up from defaults; that
 * cannot be seen here.
 *
 * <p>One pass over JSON's bytes, and no garbage unless a record cannot be decoded or writes its texts with escapes where
 * Debezium never does. Avro takes two, and leaves the JSON in between behind. Belongs to one thread at a time.
 */
public final class DebeziumDecoder {

    private final UpdateMode updates;
    private final Supplier<TableColumns> tables;
    private final ColumnNames names;
    private final EmbeddedSchema schema;
    private final Envelope outermost;
    private final RecordReader reader;
    private final RecordFormat format;
    private final WriterSchemas schemas;
    private final AvroReader avro = new AvroReader();

    private Shape shape;

    /** The schema of the record in hand, if it is in a registry. */
    private WriterSchema writer;

    /** Shapes that the record in hand may have. */
    private Shape ifEnvelope = Shape.ENVELOPE;

    private Shape ifRow = Shape.ROW;

    /** The columns that are wanted, and what reads them. */
    private TableColumns table;

    private ColumnReader[] columns = {};

    /** How the columns of the record in hand are written. */
    private ColumnTypes types;

    /** The writer's last time, and what came of it. */
    private WriterSchema lastWriter;

    private ColumnTypes ofLastWriter;

    /** A decoder for the orders table as the pipeline creates it, which takes rows back. */
    public DebeziumDecoder() {
        this(DecoderSettings.defaults());
    }

    public DebeziumDecoder(DecoderSettings settings) {
        this.updates = settings.updates();
        this.tables = settings.table();
        this.names = settings.names();
        this.schema = new EmbeddedSchema(names.wanted());
        this.outermost =
                new Envelope(names, settings.tables(), schema, new Envelope(names, settings.tables(), null, null));
        this.reader = new RecordReader(outermost.fields());
        this.format = settings.format();
        this.schemas = settings.format() == RecordFormat.JSON ? null : settings.schemas();
    }

    /** The shape of the last record with a change that was decoded, or null before the first. */
    public Shape shape() {
        return shape;
    }

    /**
     * Decodes the record's value in {@code [offset, offset + length)}; nothing outside is read. The change refers to
     * the array for its key and texts, so the bytes must stay as they are while it is in use.
     *
     * @param value the array, or null for a record without a value, a tombstone. Zero bytes are a
     *     value, and not JSON
     * <p>A column that cannot be read is no matter of the record: the change says so ({@link RowChange#isFaulty}), and
     * counts for whoever does not read that column.
     *
     * @throws UndecodableException if the record cannot be counted by anybody; the change is then one of nothing, at the place
     *     in the source's log that the record names, if that can be read
     */
    public void decode(byte[] value, int offset, int length, RowChange into) throws UndecodableException {
        into.reset(Op.NONE);
        if (value == null) {
            into.setOp(Op.TOMBSTONE);
            return;
        }
        Objects.checkFromIndexSize(offset, length, value.length);
        lookAtTable();
        boolean complete = false;
        try {
            if (format == RecordFormat.AVRO || length > 0 && value[offset] == WirePrefix.MAGIC) {
                decodeRegistered(value, offset, length, into);
            } else {
                decodeJson(value, offset, length, into);
            }
            complete = true;
        } finally {
            if (!complete) {
                into.setVoid();
            }
        }
    }

    /** Decodes an array that is all value; null is a tombstone. */
    public void decode(byte[] value, RowChange into) throws UndecodableException {
        decode(value, 0, value == null ? 0 : value.length, into);
    }

    private void decodeJson(byte[] value, int offset, int length, RowChange into) throws UndecodableException {
        try {
            reader.read(value, offset, length);
        } catch (MalformedJson fault) {
            throw Faults.notJson(fault, value, offset, length);
        }
        fill(value, into);
    }

    /**
     * The id of the schema that has to be at hand before a value can be decoded, if the value has one and it is not.
     * A value whose schema is not at hand is decoded as one whose schema does not exist.
     */
    public OptionalInt lackingSchema(byte[] value, int offset, int length) {
        if (schemas == null || !WirePrefix.isAt(value, offset, length)) {
            return OptionalInt.empty();
        }
        int id = WirePrefix.id(value, offset);
        return schemas.find(id) == null ? OptionalInt.of(id) : OptionalInt.empty();
    }

    /** Whether values may need schemas that are not at hand. */
    public boolean needsSchemas() {
        return schemas != null;
    }

    /** Decodes a value after the id of its schema. In Avro, values are read into those of the same JSON. */
    private void decodeRegistered(byte[] value, int offset, int length, RowChange into) throws UndecodableException {
        if (!WirePrefix.isAt(value, offset, length)) {
            throw format == RecordFormat.AVRO
                    ? Faults.noWirePrefix(value, offset, length)
                    : Faults.notJson(value, offset, length);
        }
        int from = offset + WirePrefix.LENGTH;
        int left = length - WirePrefix.LENGTH;
        use(writerOf(value, offset, left));
        try {
            if (writer.avro() == null) {
                ifEnvelope = Shape.ENVELOPE_JSON_SCHEMA;
                ifRow = Shape.ROW_JSON_SCHEMA;
                decodeJson(value, from, left, into);
            } else {
                ifEnvelope = Shape.ENVELOPE_AVRO;
                ifRow = Shape.ROW_AVRO;
                decodeAvro(value, from, left, into);
            }
        } finally {
            writer = null;
            ifEnvelope = Shape.ENVELOPE;
            ifRow = Shape.ROW;
        }
    }

    private void use(WriterSchema schema) {
        writer = schema;
        if (schema != lastWriter) {
            if (!schema.isFor(names)) {
                throw new IllegalStateException("a schema was made ready for other columns than " + names);
            }
            lastWriter = schema;
            ofLastWriter = schema.types(table.types());
        }
    }

    private WriterSchema writerOf(byte[] value, int offset, int left) throws UndecodableException {
        if (schemas == null) {
            if (format == RecordFormat.AUTO && (left == 0 || value[offset + WirePrefix.LENGTH] != '{')) {
                throw Faults.notJson(value, offset, WirePrefix.LENGTH + left);
            }
            return WriterSchema.NO_SCHEMA;
        }
        int id = WirePrefix.id(value, offset);
        WriterSchema found = schemas.find(id);
        if (found == null || found.isUnknown()) {
            throw Faults.unknownSchema(id, found == null ? "is not in the registry" : found.fault());
        }
        if (found.avro() == null && format == RecordFormat.AVRO) {
            throw Faults.notAvro("schema " + id + " is a JSON Schema; set tally.format=auto");
        }
        return found;
    }

    private void decodeAvro(byte[] value, int from, int length, RowChange into) throws UndecodableException {
        try {
            avro.read(writer.avro(), value, from, length, outermost.fields());
        } catch (MalformedAvro fault) {
            throw Faults.notAvro(fault.getMessage());
        }
        fill(avro.bytes(), into);
    }

    private void fill(byte[] record, RowChange into) throws UndecodableException {
        if (!outermost.fields().isObject()) {
            throw Faults.notAnObject(record, outermost.fields());
        }
        Envelope payload = outermost.payload();
        if (outermost.isEnvelope() || payload == null || outermost.isRow()) {
            types = usualTypes();
            fill(outermost, record, into, ifEnvelope, ifRow);
        } else {
            types = schema.types(usualTypes());
            fill(payload, record, into, Shape.ENVELOPE_WITH_SCHEMA, Shape.ROW_WITH_SCHEMA);
        }
    }

    private ColumnTypes usualTypes() {
        return writer == null ? table.types() : ofLastWriter;
    }

    /** The catalog is looked at from time to time, and a column may have been altered. */
    private void lookAtTable() {
        TableColumns now = tables.get();
        if (now == table) {
            return;
        }
        if (!now.names().equals(names.wanted())) {
            throw new IllegalStateException("columns are " + now.names() + " instead of " + names.wanted());
        }
        table = now;
        lastWriter = null;
        columns = new ColumnReader[now.count()];
        for (int i = 0; i < columns.length; i++) {
            columns[i] = ColumnReader.of(now.column(i).type());
        }
    }

    private void fill(Envelope envelope, byte[] record, RowChange into, Shape ifEnvelope, Shape ifRow)
            throws UndecodableException {
        boolean row = !envelope.isEnvelope();
        if (row && !envelope.isRow()) {
            fillOther(envelope, record, into);
            return;
        }
        SourceReader source = row ? envelope.rowSource() : envelope.source();
        char operation = row ? rowOperation(envelope, record) : envelope.operation(record);
        if (operation == 'm') {
            into.setOp(Op.MESSAGE);
        } else if (source.namesAnotherTable(record)) {
            into.setOp(source.namesSignals(record) ? Op.SIGNAL : Op.OTHER_TABLE);
            return;
        }
        source.fill(record, into);
        if (operation != 'm') {
            fillChange(envelope, row, operation, record, into);
        }
        shape = row ? ifRow : ifEnvelope;
    }

    private static void fillOther(Envelope envelope, byte[] record, RowChange into) throws UndecodableException {
        Op other = envelope.isNullWithSchema() ? Op.TOMBSTONE : envelope.otherMessage(record);
        if (other == null) {
            throw Faults.unknownShape(record, envelope.fields());
        }
        into.setOp(other);
    }

    /** When only what is new counts, every row that is not deleted is. */
    private char rowOperation(Envelope envelope, byte[] record) throws UndecodableException {
        char operation = envelope.rowOperation(record);
        if (operation != Envelope.UNKNOWN) {
            return operation;
        }
        if (updates == UpdateMode.RETRACT) {
            throw Faults.unknownRowOperation(record, envelope.fields());
        }
        return 'u';
    }

    /** @param row whether the row is all there is: the one after the change, or what a delete has deleted */
    private void fillChange(Envelope envelope, boolean row, char operation, byte[] record, RowChange into)
            throws UndecodableException {
        into.setRecord(record);
        SourceReader source = row ? envelope.rowSource() : envelope.source();
        RowReader before = row ? envelope.row() : envelope.before();
        RowReader after = row ? envelope.row() : envelope.after();
        switch (operation) {
            case 'c' -> fillAdded(after, source, record, into, Op.INSERT);
            case 'u' -> {
                if (updates == UpdateMode.RETRACT) {
                    if (row) {
                        throw Faults.noRowBefore();
                    }
                    fillTakenBack(before, source, record, into);
                }
                fillAdded(after, source, record, into, Op.UPDATE);
            }
            case 'd' -> fillDeleted(before, source, record, into);
            case 'r' -> fillAdded(after, source, record, into, read(source, record));
            case 't' -> into.setOp(Op.TRUNCATE);
            default -> throw envelope.unknownOperation(record);
        }
    }

    private static Op read(SourceReader source, byte[] record) {
        return source.incremental(record) ? Op.INCREMENTAL_SNAPSHOT : Op.SNAPSHOT;
    }

    private void fillAdded(RowReader after, SourceReader source, byte[] record, RowChange into, Op op)
            throws UndecodableException {
        into.setOp(op);
        after.require(record);
        after.fillKey(record, into);
        after.fill(record, table, columns, types, source.members(), into.after());
    }

    private void fillDeleted(RowReader before, SourceReader source, byte[] record, RowChange into)
            throws UndecodableException {
        into.setOp(Op.DELETE);
        if (updates == UpdateMode.APPEND) {
            before.fillKeyIfAny(record, into);
            return;
        }
        fillTakenBack(before, source, record, into);
        before.fillKey(record, into);
    }

    private void fillTakenBack(RowReader before, SourceReader source, byte[] record, RowChange into)
            throws UndecodableException {
        Members place = source.members();
        if (!before.isThere(record)) {
            String first = names.all().getFirst();
            throw Faults.noBeforeImage(
                    "has no " + first, record, place.start(), place.isObject() ? place.end() : place.start());
        }
        before.fill(record, table, columns, types, place, into.before());
    }
}
