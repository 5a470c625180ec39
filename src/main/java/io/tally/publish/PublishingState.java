package io.tally.publish;

import io.tally.window.Publication;

/**
 * What publishing has done so far, for those who look on. Immutable. Times are epoch ms, 0 if it never happened.
 *
 * @param lastPublishedMs when the database last took something
 * @param lastDurationMs how long that took, from sending to the answer
 * @param publications checkpoints moved so far
 * @param rows (window, customer) deltas so far
 * @param corrections those of them for windows that were published before
 * @param failingSinceMs since when nothing has worked, or 0
 * @param lastFailure what went wrong last, or null if nothing is wrong
 */
public record PublishingState(
        long lastPublishedMs,
        long lastDurationMs,
        long publications,
        long rows,
        long corrections,
        long failingSinceMs,
        String lastFailure) {

    static final PublishingState INITIAL = new PublishingState(0, 0, 0, 0, 0, 0, null);

    public boolean failing() {
        return failingSinceMs != 0;
    }

    PublishingState published(long nowMs, long tookMs, Publication publication) {
        return new PublishingState(
                nowMs,
                tookMs,
                publications + 1,
                rows + publication.entries(),
                corrections + publication.correctionEntries(),
                failingSinceMs,
                lastFailure);
    }

    PublishingState failed(long nowMs, String failure) {
        return new PublishingState(
                lastPublishedMs,
                lastDurationMs,
                publications,
                rows,
                corrections,
                failing() ? failingSinceMs : nowMs,
                failure);
    }

    PublishingState recovered() {
        return new PublishingState(lastPublishedMs, lastDurationMs, publications, rows, corrections, 0, null);
    }
}
