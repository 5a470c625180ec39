package io.tally.window;

import io.tally.cdc.RowChange;
import io.tally.view.RowFault;

/**
 * How many records a partition's shards have read and what became of them. The sum that must hold:
 *
 * <pre>read = applied + duplicate + alreadyInTable + purged + snapshotRows + withoutRow + deadLetters</pre>
 *
 * <p>Plain fields, guarded by the
 * monitor of the shard that holds them.
 */
public final class RecordCounts {

    long applied;
    long duplicate;
    long alreadyInTable;
    long purged;
    long snapshotRows;
    long deadLetters;
    long corrections;
    long replayed;

    private final long[] withoutRow = new long[RowChange.Op.values().length];
    private final long[] faults = new long[RowFault.values().length];

    void addWithoutRow(RowChange.Op kind) {
        withoutRow[kind.ordinal()]++;
    }

    void addFault(RowFault fault) {
        faults[fault.ordinal()]++;
    }

    /** Adds the counts of another object to this one. */
    public void add(RecordCounts other) {
        applied += other.applied;
        duplicate += other.duplicate;
        alreadyInTable += other.alreadyInTable;
        purged += other.purged;
        snapshotRows += other.snapshotRows;
        for (int i = 0; i < withoutRow.length; i++) {
            withoutRow[i] += other.withoutRow[i];
        }
        for (int i = 0; i < faults.length; i++) {
            faults[i] += other.faults[i];
        }
        deadLetters += other.deadLetters;
        corrections += other.corrections;
        replayed += other.replayed;
    }

    /** Records of any kind. */
    public long read() {
        return applied + duplicate + alreadyInTable + purged + snapshotRows + withoutRow() + deadLetters;
    }

    /** Inserts, updates and deletes that were counted. */
    public long applied() {
        return applied;
    }

    /** Records the connector sent again. */
    public long duplicate() {
        return duplicate;
    }

    /** Changes of transactions that the results already held when they were filled from the table. */
    public long alreadyInTable() {
        return alreadyInTable;
    }

    /** Deletes of orders that are history by the settings, which take nothing back. */
    public long purged() {
        return purged;
    }

    /** Rows of the connector's own snapshots, which never count. */
    public long snapshotRows() {
        return snapshotRows;
    }

    /** Tombstones and other records about no row. */
    public long withoutRow() {
        long sum = 0;
        for (long count : withoutRow) {
            sum += count;
        }
        return sum;
    }

    /** Those of them that are of one kind. */
    public long withoutRow(RowChange.Op kind) {
        return withoutRow[kind.ordinal()];
    }

    /** Records that could not be counted; the dead-letter topic has them. */
    public long deadLetters() {
        return deadLetters;
    }

    /** Row images that contributed nothing because of a fault of a value. */
    public long faults(RowFault fault) {
        return faults[fault.ordinal()];
    }

    /** Row images whose window was already published: late orders, and changes of old ones. */
    public long corrections() {
        return corrections;
    }

    /** Records read a second time after a restart or a rebalance; they are part of the other counts as well. */
    public long replayed() {
        return replayed;
    }
}
