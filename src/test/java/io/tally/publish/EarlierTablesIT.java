package io.tally.publish;

import static io.tally.publish.TestDatabase.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.window.Checkpoint;
import io.tally.window.DataLoss;
import io.tally.window.FillId;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tables that a build made which kept one view, on a real PostgreSQL. */
class EarlierTablesIT {

    /** SQLSTATE: undefined_table. */
    private static final String NO_SUCH_TABLE = "42P01";

    /** As that build made them, but for what later ones of it added. */
    private static final String EARLIER = """
            CREATE TABLE tally_pipeline (
                id BOOLEAN PRIMARY KEY DEFAULT TRUE CHECK (id), settings JSONB NOT NULL, topic TEXT NOT NULL,
                topic_id TEXT NOT NULL, partitions INT NOT NULL, snapshot TEXT NOT NULL, bootstrap_lsn BIGINT NOT NULL,
                filled_at TIMESTAMPTZ NOT NULL, reason TEXT NOT NULL, lost JSONB, fills JSONB NOT NULL DEFAULT '{}');
            CREATE TABLE tally_checkpoint (
                partition INT PRIMARY KEY, owner UUID, sequence BIGINT NOT NULL DEFAULT 0, position BIGINT NOT NULL,
                resume_offset BIGINT NOT NULL, published_up_to TIMESTAMPTZ, published_early BIGINT[] NOT NULL DEFAULT '{}',
                newest_event_time TIMESTAMPTZ, filter_last_commit_lsn BIGINT NOT NULL DEFAULT -1,
                filter_lsn BIGINT NOT NULL DEFAULT -1, filter_transaction_id INT, filter_commit_time TIMESTAMPTZ,
                snapshot TEXT, bootstrap_lsn BIGINT NOT NULL, updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
                CHECK (resume_offset <= position)) WITH (fillfactor = 50);
            CREATE TABLE order_agg (
                window_start timestamptz NOT NULL, window_end timestamptz NOT NULL, customer_id int NOT NULL,
                gross_sales numeric(38, 2) NOT NULL, order_count bigint NOT NULL, PRIMARY KEY (window_start, customer_id));
            CREATE VIEW order_agg_final AS SELECT window_start, window_end, customer_id, gross_sales, order_count FROM order_agg
            WHERE window_end <= (SELECT min(coalesce(published_up_to, '-infinity')) FROM tally_checkpoint);
            INSERT INTO tally_pipeline VALUES (true, '{"tally.window.size": "PT1M"}', 'topic', 'id', 2, '700:700:', 4711, now(),
                                               'first-start', NULL, '{"truncated": 17}');
            INSERT INTO tally_checkpoint (partition, sequence, position, resume_offset, published_up_to, bootstrap_lsn)
            VALUES (0, 5, 100, 90, '2026-01-01 00:01', 4711), (1, 6, 200, 190, '2026-01-01 00:02', 4711);
            INSERT INTO order_agg VALUES ('2026-01-01 00:00', '2026-01-01 00:01', 1, 12.50, 3),
                                         ('2026-01-01 00:01', '2026-01-01 00:02', 1, 1.00, 1);
            CREATE TABLE orders (order_id text PRIMARY KEY, customer_id int NOT NULL, quantity int NOT NULL,
                                 price numeric(12, 2) NOT NULL, event_ts timestamptz NOT NULL);
            GRANT SELECT ON tally_checkpoint, order_agg_final TO pg_monitor
            """;

    /** What such an engine publishes with, in short. */
    private static final String PUBLISH = """
            WITH fenced AS (UPDATE tally_checkpoint SET sequence = sequence + 1, position = position + 50
                            WHERE partition = $1 AND owner IS NULL RETURNING partition)
            INSERT INTO order_agg SELECT now(), now(), 2, 1, 1 FROM fenced
            """;

    private final TestDatabase database = new TestDatabase("earlier_tables");
    private PgLedger ledger;

    @BeforeEach
    void makeTables() {
        database.run(EARLIER);
        ledger = database.ledger(database.view("order_agg"), Optional.empty());
    }

