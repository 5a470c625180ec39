package io.tally.window;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.IntPredicate;

/** Where the progress of the partitions is kept: the port between those who read the log and those who publish. */
public interface Checkpoints {

    /**
     * Makes this engine the owner of partitions and says where each goes on. Their former owners can publish nothing any
     * more. If the results have to be filled from the source first, that happens here.
     *
     * @param partitions the partitions to own, each of which the topic has
     * @param isWanted whether a partition is still to be owned, asked on any thread just before that: it may have been taken
     *     away while this waited for its turn
     * @param topic asks the broker about the topic; called more than once, because what it says gets old
     * @param lost why the results are worthless, if the caller has found that out, else null
     * @return a checkpoint for each of the partitions that is still wanted; fails with {@link TakeoverException} if that
     *     cannot be, with any other exception if the database could not be asked, and then the caller may try again
     */
    CompletionStage<List<Checkpoint>> takeOver(
            Set<Integer> partitions, IntPredicate isWanted, Topic topic, DataLoss lost);
}
