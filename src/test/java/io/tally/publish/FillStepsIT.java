package io.tally.publish;

import static io.tally.publish.TestDatabase.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.publish.Ledger.Begun;
import io.tally.publish.Ledger.Fill;
import io.tally.publish.Ledger.FillOutcome;
import io.tally.testkit.Await;
import io.tally.window.Batch;
import io.tally.window.Checkpoint;
import io.tally.window.DataLoss;
import io.tally.window.FillId;
import io.vertx.pgclient.PgConnection;
import java.time.Duration;
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

/** The steps of a fill, and who waits for whom between them, on a real PostgreSQL. */
class FillStepsIT {

    private static final Set<Integer> BOTH = Set.of(0, 1);
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final TestDatabase database = new TestDatabase("fill_steps");
    private PgLedger first;
    private PgLedger second;

    @BeforeEach
    void fillOnce() {
        database.runAtSource(
                "CREATE TABLE orders (order_id text PRIMARY KEY, customer_id int NOT NULL, quantity int NOT NULL,"
                        + " price numeric(12, 2) NOT NULL, event_ts timestamptz NOT NULL);"
                        + " ALTER TABLE orders REPLICA IDENTITY FULL;"
                        + " INSERT INTO orders SELECT 'old-' || i, i, 1, 1.50, now() - interval '2 hours' FROM"
                        + " generate_series(1, 12345) AS i");
        first = ledger("first", Optional.empty());
        second = ledger("second", Optional.empty());
        for (PgLedger ledger : List.of(first, second)) {
            assertEquals(Optional.empty(), await(ledger.prepare()));
            assertEquals(FillOutcome.DONE, fill(ledger, Optional.empty()));
        }
    }

    @AfterEach
    void close() {
        database.close();
    }

    private PgLedger ledger(String view, Optional<Duration> history) {
        return database.ledger(database.view(view), history);
    }

    private static Fill order(PgLedger ledger, Optional<DataLoss.Reason> reason) {
        return new Fill(
                reason,
                Optional.empty(),
                await(ledger.pipeline()).map(Ledger.Pipeline::fillId),
                Map.of(),
                "topic",
                "id",
                Map.of(0, 7L, 1, 7L),
                Map.of());
    }

    private static FillOutcome fill(PgLedger ledger, Optional<DataLoss.Reason> reason) {
        Ledger.Filling filling = begin(ledger, reason);
        assertEquals(FillOutcome.DONE, await(filling.read()));
        FillOutcome outcome = await(filling.replace());
        filling.close();
        return outcome;
    }

    private static Ledger.Filling begin(PgLedger ledger, Optional<DataLoss.Reason> reason) {
        // The session that filled before may need a moment to end.
        CompletableFuture<Begun> begun = new CompletableFuture<>();
        Await.until("nobody else fills", LIMIT, () -> {
            Begun outcome = await(ledger.beginFill(order(ledger, reason)));
            begun.obtrudeValue(outcome);
            return outcome.outcome() != FillOutcome.UNDER_WAY;
        });
        assertEquals(FillOutcome.DONE, begun.join().outcome());
        return begun.join().filling();
    }

    private static Ledger.Filling beginAgain(PgLedger ledger) {
        return begin(ledger, Optional.of(DataLoss.Reason.REQUESTED));
    }

    /** The next batch of a checkpoint, with nothing to add. */
    static Batch next(Checkpoint from) {
        return new Batch(
                new Checkpoint(
                        from.partition(),
                        from.owner(),
                        from.sequence() + 1,
                        from.position() + 10,
                        from.position() + 10,
                        from.publishedUpToMs(),
                        from.publishedEarly(),
                        from.newestEventTimeMs(),
                        from.filter(),
                        from.visibility(),
                        from.fillId(),
                        null,
                        0),
                List.of(),
                0);
    }

    private static List<Batch> next(List<Checkpoint> checkpoints) {
        return checkpoints.stream().map(FillStepsIT::next).toList();
    }

    private String orders(String view) {
        return database.column("SELECT sum(order_count) FROM " + view).getFirst();
    }

    // ---- the steps -------------------------------------------------------------------------------------------------

    @Test
    void fill_manyRows_allOfThemAreThere() {
        assertEquals("12345", orders("first"));
        assertEquals(List.of(), database.column("SELECT * FROM first EXCEPT SELECT * FROM second"));
        assertEquals(List.of("0"), database.column("SELECT count(*) FROM first_staged"));
        assertEquals(
                List.of("7", "7"), database.column("SELECT position FROM tally_view_checkpoint WHERE view = 'first'"));
    }

