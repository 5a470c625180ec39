package io.tally.window;

import io.tally.cdc.RowChange;
import java.util.List;

/**
 * Ranges of the source's log in which the row before an update or a delete cannot be believed, because the table's replica
 * identity was not {@code FULL} there, or may not have been. Immutable.
 *
 * @param fillId names the fill of the results that this is about
 * @param lookedAtLsn every range that lies below this place is known
 * @param ranges in the order in which they were found
 */
public record Doubts(FillId fillId, long lookedAtLsn, List<Range> ranges) {

    /** The end of a range that has none yet. */
    public static final long OPEN = Long.MAX_VALUE;

    /** Before anything is known. */
    static final Doubts NONE = new Doubts(new FillId(null, RowChange.NO_LSN), RowChange.NO_LSN, List.of());

    /**
     * A range.
     *
     * @param fromLsn its first place
     * @param toLsn the place after its last, or {@link #OPEN}
     * @param proven whether the identity was seen not to be {@code FULL}; else it only may have been another between two
     *     looks
     * @param explanation one line for an operator
     */
    public record Range(long fromLsn, long toLsn, boolean proven, String explanation) {

        public boolean isOpen() {
            return toLsn == OPEN;
        }

        private boolean holds(long lsn) {
            return lsn >= fromLsn && lsn < toLsn;
        }
    }

    /** The first range that holds a place, or null. A place that is not known may lie in any of them. */
    Range at(long lsn) {
        for (Range range : ranges) {
            if (lsn == RowChange.NO_LSN || range.holds(lsn)) {
                return range;
            }
        }
        return null;
    }

    /** The first range with a proof that holds a place, or null. */
    Range provenAt(long lsn) {
        for (Range range : ranges) {
            if (range.proven && (lsn == RowChange.NO_LSN || range.holds(lsn))) {
                return range;
            }
        }
        return null;
    }
}
