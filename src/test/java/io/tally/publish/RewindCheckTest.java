package io.tally.publish;

import static io.tally.window.Changes.at;
import static io.tally.window.Changes.insert;
import static io.tally.window.TestCheckpoints.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.tally.window.LostGround;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowStore;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RewindCheckTest {

    private static final long MINUTE = 60_000;
    private long logEnd;
    private final WindowStore store = new WindowStore(SETTINGS);
    private final RewindCheck check =
            new RewindCheck(store, () -> CompletableFuture.completedStage(logEnd), Runnable::run);

    private Shard own(int partition) {
        Shard shard = new Shard(TestCheckpoints.fresh(partition, UUID.randomUUID(), 0, null, 7), SETTINGS, 0);
        store.add(shard);
        return shard;
    }

    private LostGround look(long end) {
        logEnd = end;
        check.step().toCompletableFuture().join();
        return store.shard(0).progress().lostGround();
    }

    @Test
    void step_nothingReadYet_provesNothing() {
        own(0);
        assertNull(look(0));
    }

    @Test
    void step_logEndsBeforeARecordThatWasRead_losesTheGroundOfAllPartitions() {
        own(0);
        Shard other = own(1);
        other.apply(0, at(insert(0, 1, 1, 1), 5, 190, 200, 1, "a"), 0);
        other.settle();
        assertNull(look(200));
        LostGround lost = look(199);
        assertEquals(LostGround.Reason.LSN_WENT_BACK, lost.reason());
        assertEquals(7, lost.bootstrapLsn());
        assertEquals(lost, other.progress().lostGround());
    }
}