    /** As somebody leaves it who drops the table of a view because the view has other columns now. */
    @Test
    void fill_stagedTableOfAnEarlierView_isMadeAnew() {
        for (String measures : List.of("COUNT(*) AS order_count, SUM(quantity) AS pieces", "COUNT(*) AS order_count")) {
            database.run("DROP TABLE first CASCADE");
            PgLedger changed = database.ledger(
                    "first", "SELECT customer_id, %s FROM fill_steps.orders GROUP BY 1".formatted(measures));
            assertEquals(Optional.empty(), await(changed.prepare()));
            assertEquals(FillOutcome.DONE, fill(changed, Optional.of(DataLoss.Reason.REQUESTED)));
            assertEquals("12345", orders("first"));
        }
    }

    @Test
    void fill_stagedTableDropped_isMadeAgain() {
        Ledger.Filling filling = beginAgain(first);
        database.run("DROP TABLE first_staged");
        assertEquals(FillOutcome.DONE, await(filling.read()));
        assertEquals(FillOutcome.DONE, await(filling.replace()));
        filling.close();
        assertEquals("12345", orders("first"));
    }

    @Test
    void fill_rowsWrittenBetweenTheSteps_areSeenUntilTheSourceIsRead() {
        Ledger.Filling filling = beginAgain(first);
        database.runAtSource("INSERT INTO orders VALUES ('begun', 1, 1, 1.00, now())");
        assertEquals(FillOutcome.DONE, await(filling.read()));
        String later = database.runAtSource("INSERT INTO orders VALUES ('read', 1, 1, 1.00, now())"
                        + " RETURNING pg_current_xact_id()::text")
                .iterator()
                .next()
                .getString(0);
        assertEquals("12345", orders("first"), "readers see the old rows");
        assertEquals(FillOutcome.DONE, await(filling.replace()));
        filling.close();
        assertEquals("12346", orders("first"));
        assertEquals(
                List.of("false"),
                database.column("SELECT DISTINCT pg_visible_in_snapshot('" + later + "'::xid8, snapshot::pg_snapshot)"
                        + " FROM tally_view_checkpoint WHERE view = 'first'"));
        assertEquals(List.of("requested"), database.column("SELECT reason FROM tally_view WHERE name = 'first'"));
    }

    /** It takes what came with PostgreSQL 15. */
    @Test
    void prepare_keyThatCanBeNull_isKeptOrRefused() {
        database.runAtSource("ALTER TABLE orders ALTER customer_id DROP NOT NULL");
        int version =
                Integer.parseInt(database.column("SHOW server_version_num").getFirst()) / 10_000;
        assertEquals(
                version >= 15
                        ? Optional.empty()
                        : Optional.of(
                                "view third has a key that can be NULL, which takes PostgreSQL 15 or newer for the results,"
                                        + " and theirs is " + version),
                await(ledger("third", Optional.empty()).prepare()).map(Ledger.Misfit::message));
    }

    @Test
    void fill_rowsOfUnknownOrigin_areLeftAlone() {
        database.run("DELETE FROM tally_view WHERE name = 'first'");
        assertEquals(
                FillOutcome.HOLDS_FOREIGN_ROWS,
                await(first.beginFill(order(first, Optional.empty()))).outcome());
        assertEquals(List.of(), database.column("SELECT name FROM tally_view WHERE name = 'first'"));
    }

    @Test
    void fill_givenUp_oldRowsAndPositionsAreGoneOnWith() {
        List<Checkpoint> mine = await(first.takeOver(BOTH, UUID.randomUUID()));
        assertTrue(await(first.publish(next(mine))));
        Ledger.Filling filling = beginAgain(first);
        assertFalse(
                await(first.publish(next(next(mine).stream().map(Batch::next).toList()))), "fenced");
        assertEquals(FillOutcome.DONE, await(filling.read()));
        assertEquals(List.of(), await(first.takeOver(BOTH, UUID.randomUUID())), "it is under way");
        assertEquals(
                FillOutcome.UNDER_WAY,
                await(first.beginFill(order(first, Optional.of(DataLoss.Reason.REQUESTED))))
                        .outcome());
        filling.close();
        Await.until(
                "its session has ended",
                LIMIT,
                () -> !await(first.takeOver(BOTH, UUID.randomUUID())).isEmpty());
        assertEquals(
                List.of("17", "17"),
                database.column("SELECT position FROM tally_view_checkpoint WHERE view = 'first'"));
        assertEquals("12345", orders("first"));
        assertThrows(CompletionException.class, () -> await(filling.replace()));
    }

