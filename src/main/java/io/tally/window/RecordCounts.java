package io.tally.window;

import io.tally.view.RowFault;

/**
 * How many records a partition's shards have read and what became of them: each record is counted under one {@link
 * RecordOutcome}.
 *
 * <p>Guarded by the monitor of the shard that holds them.
 */
public final class RecordCounts {

    long corrections;
    long replayed;

    private final long[] outcomes = new long[RecordOutcome.values().length];
    private final long[] faults = new long[RowFault.values().length];

    void add(RecordOutcome outcome) {
        outcomes[outcome.ordinal()]++;
    }

    void addFault(RowFault fault) {
        faults[fault.ordinal()]++;
    }

    /** Adds the counts of another object to this one. */
    public void add(RecordCounts other) {
        for (int i = 0; i < outcomes.length; i++) {
            outcomes[i] += other.outcomes[i];
        }
        for (int i = 0; i < faults.length; i++) {
            faults[i] += other.faults[i];
        }
        corrections += other.corrections;
        replayed += other.replayed;
    }

    /** Records of any kind. */
    public long read() {
        long sum = 0;
        for (long count : outcomes) {
            sum += count;
        }
        return sum;
    }

    /** Number of records with this outcome. */
    public long of(RecordOutcome outcome) {
        return outcomes[outcome.ordinal()];
    }

    /** Row images that contributed nothing because of a fault of a value. */
    public long faults(RowFault fault) {
        return faults[fault.ordinal()];
    }

    /** Row images whose window was already published: late rows, and changes of old ones. */
    public long corrections() {
        return corrections;
    }

    /** Records read a second time after a restart or a rebalance; they are counted under their outcome as well. */
    public long replayed() {
        return replayed;
    }
}
