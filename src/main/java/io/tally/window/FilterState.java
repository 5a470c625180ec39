package io.tally.window;

/**
 * The highest streamed record a duplicate filter has seen, which is all it needs to go on after a restart.
 *
 * @param lastCommitLsn first part of its sequence pair, or {@link OrderChange#NO_LSN}
 * @param lsn second part, where the change itself was written
 * @param transactionId low 32 bits of its transaction id, unsigned; meaningless unless known
 * @param transactionKnown whether the record carried a transaction id
 * @param newestCommitTimeMs newest commit time of all records seen, or {@link OrderChange#NO_TIME}
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
            new FilterState(OrderChange.NO_LSN, OrderChange.NO_LSN, 0, false, OrderChange.NO_TIME, NO_KEYS);
}