    @Test
    void fill_anotherHasBegunMeanwhile_changesNothing() {
        Ledger.Filling filling = beginAgain(first);
        assertEquals(FillOutcome.DONE, await(filling.read()));
        database.runAtSource(
                "INSERT INTO orders VALUES ('later', 1, 1, 1.00, now()); DELETE FROM orders WHERE order_id LIKE 'old-%'");
        database.run("UPDATE tally_view SET filling = gen_random_uuid()");
        String before = database.column("SELECT bootstrap_lsn FROM tally_view WHERE name = 'first'")
                .getFirst();
        assertEquals(FillOutcome.SUPERSEDED, await(filling.replace()));
        filling.close();
        assertEquals("12345", orders("first"));
        assertEquals(List.of(before), database.column("SELECT bootstrap_lsn FROM tally_view WHERE name = 'first'"));
    }

    @Test
    void fill_history_staysAsItWasWhenThePartitionsWereTaken() {
        PgLedger withHistory = ledger("first", Optional.of(Duration.ofHours(1)));
        database.run(
                "UPDATE tally_view_checkpoint SET published_up_to = now() - interval '90 minutes' WHERE view = 'first'");
        database.runAtSource(
                "DELETE FROM orders WHERE customer_id > 100; INSERT INTO orders VALUES ('new', 1, 1, 1.00, now())");
        assertEquals(FillOutcome.DONE, fill(withHistory, Optional.of(DataLoss.Reason.REQUESTED)));
        assertEquals("12346", orders("first"), "purged orders are still counted");
        assertEquals(
                List.of("true"),
                database.column("SELECT DISTINCT published_up_to < now() - interval '89 minutes'"
                        + " FROM tally_view_checkpoint WHERE view = 'first'"));
        assertEquals(
                "12346", database.column("SELECT sum(order_count) FROM first").getFirst());
        assertEquals(
                "12345",
                database.column("SELECT sum(order_count) FROM first_final").getFirst());
    }

    /** The source was restored twice to one moment. */
    @Test
    void fill_otherResultsFilledAtTheSamePlace_areTold() {
        FillId now = await(first.pipeline()).orElseThrow().fillId();
        FillId before = new FillId(UUID.randomUUID(), now.lsn());
        SourceState kept = await(first.pipeline()).orElseThrow().source().orElseThrow();
        await(first.stop(new DataLoss(DataLoss.Reason.TRUNCATED, "of others", before)));
        assertEquals(Optional.empty(), await(first.pipeline()).orElseThrow().lost());
        assertFalse(await(first.remember(before, kept, kept)));
        Fill fill = new Fill(
                Optional.of(DataLoss.Reason.TRUNCATED),
                Optional.empty(),
                Optional.of(before),
                Map.of(),
                "topic",
                "id",
                Map.of(0, 7L, 1, 7L),
                Map.of());
        Await.until(
                "nobody else fills", LIMIT, () -> await(first.beginFill(fill)).outcome() == FillOutcome.SUPERSEDED);

        assertEquals(
                List.of(now.id().toString()),
                database.column("SELECT DISTINCT fill FROM tally_view_checkpoint WHERE view = 'first'"));
        assertTrue(await(first.remember(now, kept, kept)));
        await(first.stop(new DataLoss(DataLoss.Reason.TRUNCATED, "seen", now)));
        assertEquals(
                now, await(first.pipeline()).orElseThrow().lost().orElseThrow().fillId());
    }

    // ---- partitions ------------------------------------------------------------------------------------------------

    private static List<Boolean> gone(List<Checkpoint> checkpoints) {
        return checkpoints.stream()
                .map(checkpoint -> checkpoint.fillId().lsn() == Ledger.CHECKPOINT_GONE)
                .toList();
    }

    @Test
    void takeOver_checkpointDeleted_isToldFromOneThatNeverWas() {
        assertEquals(List.of(false), gone(await(first.takeOver(Set.of(2), UUID.randomUUID()))), "it was added");
        for (int partition : new int[] {1, 2}) {
            database.run("DELETE FROM tally_view_checkpoint WHERE view = 'first' AND partition = " + partition);
            assertEquals(
                    List.of(true),
                    gone(await(first.takeOver(Set.of(partition), UUID.randomUUID()))),
                    "of " + partition);
        }
    }

