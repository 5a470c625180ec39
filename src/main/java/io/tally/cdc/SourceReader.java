package io.tally.cdc;

import io.tally.window.OrderChange;
import java.nio.charset.StandardCharsets;

/**
 * The envelope's {@code source}: where the change stands in the database's log. Everything in it may be missing or
 * null, which leaves it unknown; what is there has to be of its type.
 */
final class SourceReader {

    private static final String[] FIELDS = {"txId", "lsn", "sequence", "ts_ms", "snapshot"};
    private static final int TX_ID = 0;
    private static final int LSN = 1;
    private static final int SEQUENCE = 2;
    private static final int TS_MS = 3;
    private static final int SNAPSHOT = 4;

    private static final byte[] INCREMENTAL = "incremental".getBytes(StandardCharsets.US_ASCII);

    private final Members members = new Members(FIELDS);
    private final SequenceText sequence = new SequenceText();
    private final TextSlice text = new TextSlice();

    /** Where the object lies in the record, for error messages. */
    Members members() {
        return members;
    }

    /** Sets the position of the change; {@code source.snapshot} is checked too. */
    void fill(byte[] record, OrderChange change) throws UndecodableException {
        if (members.isAbsent()) {
            return;
        }
        if (!members.isObject()) {
            throw Faults.wrongType("source", record, members);
        }
        if (!members.isAbsent(TX_ID)) {
            change.setTransactionId((int) integer(record, TX_ID));
        }
        if (!members.isAbsent(LSN)) {
            change.setLsn(lsn(record));
        }
        if (!members.isAbsent(SEQUENCE)) {
            change.setLastCommitLsn(lastCommitLsn(record));
        }
        if (!members.isAbsent(TS_MS)) {
            change.setCommitTimeMs(integer(record, TS_MS));
        }
        if (!members.isAbsent(SNAPSHOT)) {
            checkSnapshot(record);
        }
    }

    /**
     * Whether the row was read by an incremental snapshot. Any other text, also one that Debezium may invent later,
     * means a snapshot of the whole table if the operation is a read, and means nothing otherwise.
     */
    boolean incremental(byte[] record) {
        if (!members.isString(SNAPSHOT)) {
            return false;
        }
        text.take(record, members.start(SNAPSHOT), members.end(SNAPSHOT));
        return text.is(INCREMENTAL);
    }

    private void checkSnapshot(byte[] record) throws UndecodableException {
        byte first = members.first(SNAPSHOT);
        if (first != '"' && first != 't' && first != 'f') {
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
        if (members.isString(SEQUENCE)) {
            long lsn = sequence.lastCommitLsn(record, members.start(SEQUENCE), members.end(SEQUENCE));
            if (lsn != SequenceText.MALFORMED) {
                return lsn;
            }
        }
        throw wrongType(record, SEQUENCE, "a string that holds a JSON array of two LSNs");
    }

    private long integer(byte[] record, int field) throws UndecodableException {
        int start = members.start(field);
        int end = members.end(field);
        if (!members.isNumber(field) || !IntegerText.isInteger(record, start, end)) {
            throw wrongType(record, field, "an integer");
        }
        if (!IntegerText.fits(record, start, end)) {
            throw outOfRange(record, field);
        }
        return IntegerText.value(record, start, end);
    }

    private UndecodableException wrongType(byte[] record, int field, String expected) {
        return Faults.wrongType("source." + FIELDS[field], record, members, field, expected);
    }

    private UndecodableException outOfRange(byte[] record, int field) {
        return Faults.outOfRange("source." + FIELDS[field], record, members, field, "a position or time in 64 bits");
    }
}
