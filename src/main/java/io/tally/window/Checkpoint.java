package io.tally.window;

import java.util.UUID;

/**
 * The progress of one partition, as a row of the checkpoint table holds it. It moves in the transaction that adds the
 * partition's deltas to the results, so a contribution from below {@code position} is in the results if, and only if,
 * its window is published.
 *
 * @param partition of the topic
 * @param owner random mark of the engine that may publish for this partition, set when it took over
 * @param sequence number of the last batch; a batch moves it by one, and only from the value it expects
 * @param position the next offset to apply
 * @param resumeOffset the lowest offset still needed after a restart; never above {@code position}
 * @param publishedUpToMs every window that ends at or before this time is published; {@link Shard#NO_TIME} if none is
 * @param publishedEarly windows beyond it that are published as well: from, to, from, to, …, in rising epoch ms
 * @param newestEventTimeMs newest event time that moved the watermark, or {@link Shard#NO_TIME}
 * @param filter what the duplicate filter knew before {@code resumeOffset}
 * @param visibility the snapshot the results were filled from, or null once every later record committed after it
 * @param fillId names the fill of the results that it goes on from
 * @param owed why the results have to be filled again some time, or null
 * @param judgedLsn rows before updates and deletes were found to be right, or a fill to be owed, up to this place in the
 *     source's log
 */
public record Checkpoint(
        int partition,
        UUID owner,
        long sequence,
        long position,
        long resumeOffset,
        long publishedUpToMs,
        long[] publishedEarly,
        long newestEventTimeMs,
        FilterState filter,
        Visibility visibility,
        FillId fillId,
        DataLoss owed,
        long judgedLsn) {

    public Checkpoint {
        if (resumeOffset > position) {
            throw new IllegalStateException("resume offset must not be above position, partition=" + partition
                    + " resumeOffset=" + resumeOffset + " position=" + position);
        }
    }
}