    @Test
    void takeOver_severalAdded_theLowerOneMayComeLater() {
        database.run("UPDATE tally_view_checkpoint SET published_up_to = now() WHERE view = 'first'");
        UUID owner = UUID.randomUUID();
        assertEquals(List.of(false), gone(await(first.takeOver(Set.of(4), owner))));
        assertEquals(
                List.of("0", "1", "2", "3", "4"),
                database.column("SELECT partition FROM tally_view_checkpoint WHERE view = 'first' ORDER BY 1"));
        assertEquals(
                List.of("4"),
                database.column("SELECT partition FROM tally_view_checkpoint WHERE owner = '" + owner + "'"));
        List<Checkpoint> later = await(first.takeOver(Set.of(2, 3), UUID.randomUUID()));
        assertEquals(List.of(false, false), gone(later));
        assertEquals(List.of(0L, 0L), later.stream().map(Checkpoint::position).toList());
        assertEquals(
                List.of("1"),
                database.column(
                        "SELECT count(DISTINCT published_up_to) FROM tally_view_checkpoint WHERE view = 'first'"));
        assertEquals(List.of("2"), database.column("SELECT partitions FROM tally_view WHERE name = 'second'"));
    }

    // ---- who waits for whom ----------------------------------------------------------------------------------------

    @Test
    void begin_whileAPublicationIsUnderWay_waitsForIt() {
        List<Checkpoint> mine = await(first.takeOver(BOTH, UUID.randomUUID()));
        PgConnection publisher = database.connect();
        await(publisher.query("BEGIN; " + new ViewLocks("first").moveOn()).execute());
        CompletableFuture<Begun> begun = first.beginFill(order(first, Optional.of(DataLoss.Reason.REQUESTED)))
                .toCompletableFuture();
        Await.until(
                "it waits",
                LIMIT,
                () -> database.column("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                        .equals(List.of("1")));
        assertFalse(begun.isDone());
        await(publisher
                .query("UPDATE tally_view_checkpoint SET position = 99, sequence = sequence + 1 WHERE view = 'first'")
                .execute());
        await(publisher.query("COMMIT").execute());
        assertEquals(FillOutcome.DONE, await(begun).outcome());
        assertFalse(await(first.publish(next(mine))));
        assertEquals(
                List.of("99", "99"),
                database.column("SELECT position FROM tally_view_checkpoint WHERE view = 'first'"));
        begun.join().filling().close();
        await(publisher.close());
    }

    /** One view is held in the middle of everything that it does; the other one does all of it meanwhile. */
    @Test
    void views_oneIsHeldAnywhere_theOtherGoesOn() {
        PgConnection holder = database.connect();
        await(holder.query("BEGIN; " + new ViewLocks("first").holdStill()).execute());
        await(holder.query("SELECT FROM tally_view WHERE name = 'first' FOR UPDATE")
                .execute());
        await(holder.query("DELETE FROM tally_view_checkpoint WHERE view = 'first'; DELETE FROM first")
                .execute());
        CompletableFuture<?> waits = first.takeOver(BOTH, UUID.randomUUID()).toCompletableFuture();

        // Partition 2 was added: its checkpoint is made.
        List<Checkpoint> mine = await(second.takeOver(Set.of(0, 1, 2), UUID.randomUUID()));
        assertEquals(3, mine.size());
        assertTrue(await(second.publish(next(mine))));
        Ledger.Pipeline results = await(second.pipeline()).orElseThrow();
        SourceState kept = results.source().orElseThrow();
        assertTrue(await(second.remember(results.fillId(), kept, kept)));
        await(second.stop(new DataLoss(DataLoss.Reason.TRUNCATED, "seen", results.fillId())));
        assertEquals(FillOutcome.DONE, fill(second, Optional.of(DataLoss.Reason.TRUNCATED)));
        assertEquals(Optional.empty(), await(second.pipeline()).orElseThrow().lost());
        assertEquals("12345", orders("second"));

        assertFalse(waits.isDone());
        await(holder.query("ROLLBACK").execute());
        await(waits);
        assertEquals("12345", orders("first"));
        await(holder.close());
    }
}
