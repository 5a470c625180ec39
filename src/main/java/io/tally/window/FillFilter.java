package io.tally.window;

import io.tally.cdc.RowChange;

/**
 * Tells which changes the results held already when they were filled from the source. Needed until a record was
 * written after that; from then on every record was. Single writer.
 */
final class FillFilter {

    private static final long NEVER = Long.MAX_VALUE;
    private static final long BEFORE_ALL = -1;

    private final Visibility visibility;
    private final long fillLsn;
    private long retiredAt;

    /**
     * @param visibility what the fill saw, or null if this is no longer needed
     * @param fillLsn the place in the source's log at which the results were filled
     */
    FillFilter(Visibility visibility, long fillLsn) {
        this.visibility = visibility;
        this.fillLsn = fillLsn;
        this.retiredAt = visibility == null ? BEFORE_ALL : NEVER;
    }

    /** Whether the fill held the change of the record at the given offset, the highest so far. */
    boolean holds(long offset, RowChange change) {
        if (retiredAt != NEVER) {
            return false;
        }
        // Asked first: after two billion transactions their ids look old again.
        if (isLater(change)) {
            retiredAt = offset;
            return false;
        }
        return mayHold(change);
    }

    /** Whether the fill holds the change, as far as that can be told without noting it. */
    boolean mayHold(RowChange change) {
        return visibility != null
                && !isLater(change)
                && change.transactionKnown()
                && (change.lsn() == RowChange.NO_LSN
                        ? visibility.sees(change.transactionId())
                        : visibility.seesOneBefore(change.transactionId()));
    }

    private boolean isLater(RowChange change) {
        return Math.max(change.lastCommitLsn(), change.lsn()) >= fillLsn;
    }

    /** The snapshot that filtering from the given offset on needs, or null if it needs none. */
    Visibility neededFrom(long offset) {
        // One that was retired later has to work again on the records a restart reads again.
        return retiredAt < offset ? null : visibility;
    }
}
