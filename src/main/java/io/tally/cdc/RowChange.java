package io.tally.cdc;

import io.tally.view.Contribution;
import io.tally.view.SourceColumn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One change of a table, decoded: what happened, the row before and after, and where in the source's log it
 * stands. Reused from record to record, so that decoding a record makes no garbage: nothing keeps a reference to it
 * beyond the call it was passed to.
 */
public final class RowChange {

    /** Subject of a record of the topic. */
    public enum Op {
        /** A row was inserted while the connector was streaming. */
        INSERT,
        /** A row was updated. */
        UPDATE,
        /** A row was deleted. */
        DELETE,
        /** A row read by a snapshot of the whole table. */
        SNAPSHOT,
        /** A row read by an incremental snapshot; it was, or will be, streamed as well. */
        INCREMENTAL_SNAPSHOT,
        /** The table was truncated. */
        TRUNCATE,
        /** A record without a value, which follows a delete. */
        TOMBSTONE,
        /** A logical decoding message, written by somebody into the database's log. */
        MESSAGE,
        /** A sign of life of the connector. */
        HEARTBEAT,
        /** The begin or end of a transaction. */
        TRANSACTION,
        /** A change of a table's columns. */
        SCHEMA_CHANGE,
        /** A command to the connector. */
        SIGNAL,
        /** A change of another table. */
        OTHER_TABLE,
        /** Not known: the record could not be decoded. */
        NONE
    }

    /** An LSN that is not known. Lower than every real one, which is what the duplicate filter needs. */
    public static final long NO_LSN = -1;

    /** A commit time that is not known. */
    public static final long NO_TIME = Contribution.NO_TIME;

    private static final byte[] NO_BYTES = {};

    private final CapturedRow before = new CapturedRow(this, "before");
    private final CapturedRow after = new CapturedRow(this, "after");

    private byte[] record = NO_BYTES;
    private Op op = Op.NONE;
    private boolean transactionKnown;
    private int transactionId;
    private long lsn = NO_LSN;
    private boolean sequenceKnown;
    private long lastCommitLsn = NO_LSN;
    private long commitTimeMs = NO_TIME;

    /** Whether the key is in a buffer of our own, because its parts lie apart in the record. */
    private boolean keyApart;

    private byte[] ownKey = NO_BYTES;
    private int keyOffset;
    private int keyLength;

    /** Makes this a change of the given kind with no images, no source position and no key. */
    public void reset(Op newOp) {
        op = newOp;
        before.clear();
        after.clear();
        transactionKnown = false;
        lsn = NO_LSN;
        sequenceKnown = false;
        lastCommitLsn = NO_LSN;
        commitTimeMs = NO_TIME;
        keyOffset = 0;
        keyLength = 0;
    }

    /**
     * Makes this a change of which nothing is known but its place in the source's log, if that is, and whether it would have
     * been a row of a snapshot.
     */
    public void setVoid() {
        op = isOfSnapshot() ? op : Op.NONE;
        before.clear();
        after.clear();
        keyOffset = 0;
        keyLength = 0;
    }

    /** Whether a snapshot has read the row, so that it is no change. */
    public boolean isOfSnapshot() {
        return op == Op.SNAPSHOT || op == Op.INCREMENTAL_SNAPSHOT;
    }

    public Op op() {
        return op;
    }

    public void setOp(Op newOp) {
        op = newOp;
    }

    /** Whether it takes a row back that was counted before. */
    public boolean takesBack() {
        return op == Op.UPDATE || op == Op.DELETE;
    }

    /** The row before the change; present on updates and deletes that can be retracted. */
    public CapturedRow before() {
        return before;
    }

    /** The row after the change; present on inserts, updates and snapshot rows. */
    public CapturedRow after() {
        return after;
    }

    /** Whether a column of its rows could not be read, so that the change counts only for those who do not read that one. */
    public boolean isFaulty() {
        return before.isFaulty() || after.isFaulty();
    }

    /** Whether all of these columns could be read, in the rows that it has. */
    public boolean isReadable(List<SourceColumn> columns) {
        return before.areReadable(columns) && after.areReadable(columns);
    }

