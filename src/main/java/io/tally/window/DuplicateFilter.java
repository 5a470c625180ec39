package io.tally.window;

import java.util.Arrays;

/**
 * Tells which streamed records of one partition were sent before. A connector that restarts sends a stretch again, in
 * the same order; this filter remembers the highest record so far and drops what is not beyond it. Single writer.
 *
 * <p>Implementation note. LSNs alone do not rise: transactions arrive in commit order, each with the LSNs at which its
 * rows were written. The pair (last commit before the transaction, LSN) rises, a missing first part counting lowest.
 * Three exceptions shape the code. Within the transaction of the highest record the LSN alone decides, because after a
 * restart inside the connector's first transaction the first part of the pair changes from missing to a number. And the
 * rows of one COPY share an LSN, so at an equal pair the operation and the order id decide; a stretch of records with
 * one pair is called a run, and a checkpoint never splits it, which is why the order ids need not be stored. And a connector that has forgotten
 * where it was begins a first transaction again: if it was committed later than all seen and written beyond them, its
 * missing first part is no sign of age.
 */
final class DuplicateFilter {

    enum Verdict {
        /** Not seen before; the filter has taken note of it. */
        NEW,
        /** Seen before: it must not count again. */
        DUPLICATE,
        /** Looks seen, but was committed later than anything seen: the source's log went back. */
        WENT_BACK
    }

    static final long NO_RUN = -1;

    private long lastCommitLsn;
    private long lsn;
    private int transactionId;
    private boolean transactionKnown;
    private long newestCommitTimeMs;

    private long runStart = NO_RUN;
    private FilterState beforeRun;
    private long beforeLastCommitLsn;
    private long beforeLsn;
    private int beforeTransactionId;
    private boolean beforeTransactionKnown;
    private long beforeNewestCommitTimeMs;

    /** Operation and order id of each record of the run, one after another. */
    private byte[] runKeys = new byte[64];

    private int[] runKeyEnds = new int[4];
    private int runKeyCount;

    DuplicateFilter(FilterState state) {
        lastCommitLsn = state.lastCommitLsn();
        lsn = state.lsn();
        transactionId = state.transactionId();
        transactionKnown = state.transactionKnown();
        newestCommitTimeMs = state.newestCommitTimeMs();
    }

    /** Judges a streamed record at the given offset. One without an LSN cannot be judged and counts as new. */
    Verdict judge(long offset, OrderChange change) {
        if (change.lsn() == OrderChange.NO_LSN) {
            return Verdict.NEW;
        }
        int order = compareToHighest(change);
        if (order < 0 || order == 0 && wasSeenAtThisPair(change)) {
            return isNewerThanAllSeen(change) ? Verdict.WENT_BACK : Verdict.DUPLICATE;
        }
        if (order > 0) {
            startRun(offset, change);
        }
        addToRun(change);
        newestCommitTimeMs = Math.max(newestCommitTimeMs, change.commitTimeMs());
        return Verdict.NEW;
    }

    /** Where to read again so that the record at the given offset, the last one judged, is seen again. */
    ResumePoint resumePointFor(long offset) {
        return runStart == NO_RUN ? new ResumePoint(offset, state()) : new ResumePoint(runStart, stateBeforeRun());
    }

    /** A place in the source's log that it must have reached by now, or {@link OrderChange#NO_LSN}. */
    long newestLsn() {
        return Math.max(lastCommitLsn, lsn);
    }

    /** Newest commit time of a record that was new, on the source's clock, or {@link OrderChange#NO_TIME}. */
    long newestCommitTimeMs() {
        return newestCommitTimeMs;
    }

    private FilterState state() {
        return new FilterState(lastCommitLsn, lsn, transactionId, transactionKnown, newestCommitTimeMs);
    }

    private FilterState stateBeforeRun() {
        if (beforeRun == null) {
            beforeRun = new FilterState(
                    beforeLastCommitLsn,
                    beforeLsn,
                    beforeTransactionId,
                    beforeTransactionKnown,
                    beforeNewestCommitTimeMs);
        }
        return beforeRun;
    }

    private int compareToHighest(OrderChange change) {
        boolean sameTransaction =
                transactionKnown && change.transactionKnown() && change.transactionId() == transactionId;
        if (sameTransaction || change.lastCommitLsn() == lastCommitLsn) {
            return Long.compare(change.lsn(), lsn);
        }
        if (change.lastCommitLsn() == OrderChange.NO_LSN && isNewerThanAllSeen(change)) {
            return Long.compare(change.lsn(), lsn);
        }
        return Long.compare(change.lastCommitLsn(), lastCommitLsn);
    }

    private boolean isNewerThanAllSeen(OrderChange change) {
        return newestCommitTimeMs != OrderChange.NO_TIME && change.commitTimeMs() > newestCommitTimeMs;
    }

    /** Keeps the old state in plain fields: nearly every record starts a run, and few are ever resumed from. */
    private void startRun(long offset, OrderChange change) {
        beforeRun = null;
        beforeLastCommitLsn = lastCommitLsn;
        beforeLsn = lsn;
        beforeTransactionId = transactionId;
        beforeTransactionKnown = transactionKnown;
        beforeNewestCommitTimeMs = newestCommitTimeMs;
        runStart = offset;
        runKeyCount = 0;
        // Missing again: the last commit before it is not known, but not lower than the one before what was seen.
        lastCommitLsn = Math.max(lastCommitLsn, change.lastCommitLsn());
        lsn = change.lsn();
        transactionId = change.transactionId();
        transactionKnown = change.transactionKnown();
    }

    private boolean wasSeenAtThisPair(OrderChange change) {
        if (runStart == NO_RUN) {
            // Checkpoints do not split runs: all of this one lies before the offset we resumed from.
            return true;
        }
        int start = 0;
        for (int i = 0; i < runKeyCount; i++) {
            int end = runKeyEnds[i];
            if (runKeys[start] == operationByte(change) && change.orderIdEquals(runKeys, start + 1, end - start - 1)) {
                return true;
            }
            start = end;
        }
        return false;
    }

    private void addToRun(OrderChange change) {
        int start = runKeyCount == 0 ? 0 : runKeyEnds[runKeyCount - 1];
        int end = start + 1 + change.orderIdLength();
        if (end > runKeys.length) {
            runKeys = Arrays.copyOf(runKeys, Math.max(end, 2 * runKeys.length));
        }
        if (runKeyCount == runKeyEnds.length) {
            runKeyEnds = Arrays.copyOf(runKeyEnds, 2 * runKeyEnds.length);
        }
        runKeys[start] = operationByte(change);
        change.copyOrderId(runKeys, start + 1);
        runKeyEnds[runKeyCount++] = end;
    }

    private static byte operationByte(OrderChange change) {
        return (byte) change.op().ordinal();
    }
}
