package io.tally.window;

import java.util.List;
import java.util.UUID;

/**
 * Totals that a partition has counted and the results may not hold yet, at one moment. The reader that adds it to the
 * results compares the partition's checkpoint row with it, read in the same moment as the results: with another owner none
 * of it counts; with a sequence above {@link #lastSequence()} it is out of date.
 *
 * @param owner the mark that the checkpoint row has while this engine owns the partition
 * @param sequence the number of the last batch the database is known to hold
 * @param publishing whether a batch is under way
 * @param replaying whether the shard is still reading again what it had read before its checkpoint, so that {@code held}
 *     is not complete
 * @param held deltas that no batch holds; copies
 * @param underWay deltas of the batch that is under way: the results hold them if the checkpoint row has moved
 */
public record Unpublished(
        int partition,
        UUID owner,
        long sequence,
        boolean publishing,
        boolean replaying,
        List<WindowDeltas> held,
        List<WindowDeltas> underWay) {

    /** The highest sequence that the checkpoint row can have while this is true. */
    public long lastSequence() {
        return publishing ? sequence + 1 : sequence;
    }
}
