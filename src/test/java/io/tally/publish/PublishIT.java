package io.tally.publish;

import static io.tally.publish.TestDatabase.await;
import static io.tally.window.Changes.insert;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.view.View;
import io.tally.window.Batch;
import io.tally.window.Checkpoint;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowDeltas;
import io.tally.window.WindowStore;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The transaction that adds deltas and moves checkpoints, on a real PostgreSQL, where it does not go well. */
class PublishIT {

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
                        Map.of(0, 0L),
                        Map.of())))
                .filling();
        await(filling.read());
        await(filling.replace());
        filling.close();
        Checkpoint checkpoint =
                await(ledger.takeOver(Set.of(0), UUID.randomUUID())).getFirst();
        store = new WindowStore(TestCheckpoints.of(view));
        Shard shard = new Shard(checkpoint, TestCheckpoints.of(view), NOW_MS);
        shard.apply(0, insert(WINDOW_MS, 7, 2, 350), NOW_MS);
        shard.apply(1, insert(NOW_MS, 7, 2, 350), NOW_MS);
        shard.settle();
        store.add(shard);
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Batch batch() {
        return store.take(NOW_MS).getFirst();
    }

    private List<String> results() {
        return database.column("SELECT sequence || ' ' || coalesce((SELECT sum(order_count) FROM sales), 0)"
                + " FROM tally_view_checkpoint WHERE view = 'sales'");
    }

    /** What it has begun must not be there for the next batch to commit. */
    @Test
    void publish_statementCannotBeMade_nothingIsLeftOfTheTransaction() {
        Batch batch = batch();
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
        assertEquals(List.of("0 0"), results());

        assertEquals(Set.of(0), await(ledger.publish(List.of(batch))));
        assertEquals(List.of("1 1"), results());
    }

    @Test
    void publish_rowsRefused_saysSoInTheWordsOfPostgresAndChangesNothing() {
        Batch batch = batch();
        database.run("ALTER TABLE sales ADD CONSTRAINT small CHECK (gross_sales < 5)");

        CompletionException failure =
                assertThrows(CompletionException.class, () -> await(ledger.publish(List.of(batch))));
        Ledger.RefusedException refused = assertInstanceOf(Ledger.RefusedException.class, Failures.cause(failure));
        assertEquals(
                "PostgreSQL refuses the rows of sales: ERROR: new row for relation \"sales\" violates check constraint"
                        + " \"small\" (23514)",
                refused.getMessage());
        assertEquals(List.of("0 0"), results());

        database.run("ALTER TABLE sales DROP CONSTRAINT small");
        assertEquals(Set.of(0), await(ledger.publish(List.of(batch))));
        assertEquals(List.of("1 1"), results());
    }
}
