package io.tally.window;

import io.tally.cdc.RowChange;

/**
 * The highest streamed record a duplicate filter has seen, which is all it needs to go on after a restart.
 *
 * @param lastCommitLsn first part of its sequence pair, or {@link RowChange#NO_LSN}
 * @param lsn second part, where the change itself was written
 * @param transactionId low 32 bits of its transaction id, unsigned; meaningless unless known
 * @param transactionKnown whether the record carried a transaction id
 * @param newestCommitTimeMs newest commit time of all records seen, or {@link RowChange#NO_TIME}
 * @param runKeys the records seen at this very place, as {@link RunKeys} writes them; empty if no further one can come
 */
public record FilterState(
        long lastCommitLsn,
        long lsn,
        int transactionId,
        boolean transactionKnown,
        long newestCommitTimeMs,
        byte[] runKeys) {

    static final byte[] NO_KEYS = {};

    /** The state before the first record: every streamed record is higher. */
    public static final FilterState NOTHING_SEEN =
            new FilterState(RowChange.NO_LSN, RowChange.NO_LSN, 0, false, RowChange.NO_TIME, NO_KEYS);
}
