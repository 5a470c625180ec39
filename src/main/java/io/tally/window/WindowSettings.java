package io.tally.window;

import io.tally.view.View;
import io.tally.view.Window;

/**
 * Settings of the core, as plain values. All times are milliseconds.
 *
 * @param view what is kept
 * @param outOfOrdernessMs how far the watermark trails the newest event time
 * @param idleTimeoutMs silence after which a drained partition no longer holds the watermark back
 * @param maxFutureMs event times further ahead of the clock than this do not move the watermark
 * @param maxGroups bound on the groups in memory, those of all stores together
 * @param maxPinnedMs a window that stays open longer than this is published before it closes
 * @param maxPinnedRecords a window that keeps more records than this from being forgotten, likewise
 * @param truncateIsDataLoss whether a truncate of the source makes the results worthless
 * @param deadLetterOwesFill whether the results have to be filled again after a change that could not be counted
 * @param historyOlderThanMs deleting a row whose window had been over for this long takes nothing back; {@link #NEVER}
 *     if every delete does
 * @param live whether windows are published in every round, and not only when they close
 */
public record WindowSettings(
        View view,
        long outOfOrdernessMs,
        long idleTimeoutMs,
        long maxFutureMs,
        long maxGroups,
        long maxPinnedMs,
        long maxPinnedRecords,
        boolean truncateIsDataLoss,
        boolean deadLetterOwesFill,
        long historyOlderThanMs,
        boolean live) {

    /** No row is ever so old that it is history. */
    public static final long NEVER = Long.MAX_VALUE;

    /** The view's window. */
    public Window window() {
        return view.windowOrAll();
    }
}