    @AfterEach
    void close() {
        database.close();
    }

    @Test
    void prepare_tablesOfOneView_becomeThoseOfSeveralWithAllTheyHold() {
        assertEquals(Optional.empty(), await(ledger.prepare()));
        Ledger.Pipeline results = await(ledger.pipeline()).orElseThrow();
        assertEquals(new FillId(null, 4711), results.fillId());
        assertEquals(Map.of("tally.window.size", "PT1M"), results.settings());
        assertEquals(Map.of("truncated", 17L), results.fillTimes().atMs());
        assertEquals(
                Map.of(0, new Ledger.Mark(null, 5), 1, new Ledger.Mark(null, 6)), await(ledger.marks(Set.of(0, 1))));
        List<Checkpoint> taken = await(ledger.takeOver(Set.of(0, 1), UUID.randomUUID()));
        assertEquals(
                List.of(100L, 200L), taken.stream().map(Checkpoint::position).toList());
        assertEquals(
                List.of(90L, 190L), taken.stream().map(Checkpoint::resumeOffset).toList());
        assertEquals(
                List.of("12.50", "1.00"), database.column("SELECT gross_sales FROM order_agg ORDER BY window_start"));
        assertEquals(
                List.of("true", "true"),
                database.column("SELECT has_table_privilege('pg_monitor', name, 'SELECT')"
                        + " FROM (VALUES ('tally_view_checkpoint'), ('order_agg_final')) AS granted (name)"));
        database.run("INSERT INTO tally_view_checkpoint (view, partition, position, resume_offset, bootstrap_lsn)"
                + " VALUES ('another', 0, 0, 0, 1)");
        assertEquals(
                List.of("12.50"),
                database.column("SELECT gross_sales FROM order_agg_final"),
                "another view is another's");
        assertEquals(Optional.empty(), await(ledger.prepare()), "once");
        assertEquals(
                new FillId(null, 4711), await(ledger.pipeline()).orElseThrow().fillId());
    }

    @Test
    void prepare_tablesWithoutNamesOfFills_getThemAndAreGoneOnWith() {
        assertEquals(Optional.empty(), await(ledger.prepare()));
        database.run("ALTER TABLE tally_view DROP fill; ALTER TABLE tally_view_checkpoint DROP fill");
        PgConnection connection = database.connect();
        String message = await(new Schema(false, new ResultTable(database.view("order_agg"))).prepare(connection))
                .orElseThrow()
                .message();
        assertTrue(message.startsWith("these are missing: tally_view.fill, tally_view_checkpoint.fill."), message);
        await(connection.close());

        assertEquals(Optional.empty(), await(ledger.prepare()));
        FillId earlier = new FillId(null, 4711);
        assertEquals(earlier, await(ledger.pipeline()).orElseThrow().fillId());
        assertGoesOn(earlier);

        assertFilled(earlier);
        FillId filled = await(ledger.pipeline()).orElseThrow().fillId();
        assertNotNull(filled.id());
        assertGoesOn(filled);

        // As a build does that knows nothing of them.
        database.run(
                "UPDATE tally_view SET bootstrap_lsn = 4712; UPDATE tally_view_checkpoint SET bootstrap_lsn = 4712, fill = NULL");
        assertEquals(
                new FillId(filled.id(), 4712),
                await(ledger.pipeline()).orElseThrow().fillId());
        assertGoesOn(new FillId(null, 4712));
    }

