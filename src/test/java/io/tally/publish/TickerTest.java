package io.tally.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.view.View;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class TickerTest {

    private static final UUID OWNER = new UUID(1, 2);

    private final List<String> asked = new ArrayList<>();
    private final ViewEngines views = new ViewEngines(InstantSource.system());
    private final Ticker ticker = new Ticker(views);
    private long nowMs = 1_800_000_000_000L;

    /** A view with a partition; each round asks whether it is ours still. */
    private ViewEngine view(String name, CompletionStage<Map<Integer, Ledger.Mark>> answer) {
        View like = TestCheckpoints.SETTINGS.view();
        WindowSettings settings = TestCheckpoints.of(new View(
                name,
                like.schema(),
                like.table(),
                like.primaryKey(),
                like.columns(),
                like.window(),
                like.keys(),
                like.keyBytes(),
                like.where(),
                like.totals(),
                like.results(),
                like.words()));
        WindowStore store = new WindowStore(settings);
        InstantSource clock = () -> Instant.ofEpochMilli(nowMs);
        FakeLedger ledger = new FakeLedger() {
            @Override
            public CompletionStage<Map<Integer, Mark>> marks(Set<Integer> partitions) {
                asked.add(name);
                return answer;
            }
        };
        store.add(new Shard(TestCheckpoints.fresh(0, OWNER, 0, null, 1), settings, nowMs));
        Publisher publisher = new Publisher(store, ledger, clock, Runnable::run);
        return new ViewEngine(
                settings,
                "orders",
                store,
                publisher,
                new Rounds(publisher, store, Runnable::run, clock),
                null,
                null,
                null,
                null,
                null);
    }

    @Test
    void publish_viewThatWaits_keepsNoOtherFromGoingOn() {
        views.are(
                List.of(
                        view("waits", new CompletableFuture<>()),
                        view("goes on", CompletableFuture.completedStage(Map.of(0, new Ledger.Mark(OWNER, 0))))),
                Map.of());
        ticker.publish();
        nowMs += 60_000;
        ticker.publish();
        nowMs += 60_000;
        ticker.publish();
        assertEquals(List.of("waits", "goes on", "goes on", "goes on"), asked);
    }
}
