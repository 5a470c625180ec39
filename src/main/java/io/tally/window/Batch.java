package io.tally.window;

import java.util.List;
import java.util.UUID;

/**
 * Everything that one partition publishes at once: the deltas of its due windows and the checkpoint that holds
 * once they are in. Immutable. It may be sent again until its outcome is known, because a database that has taken it
 * refuses it the second time.
 *
 * @param next the checkpoint after this batch; its sequence is one above the expected one
 * @param deltas due windows; may be empty when only the checkpoint moves
 * @param groups in the deltas
 */
public record Batch(Checkpoint next, List<WindowDeltas> deltas, long groups) {

    /** Memory of a window by itself, in groups. */
    static final int GROUPS_PER_WINDOW = 8;

    public int partition() {
        return next.partition();
    }

    /** The owner the checkpoint row must still have. */
    public UUID owner() {
        return next.owner();
    }

    /** The sequence the checkpoint row must still have. */
    public long expectedSequence() {
        return next.sequence() - 1;
    }

    /** Its memory, in groups. */
    long weight() {
        return groups + (long) GROUPS_PER_WINDOW * deltas.size();
    }

    /** Number of those groups that belong to windows published before. */
    public long correctionGroups() {
        return deltas.stream()
                .filter(WindowDeltas::correction)
                .mapToLong(window -> window.groups().size())
                .sum();
    }
}