    /**
     * The fault of the columns that could not be read, or null. Names all of them, and explains the first. Good as
     * long as the record's bytes are.
     */
    public UndecodableException fault() {
        UndecodableException first = null;
        List<String> others = new ArrayList<>();
        for (CapturedRow row : List.of(before, after)) {
            for (int column = 0; row.isFaulty() && column < row.table().count(); column++) {
                if (row.isReadable(column) || row == before && isMissingInBoth(column)) {
                    continue;
                }
                if (first == null) {
                    first = row.fault(column);
                } else {
                    others.add(row.path(column));
                }
            }
        }
        return others.isEmpty() ? first : first.and(others);
    }

    /** A column that is missing in both images was not left out because of the replica identity. */
    private boolean isMissingInBoth(int column) {
        return before.isMissing(column) && after.present() && after.isMissing(column);
    }

    /** The array that rows and key are in; it must stay as it is while this change is in use. */
    void setRecord(byte[] bytes) {
        // Its key says so again, and to write a reference is not free.
        if (record != bytes) {
            record = bytes;
        }
    }

    byte[] record() {
        return record;
    }

    /** Lets go of the record's memory: what was in it can no longer be asked for. */
    public void letGo() {
        record = NO_BYTES;
    }

    /** {@code source.txId}: the low 32 bits of the id of the transaction that wrote the row, unsigned. */
    public int transactionId() {
        return transactionId;
    }

    /** Whether the record carried a transaction id. */
    public boolean transactionKnown() {
        return transactionKnown;
    }

    public void setTransactionId(int id) {
        transactionId = id;
        transactionKnown = true;
    }

    /** {@code source.lsn}: where the change was written, or {@link #NO_LSN}. */
    public long lsn() {
        return lsn;
    }

    public void setLsn(long value) {
        lsn = value;
    }

    /** First part of {@code source.sequence}: the last commit before this transaction, or {@link #NO_LSN}. */
    public long lastCommitLsn() {
        return lastCommitLsn;
    }

    /** Whether the record carried a {@code source.sequence}, whose first part may be missing all the same. */
    public boolean sequenceKnown() {
        return sequenceKnown;
    }

    public void setLastCommitLsn(long value) {
        sequenceKnown = true;
        lastCommitLsn = value;
    }

    /** {@code source.ts_ms}: commit time on the database's clock, or {@link #NO_TIME}. */
    public long commitTimeMs() {
        return commitTimeMs;
    }

    public void setCommitTimeMs(long value) {
        commitTimeMs = value;
    }

    /**
     * Points at the row's key in the record's own bytes, which must stay unchanged while this change is in use. Only
     * compared for equality, and only with keys from the same topic, so any encoding will do.
     */
    public void setKey(byte[] buffer, int offset, int length) {
        setRecord(buffer);
        keyApart = false;
        keyOffset = offset;
        keyLength = length;
    }

    /** Begins a key of several parts, which are copied. */
    void beginKey() {
        keyApart = true;
        keyOffset = 0;
        keyLength = 0;
    }

    /** Adds a part, a JSON value; behind it comes a comma. */
    void addToKey(byte[] buffer, int start, int end) {
        int length = end - start;
        if (keyLength + length + 1 > ownKey.length) {
            ownKey = Arrays.copyOf(ownKey, 2 * (keyLength + length + 1));
        }
        System.arraycopy(buffer, start, ownKey, keyLength, length);
        keyLength += length;
        ownKey[keyLength++] = ',';
    }

    private byte[] keyBytes() {
        return keyApart ? ownKey : record;
    }

    public int keyLength() {
        return keyLength;
    }

    public void copyKey(byte[] target, int targetOffset) {
        System.arraycopy(keyBytes(), keyOffset, target, targetOffset, keyLength);
    }

    public boolean keyEquals(byte[] other, int otherOffset, int otherLength) {
        return Arrays.equals(
                keyBytes(), keyOffset, keyOffset + keyLength, other, otherOffset, otherOffset + otherLength);
    }
}
