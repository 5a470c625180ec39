package io.tally.publish;

import io.tally.window.Batch;
import io.tally.window.WindowDeltas;
import java.util.ArrayList;
import java.util.List;

/**
 * Counters of publishing, for status and metrics. Immutable. Times are epoch ms, 0 if it never happened.
 *
 * @param lastPublishedMs when the database last took something
 * @param lastDurationMs how long that took, from sending to the answer
 * @param batches checkpoints moved so far
 * @param rows (window, customer) deltas so far
 * @param corrections those of them for windows that were published before
 * @param failingSinceMs since when nothing has worked, or 0
 * @param lastFailure what went wrong last, or null if nothing is wrong
 * @param latest the latest that added rows, newest first, at most {@link #MOST_ROUNDS}
 */
public record PublishingState(
        long lastPublishedMs,
        long lastDurationMs,
        long batches,
        long rows,
        long corrections,
        long failingSinceMs,
        String lastFailure,
        List<Round> latest) {

    /**
     * One transaction, or several in a row that only corrected.
     *
     * @param sentAtMs when the last was sent
     * @param tookMs from there to the answer; the longest, if there are several
     * @param transactions how many there are
     * @param closedUpToMs end of the newest window that was not published before, or 0 if there was only correcting
     */
    public record Round(long sentAtMs, long tookMs, int transactions, long rows, long corrections, long closedUpToMs) {

        private boolean joins(Round earlier) {
            return sentAtMs == earlier.sentAtMs || closedUpToMs == 0 && earlier.closedUpToMs == 0;
        }

        private Round after(Round earlier) {
            return new Round(
                    sentAtMs,
                    Math.max(tookMs, earlier.tookMs),
                    earlier.transactions + (sentAtMs == earlier.sentAtMs ? 0 : 1),
                    rows + earlier.rows,
                    corrections + earlier.corrections,
                    Math.max(closedUpToMs, earlier.closedUpToMs));
        }
    }

    static final int MOST_ROUNDS = 20;

    /** Of a view that is not kept yet. */
    public static final PublishingState INITIAL = new PublishingState(0, 0, 0, 0, 0, 0, null, List.of());

    public boolean failing() {
        return failingSinceMs != 0;
    }

    /** Counts one batch of a transaction that was sent at the given time. */
    PublishingState published(long nowMs, long sentAtMs, Batch batch) {
        long tookMs = nowMs - sentAtMs;
        return new PublishingState(
                nowMs,
                tookMs,
                batches + 1,
                rows + batch.groups(),
                corrections + batch.correctionGroups(),
                failingSinceMs,
                lastFailure,
                with(new Round(sentAtMs, tookMs, 1, batch.groups(), batch.correctionGroups(), closedUpToMs(batch))));
    }

    private static long closedUpToMs(Batch batch) {
        return batch.deltas().stream()
                .filter(window -> !window.correction())
                .mapToLong(WindowDeltas::endMs)
                .max()
                .orElse(0);
    }

    private List<Round> with(Round round) {
        if (round.rows() == 0) {
            return latest;
        }
        List<Round> rounds = new ArrayList<>(latest);
        if (!rounds.isEmpty() && round.joins(rounds.getFirst())) {
            rounds.set(0, round.after(rounds.getFirst()));
        } else {
            rounds.addFirst(round);
        }
        return List.copyOf(rounds.subList(0, Math.min(rounds.size(), MOST_ROUNDS)));
    }

    PublishingState failed(long nowMs, String failure) {
        return new PublishingState(
                lastPublishedMs,
                lastDurationMs,
                batches,
                rows,
                corrections,
                failing() ? failingSinceMs : nowMs,
                failure,
                latest);
    }

    PublishingState recovered() {
        return new PublishingState(lastPublishedMs, lastDurationMs, batches, rows, corrections, 0, null, latest);
    }
}
