package io.tally.publish;

import io.tally.window.LostGround;
import io.tally.window.OrderChange;
import io.tally.window.Shard;
import io.tally.window.WindowStore;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Notices that the source's log ends before a place from which a record has come: the database was restored or replaced.
 * The topic then holds changes that the orders table does not, and a connector that has stored a place beyond the end goes
 * on silently, leaving out what is written until the log has passed it.
 */
final class RewindCheck {

    private final WindowStore store;
    private final Supplier<CompletionStage<Long>> logEnd;
    private final Executor executor;

    /**
     * @param logEnd asks where the source's log ends
     * @param executor runs one task at a time
     */
    RewindCheck(WindowStore store, Supplier<CompletionStage<Long>> logEnd, Executor executor) {
        this.store = store;
        this.logEnd = logEnd;
        this.executor = executor;
    }

    /** Looks once. The stage fails if the database does not answer. */
    CompletionStage<Void> step() {
        Shard furthest = null;
        long newestLsn = OrderChange.NO_LSN;
        for (Shard shard : store.shards()) {
            if (shard.progress().newestLsn() > newestLsn) {
                furthest = shard;
                newestLsn = shard.progress().newestLsn();
            }
        }
        return furthest == null ? CompletableFuture.completedStage(null) : compare(furthest, newestLsn);
    }

    private CompletionStage<Void> compare(Shard shard, long lsn) {
        // Asked for after the record was read, so the end of the same log lies beyond.
        return logEnd.get()
                .thenAcceptAsync(
                        end -> {
                            if (end < lsn) {
                                store.loseGround(new LostGround(
                                        LostGround.Reason.LSN_WENT_BACK,
                                        explain(shard, lsn, end),
                                        shard.bootstrapLsn()));
                            }
                        },
                        executor);
    }

    private static String explain(Shard shard, long lsn, long end) {
        return "the source's log ends before a record that was read, partition=" + shard.partition() + " lsn=" + lsn
                + " end=" + end
                + ": the database was restored or replaced, and the connector leaves changes out until its"
                + " stored offset is deleted";
    }
}
