package io.tally.cdc;

import io.tally.cdc.json.Members;
import io.tally.cdc.json.TextSlice;
import io.tally.cdc.value.IntegerText;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;

/**
 * A change's source: where it stands in the database's log, and which table it is about. Everything in it may be missing or
 * null, which leaves it unknown; what is there has to be of its type.
 */
final class SourceReader {

    /** Fields that are read of an envelope's source. */
    static final List<String> FIELDS = List.of("txId", "lsn", "sequence", "ts_ms", "snapshot", "schema", "table");

    /** The same where ExtractNewRecordState adds it to a row, if it is told to. */
    static final List<String> ROW_FIELDS =
            List.of("__txId", "__lsn", "__sequence", "__source_ts_ms", "__snapshot", "__schema", "__table");

    private static final int TX_ID = 0;
    private static final int LSN = 1;
    private static final int SEQUENCE = 2;
    private static final int TS_MS = 3;
    private static final int SNAPSHOT = 4;
    private static final int SCHEMA = 5;
    private static final int TABLE = 6;

    private static final byte[] INCREMENTAL = "incremental".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SIGNALS = "debezium_signal".getBytes(StandardCharsets.US_ASCII);

    private final Members members;
    private final int first;
    private final String prefix;
    private final List<String> names;
    private final TableNames tables;
    private final SequenceText sequence = new SequenceText();
    private final TextSlice text = new TextSlice();

    private SourceReader(Members members, int first, String prefix, List<String> names, Set<String> tables) {
        this.members = members;
        this.first = first;
        this.prefix = prefix;
        this.names = names;
        this.tables = new TableNames(tables);
    }

    /** Reads the object {@code source}. */
    static SourceReader ofEnvelope(Set<String> tables) {
        return new SourceReader(new Members(FIELDS), 0, "source.", FIELDS, tables);
    }

    /**
     * Reads what stands beside the columns of a row.
     *
     * @param first index of the first of {@link #ROW_FIELDS} among the row's members
     */
    static SourceReader ofRow(Set<String> tables, Members row, int first) {
        return new SourceReader(row, first, "", ROW_FIELDS, tables);
    }

    /** Where the object lies in the record, for error messages. */
    Members members() {
        return members;
    }

    /** Sets the position of the change; {@code source.snapshot} is checked too. */
    void fill(byte[] record, RowChange change) throws UndecodableException {
        if (members.isAbsent()) {
            return;
        }
        if (!members.isObject()) {
            throw Faults.wrongType("source", record, members.start(), members.end(), "an object");
        }
        if (has(TX_ID)) {
            change.setTransactionId((int) integer(record, TX_ID));
        }
        if (has(LSN)) {
            change.setLsn(lsn(record));
        }
        if (has(SEQUENCE)) {
            change.setLastCommitLsn(lastCommitLsn(record));
        }
        if (has(TS_MS)) {
            change.setCommitTimeMs(integer(record, TS_MS));
        }
        if (has(SNAPSHOT)) {
            checkSnapshot(record);
        }
    }

    /**
     * Whether the row was read by an incremental snapshot. Any other text, also one that Debezium may invent later,
     * means a snapshot of the whole table if the operation is a read, and means nothing otherwise.
     */
    boolean incremental(byte[] record) {
        if (!members.isString(first + SNAPSHOT)) {
            return false;
        }
        text.take(record, members.start(first + SNAPSHOT), members.end(first + SNAPSHOT));
        return text.is(INCREMENTAL);
    }

    /** Whether the record says that it is about a table whose changes do not count. */
    boolean namesAnotherTable(byte[] record) {
        return members.isObject() && tables.exclude(record, members, first + SCHEMA, first + TABLE);
    }

    /** Whether the other table is the one that the connector takes signals from, by the name Debezium's manual gives it. */
    boolean namesSignals(byte[] record) {
        text.take(record, members.start(first + TABLE), members.end(first + TABLE));
        return text.is(SIGNALS);
    }

    private boolean has(int field) {
        return !members.isAbsent(first + field);
    }

    private void checkSnapshot(byte[] record) throws UndecodableException {
        byte begin = members.first(first + SNAPSHOT);
        if (begin != '"' && begin != 't' && begin != 'f') {
            throw wrongType(record, SNAPSHOT, "a string or a boolean");
        }
    }

    /** A negative LSN is not a position, and -1 would read as an unknown one. */
    private long lsn(byte[] record) throws UndecodableException {
        long lsn = integer(record, LSN);
        if (lsn < 0) {
            throw outOfRange(record, LSN);
        }
        return lsn;
    }

    private long lastCommitLsn(byte[] record) throws UndecodableException {
        if (members.isString(first + SEQUENCE)) {
            long lsn = sequence.lastCommitLsn(record, members.start(first + SEQUENCE), members.end(first + SEQUENCE));
            if (lsn != SequenceText.MALFORMED) {
                return lsn;
            }
        }
        throw wrongType(record, SEQUENCE, "a string that holds a JSON array of two LSNs");
    }

    private long integer(byte[] record, int field) throws UndecodableException {
        int start = members.start(first + field);
        int end = members.end(first + field);
        long usual = IntegerText.usual(record, start, end);
        if (usual >= 0) {
            return usual;
        }
        if (!members.isNumber(first + field) || !IntegerText.isInteger(record, start, end)) {
            throw wrongType(record, field, "an integer");
        }
        if (!IntegerText.fits(record, start, end)) {
            throw outOfRange(record, field);
        }
        return IntegerText.value(record, start, end);
    }

    private UndecodableException wrongType(byte[] record, int field, String expected) {
        return Faults.wrongType(
                prefix + names.get(field), record, members.start(first + field), members.end(first + field), expected);
    }

    private UndecodableException outOfRange(byte[] record, int field) {
        return Faults.outOfRange(
                prefix + names.get(field),
                record,
                members.start(first + field),
                members.end(first + field),
                "a position or time in 64 bits");
    }
}
