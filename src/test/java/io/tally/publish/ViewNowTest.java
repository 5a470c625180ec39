package io.tally.publish;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.tally.window.Changes;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowStore;
import java.lang.management.ManagementFactory;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class ViewNowTest {

    private static final long NOW = 60_000_000;
    private static final long MUCH = 1_000_000;

    private final WindowStore store = new WindowStore(TestCheckpoints.SETTINGS);
    private final ViewNow now =
            new ViewNow(null, store, new ResultTable(store.settings().view()));

    /** Partitions wait while their groups are copied, and one window may hold millions. */
    @Test
    void ofWindow_tooManyGroups_isRefusedWithoutACopy() {
        Shard shard = new Shard(TestCheckpoints.fresh(0, UUID.randomUUID(), 0, null, 0), TestCheckpoints.SETTINGS, NOW);
        store.add(shard);
        for (int customer = 0; customer <= ViewNow.MOST_UNPUBLISHED; customer++) {
            shard.apply(customer, Changes.insert(NOW, customer, 1, 100), NOW);
        }
        ask();
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = memory.getCurrentThreadAllocatedBytes();
        ask();
        long allocated = memory.getCurrentThreadAllocatedBytes() - before;
        assertTrue(allocated < MUCH, "bytes allocated=" + allocated);
    }

    private void ask() {
        CompletionException failure = assertThrows(
                CompletionException.class,
                () -> now.ofWindow(NOW, 10).toCompletableFuture().join());
        assertInstanceOf(ViewNow.NotNowException.class, failure.getCause());
    }
}