    /** Checkpoints of that fill move, an added one comes beside them, and a loss is written down that is about it alone. */
    private void assertGoesOn(FillId fillId) {
        Ledger.Pipeline results = await(ledger.pipeline()).orElseThrow();
        String partitions = database.column("SELECT partitions FROM tally_view").getFirst();
        List<Checkpoint> taken = await(ledger.takeOver(Set.of(0), UUID.randomUUID()));
        assertEquals(List.of(fillId), taken.stream().map(Checkpoint::fillId).toList());
        Checkpoint added = await(ledger.takeOver(Set.of(9), UUID.randomUUID())).getFirst();
        assertEquals(results.fillId(), added.fillId());
        assertTrue(fillId.isSameAs(results.fillId()));
        assertTrue(await(ledger.publish(List.of(FillStepsIT.next(taken.getFirst())))));
        assertEquals(List.of("true"), database.column("SELECT DISTINCT lost IS NULL FROM tally_view"));
        await(ledger.stop(new DataLoss(DataLoss.Reason.TRUNCATED, "of others", new FillId(fillId.id(), 4710))));
        assertEquals(List.of("true"), database.column("SELECT DISTINCT lost IS NULL FROM tally_view"));
        await(ledger.stop(new DataLoss(DataLoss.Reason.TRUNCATED, "seen", fillId)));
        assertEquals(List.of("seen"), database.column("SELECT lost ->> 'explanation' FROM tally_view"));
        // As if it had never been added.
        database.run("UPDATE tally_view SET lost = NULL, partitions = " + partitions
                + "; DELETE FROM tally_view_checkpoint WHERE partition = 9");
    }

    @Test
    void prepare_anEarlierEngineStillRuns_itAddsNothingAndFindsRowsOfUnknownOrigin() {
        PgConnection earlier = database.connect();
        var publish = await(earlier.prepare(PUBLISH));
        await(publish.query().execute(Tuple.of(0)));
        assertEquals(List.of("3"), database.column("SELECT count(*) FROM order_agg"), "it publishes");
        assertEquals(Optional.empty(), await(ledger.prepare()));
        CompletionException refused = assertThrows(
                CompletionException.class, () -> await(publish.query().execute(Tuple.of(0))));
        assertTrue(
                refused.getCause() instanceof PgException failure && NO_SUCH_TABLE.equals(failure.getSqlState()),
                refused::toString);
        assertEquals(List.of("3"), database.column("SELECT count(*) FROM order_agg"));
        assertEquals(
                List.of("150", "200"),
                database.column("SELECT position FROM tally_view_checkpoint ORDER BY partition"));
        assertEquals(
                List.of("true"),
                database.column(
                        "SELECT to_regclass('tally_pipeline') IS NULL AND to_regclass('tally_checkpoint') IS NULL"));
        await(earlier.close());
    }

    @Test
    void prepare_tablesMayNotBeMade_saysWhatToRun() {
        Schema schema = new Schema(false, new ResultTable(database.view("order_agg")));
        PgConnection connection = database.connect();
        String message = await(schema.prepare(connection)).orElseThrow().message();
        assertTrue(message.startsWith("these are missing: tally_view, tally_view_checkpoint, "), message);
        assertTrue(
                message.contains("somebody has to run schema.sql in this database, and then: CREATE TABLE"), message);
        assertTrue(message.contains("CREATE UNLOGGED TABLE IF NOT EXISTS \"order_agg_staged\""), message);
        await(connection.close());
    }

    @Test
    void fill_afterwards_isLikeAnyOther() {
        assertEquals(Optional.empty(), await(ledger.prepare()));
        assertFilled(new FillId(null, 4711));
        assertEquals(List.of(), database.column("SELECT * FROM order_agg"));
        assertEquals(List.of("1"), database.column("SELECT position FROM tally_view_checkpoint"));
        assertEquals(
                List.of("true"),
                database.column(
                        "SELECT results.fill = checkpoint.fill AND results.bootstrap_lsn = checkpoint.bootstrap_lsn"
                                + " FROM tally_view AS results, tally_view_checkpoint AS checkpoint"));
    }

    private void assertFilled(FillId before) {
        Ledger.Fill fill = new Ledger.Fill(
                Optional.of(DataLoss.Reason.REQUESTED),
                Optional.empty(),
                Optional.of(before),
                Map.of(),
                "topic",
                "id",
                Map.of(0, 1L),
                Map.of());
        Ledger.Filling filling = await(ledger.beginFill(fill)).filling();
        assertEquals(Ledger.FillOutcome.DONE, await(filling.read()));
        assertEquals(Ledger.FillOutcome.DONE, await(filling.replace()));
        filling.close();
    }
}
