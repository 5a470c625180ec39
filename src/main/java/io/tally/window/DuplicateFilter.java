package io.tally.window;

import io.tally.cdc.RowChange;

/**
 * Tells which streamed records of one partition were sent before. A connector that restarts sends a stretch again, in
 * the same order; this filter remembers the highest record so far and drops what is not beyond it. Single writer.
 *
 * <p>Implementation note. LSNs alone do not rise: transactions arrive in commit order, each with the LSNs at which its
 * rows were written. The pair (last commit before the transaction, LSN) rises, a missing first part counting lowest.
 * Three exceptions shape the code. Within the transaction of the highest record the LSN alone decides, because after a
 * restart inside the connector's first transaction the first part of the pair changes from missing to a number. And the
 * rows of one COPY share an LSN, so at an equal pair the operation and the key decide; a stretch of records with
 * one pair is called a run, and a checkpoint that lies inside or right behind one holds its keys. And a connector that has
 * forgotten where it was begins a first transaction again. Its missing first part is no sign of age if it was written beyond
 * the last commit before the highest record, since what was sent before that record had been committed by then; nor if it
 * was committed later than all seen and written beyond them.
 */
final class DuplicateFilter {

    enum Verdict {
        /** Not seen before; the filter has taken note of it. */
        NEW,
        /** Seen before: it must not count again. */
        DUPLICATE,
        /** Looks seen, but was committed later than anything seen: the source's log went back. */
        WENT_BACK,
        /** Has an LSN without the pair, so that it cannot be told from a record of a transaction beside its own. */
        UNTOLD
    }

    private long lastCommitLsn;
    private long lsn;
    private int transactionId;
    private boolean transactionKnown;
    private long newestCommitTimeMs;

    private final RunKeys run;
    /** Whether the last record that was new is the last one of the run. */
    private boolean inRun;

    private FilterState beforeRun;
    private long beforeLastCommitLsn;
    private long beforeLsn;
    private int beforeTransactionId;
    private boolean beforeTransactionKnown;
    private long beforeNewestCommitTimeMs;

    DuplicateFilter(FilterState state) {
        lastCommitLsn = state.lastCommitLsn();
        lsn = state.lsn();
        transactionId = state.transactionId();
        transactionKnown = state.transactionKnown();
        newestCommitTimeMs = state.newestCommitTimeMs();
        run = new RunKeys(state.runKeys());
    }

    /** Judges a streamed record. One without an LSN cannot be judged and counts as new. */
    Verdict judge(RowChange change) {
        if (change.lsn() == RowChange.NO_LSN) {
            inRun = false;
            return Verdict.NEW;
        }
        if (!change.sequenceKnown()) {
            return Verdict.UNTOLD;
        }
        int order = compareToHighest(change);
        if (order < 0 || order == 0 && wasSeenAtThisPair(change)) {
            return isNewerThanAllSeen(change) ? Verdict.WENT_BACK : Verdict.DUPLICATE;
        }
        if (order > 0) {
            startRun(change);
        }
        run.add(change);
        inRun = true;
        newestCommitTimeMs = Math.max(newestCommitTimeMs, change.commitTimeMs());
        return Verdict.NEW;
    }

    /** Whether a change that cannot be judged was committed later than all that could be, and written before one of them. */
    boolean mayHaveGoneBack(RowChange untold) {
        return untold.lsn() < lsn && isNewerThanAllSeen(untold);
    }

    /** Where to read again so that the record at the given offset, the last one that was new, is new again. */
    ResumePoint resumePointFor(long offset) {
        if (!inRun) {
            return resumePointBehind(offset);
        }
        return new ResumePoint(offset, run.size() == 1 ? stateBeforeRun() : state(run.size() - 1));
    }

    /** Where to read on behind all records judged so far, whose offsets are lower than the given one. */
    ResumePoint resumePointBehind(long offset) {
        return new ResumePoint(offset, state(run.size()));
    }

    /** A place in the source's log that it must have reached by now, or {@link RowChange#NO_LSN}. */
    long newestLsn() {
        return Math.max(lastCommitLsn, lsn);
    }

    /** Newest commit time of a record that was new, on the source's clock, or {@link RowChange#NO_TIME}. */
    long newestCommitTimeMs() {
        return newestCommitTimeMs;
    }

    private FilterState state(int keys) {
        return new FilterState(
                lastCommitLsn, lsn, transactionId, transactionKnown, newestCommitTimeMs, run.toBytes(keys));
    }

    private FilterState stateBeforeRun() {
        if (beforeRun == null) {
            beforeRun = new FilterState(
                    beforeLastCommitLsn,
                    beforeLsn,
                    beforeTransactionId,
                    beforeTransactionKnown,
                    beforeNewestCommitTimeMs,
                    FilterState.NO_KEYS);
        }
        return beforeRun;
    }

    private int compareToHighest(RowChange change) {
        if (isSameTransaction(change) || change.lastCommitLsn() == lastCommitLsn) {
            return Long.compare(change.lsn(), lsn);
        }
        if (change.lastCommitLsn() == RowChange.NO_LSN) {
            if (isNewerThanAllSeen(change)) {
                return Long.compare(change.lsn(), lsn);
            }
            if (change.lsn() > lastCommitLsn) {
                return 1;
            }
        }
        return Long.compare(change.lastCommitLsn(), lastCommitLsn);
    }

    private boolean isSameTransaction(RowChange change) {
        return transactionKnown && change.transactionKnown() && change.transactionId() == transactionId;
    }

    private boolean isNewerThanAllSeen(RowChange change) {
        return newestCommitTimeMs != RowChange.NO_TIME && change.commitTimeMs() > newestCommitTimeMs;
    }

    /** Keeps the old state in plain fields: nearly every record starts a run, and few are ever resumed from. */
    private void startRun(RowChange change) {
        beforeRun = null;
        beforeLastCommitLsn = lastCommitLsn;
        beforeLsn = lsn;
        beforeTransactionId = transactionId;
        beforeTransactionKnown = transactionKnown;
        beforeNewestCommitTimeMs = newestCommitTimeMs;
        run.clear();
        // Missing again: the last commit before it is not known, but was written after what was seen before.
        long atLeast = change.lastCommitLsn() != RowChange.NO_LSN || isSameTransaction(change) ? RowChange.NO_LSN : lsn;
        lastCommitLsn = Math.max(lastCommitLsn, Math.max(change.lastCommitLsn(), atLeast));
        lsn = change.lsn();
        transactionId = change.transactionId();
        transactionKnown = change.transactionKnown();
    }

    /** Without keys all of the run lies before the offset that was resumed from. */
    private boolean wasSeenAtThisPair(RowChange change) {
        return run.size() == 0 || run.contains(change);
    }
}
