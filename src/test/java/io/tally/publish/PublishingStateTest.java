package io.tally.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.publish.PublishingState.Round;
import io.tally.window.Batch;
import io.tally.window.Changes;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowStore;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PublishingStateTest {

    private static final long MINUTE = 60_000;
    private static final long NOW = 1_000 * MINUTE;

    private final WindowStore store = new WindowStore(TestCheckpoints.SETTINGS);
    private final Shard shard =
            new Shard(TestCheckpoints.fresh(0, UUID.randomUUID(), 0, null, 0), TestCheckpoints.SETTINGS, NOW);
    private PublishingState state = PublishingState.INITIAL;

    @BeforeEach
    void own() {
        store.add(shard);
    }

    /** Publishes an order; the watermark follows the newest. */
    private void publish(long eventTimeMs, long sentAtMs, long tookMs) {
        shard.apply(shard.position(), Changes.insert(eventTimeMs, 7, 1, 100), sentAtMs);
        shard.settle();
        for (Batch batch : store.take(sentAtMs)) {
            store.published(batch);
            state = state.published(sentAtMs + tookMs, sentAtMs, batch);
        }
    }

    @Test
    void published_correctionsInARow_areOneLineAndAClosedWindowIsItsOwn() {
        publish(NOW, NOW, 5);
        publish(NOW + 2 * MINUTE, NOW + 2 * MINUTE, 40);
        assertEquals(List.of(new Round(NOW + 2 * MINUTE, 40, 1, 1, 0, NOW + MINUTE)), state.latest());
        publish(NOW, NOW + 2 * MINUTE + 1_000, 9);
        publish(NOW, NOW + 2 * MINUTE + 2_000, 6);
        assertEquals(
                List.of(
                        new Round(NOW + 2 * MINUTE + 2_000, 9, 2, 2, 2, 0),
                        new Round(NOW + 2 * MINUTE, 40, 1, 1, 0, NOW + MINUTE)),
                state.latest());
        publish(NOW + 4 * MINUTE, NOW + 4 * MINUTE, 3);
        assertEquals(3, state.latest().size());
        assertEquals(NOW + 3 * MINUTE, state.latest().getFirst().closedUpToMs());
    }
}
