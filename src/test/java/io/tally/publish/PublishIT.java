package io.tally.publish;

import static io.tally.publish.TestDatabase.await;
import static io.tally.window.Changes.insert;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.view.View;
import io.tally.window.Batch;
import io.tally.window.Checkpoint;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowDeltas;
import io.tally.window.WindowStore;
import io.vertx.pgclient.PgConnection;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The transaction that adds deltas and moves checkpoints, on a real PostgreSQL, where it does not go well. */
class PublishIT {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final long WINDOW_MS = 1_800_000_000_000L;
    /** Beyond its end and what may come late. */
    private static final long NOW_MS = WINDOW_MS + 70_000;

    private final TestDatabase database = new TestDatabase("publish");
    private PgLedger ledger;
    private WindowStore store;

    @BeforeEach
    void takeOver() {
        database.runAtSource(
                "CREATE TABLE orders (order_id text PRIMARY KEY, customer_id int NOT NULL, quantity int NOT NULL,"
                        + " price numeric(12, 2) NOT NULL, event_ts timestamptz NOT NULL)");
        View view = database.view("sales");
        ledger = database.ledger(view, Optional.empty());
        assertEquals(Optional.empty(), await(ledger.prepare()));
        Ledger.Filling filling = await(ledger.beginFill(new Ledger.Fill(
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Map.of(),
                        "t",
                        "id",
                        Map.of(0, 0L, 1, 0L),
                        Map.of())))
                .filling();
        await(filling.read());
        await(filling.replace());
        filling.close();
        store = new WindowStore(TestCheckpoints.of(view));
        for (Checkpoint checkpoint : await(ledger.takeOver(Set.of(0, 1), UUID.randomUUID()))) {
            Shard shard = new Shard(checkpoint, TestCheckpoints.of(view), NOW_MS);
            shard.apply(0, insert(WINDOW_MS, 7, 2, 350), NOW_MS);
            shard.apply(1, insert(NOW_MS, 7, 2, 350), NOW_MS);
            shard.settle();
            store.add(shard);
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    private List<Batch> batches() {
        return store.take(NOW_MS);
    }

    /** The sequences of both partitions, and the orders counted. */
    private List<String> results() {
        return database.column(
                "SELECT string_agg(sequence::text, ' ' ORDER BY partition) || ' '"
                        + " || coalesce((SELECT sum(order_count) FROM sales), 0) FROM tally_view_checkpoint WHERE view = 'sales'");
    }

    @Test
    void publish_oneBatchIsFenced_noneGoesIn() {
        List<Batch> batches = batches();
        database.run(
                "UPDATE tally_view_checkpoint SET owner = gen_random_uuid() WHERE view = 'sales' AND partition = 1");

        assertFalse(await(ledger.publish(batches)));
        assertEquals(List.of("0 0 0"), results());

        assertTrue(await(ledger.publish(List.of(batches.getFirst()))));
        assertEquals(List.of("1 0 1"), results());
    }

    /** As when its own transaction was thought lost, and still runs; the statement's snapshot is from before its commit. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void publish_oneBatchIsFencedWhileItWaits_noneGoesIn(int fenced) {
        assertFalse(publishBehind("sequence = sequence + 1", "partition = " + fenced));
        assertEquals(List.of(fenced == 0 ? "1 0 0" : "0 1 0"), results());
    }

    /** Only what is fenced counts: a change of something else, while it waits, does not. */
    @Test
    void publish_checkpointIsTouchedWhileItWaits_goesIn() {
        assertTrue(publishBehind("updated_at = now()", "true"));
        assertEquals(List.of("1 1 2"), results());
    }

    /** Publishes while somebody else changes checkpoints, who commits when that waits. */
    private boolean publishBehind(String change, String which) {
        PgConnection other = database.connect();
        await(other.query("BEGIN; UPDATE tally_view_checkpoint SET %s WHERE view = 'sales' AND %s"
                        .formatted(change, which))
                .execute());
        CompletableFuture<Boolean> published = ledger.publish(batches()).toCompletableFuture();
        String waiting = "SELECT count(*) FROM pg_stat_activity WHERE %d = ANY (pg_blocking_pids(pid))"
                .formatted(other.processId());
        Await.until("it waits", LIMIT, () -> database.column(waiting).equals(List.of("1")));
        await(other.query("COMMIT").execute());
        await(other.close());
        return await(published);
    }

    /** What it has begun must not be there for the next batch to commit. */
    @Test
    void publish_statementCannotBeMade_nothingIsLeftOfTheTransaction() {
        List<Batch> batches = batches();
        Batch batch = batches.getFirst();
        List<WindowDeltas> broken = new AbstractList<>() {
            @Override
            public WindowDeltas get(int index) {
                throw new IllegalStateException("no memory");
            }

            @Override
            public int size() {
                return 1;
            }
        };

        assertThrows(
                CompletionException.class,
                () -> await(ledger.publish(List.of(new Batch(batch.next(), broken, batch.groups())))));
        assertEquals(List.of("0 0 0"), results());

        assertTrue(await(ledger.publish(batches)));
        assertEquals(List.of("1 1 2"), results());
    }

    @Test
    void publish_rowsRefused_saysSoInTheWordsOfPostgresAndChangesNothing() {
        List<Batch> batches = batches();
        database.run("ALTER TABLE sales ADD CONSTRAINT small CHECK (gross_sales < 5)");

        CompletionException failure = assertThrows(CompletionException.class, () -> await(ledger.publish(batches)));
        Ledger.RefusedException refused = assertInstanceOf(Ledger.RefusedException.class, Failures.cause(failure));
        assertEquals(
                "PostgreSQL refuses the rows of sales: ERROR: new row for relation \"sales\" violates check constraint"
                        + " \"small\" (23514)",
                refused.getMessage());
        assertEquals(List.of("0 0 0"), results());

        database.run("ALTER TABLE sales DROP CONSTRAINT small");
        assertTrue(await(ledger.publish(batches)));
        assertEquals(List.of("1 1 2"), results());
    }
}
