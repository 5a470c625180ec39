package io.tally.cdc;

/** Effect of updates and deletes on the totals: the setting {@code tally.updates}. */
public enum UpdateMode {
    /** An update takes its row before back and adds its row after; a delete takes its row back. */
    RETRACT,
    /** Every row after a change is added and nothing is taken back; no row before is needed. */
    APPEND
}
