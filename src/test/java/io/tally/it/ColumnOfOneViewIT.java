package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What happens to a column that one view reads does not concern another view over the same table. */
class ColumnOfOneViewIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    private static final String NOTES = """

            CREATE MATERIALIZED VIEW notes AS
            SELECT date_bin('1 minute', event_ts, '1970-01-01 00:00:00+00') AS window_start, note, COUNT(*) AS orders
            FROM public.orders GROUP BY 1, 2;
            """;

    private static final String DIFFERENT_NOTES = """
            SELECT count(*) FROM (
                SELECT date_bin('1 minute', event_ts, 'epoch') AS window_start, note, count(*) AS orders
                FROM orders GROUP BY 1, 2) AS truth
            FULL JOIN notes USING (window_start, note) WHERE truth.orders IS DISTINCT FROM notes.orders
            """;

    private static TestPipeline pipeline(String name) throws Exception {
        TestPipeline pipeline = new TestPipeline(name);
        pipeline.execute("ALTER TABLE orders ADD note TEXT NOT NULL DEFAULT ''");
        pipeline.execute("INSERT INTO orders SELECT 'o' || i, i % 5, 2, 3.50, now() - interval '10 minutes',"
                + " 'note ' || i % 3 FROM generate_series(1, 50) AS i");
        pipeline.withViews(Files.readString(TestPipeline.PACKAGED_VIEWS) + NOTES);
        return pipeline.registerConnector(RealStack.get().connectUrl(), Map.of());
    }

    private static void insert(TestPipeline pipeline, String columns, String values) {
        pipeline.execute("INSERT INTO orders (order_id, customer_id, quantity, price, event_ts" + columns
                + ") SELECT gen_random_uuid(), i % 5, 1, 1.00, now() - interval '10 minutes'" + values
                + " FROM generate_series(1, 20) AS i");
    }

    /** Only inserts: after an ALTER, an update or delete may want a fill, because the replica identity may have changed. */
    private static void awaitOrders(TestPipeline pipeline, EngineProcess engine) {
        Await.until(
                () -> "order_agg equals orders, but: " + pipeline.differences() + "\n" + engine.log(),
                LIMIT,
                () -> pipeline.differences().isEmpty());
    }

    private static void awaitNotes(TestPipeline pipeline, EngineProcess engine) {
        Await.until(
                () -> "notes are those of the orders\n" + engine.log(),
                LIMIT,
                () -> pipeline.query(DIFFERENT_NOTES).equals("0"));
    }

    /** The view that reads the column stands still and says why; it falls behind alone. */
    private static void awaitStandsStill(TestPipeline pipeline, EngineProcess engine, String why, Runnable insert)
            throws Exception {
        // It may pass these as dead letters, before the source is looked at, and not those that follow.
        insert.run();
        Await.until(
                () -> "notes wait because of " + why + "\n" + engine.log(),
                LIMIT,
                () -> engine.text("/views/1/state").equals("WAITING")
                        && engine.text("/views/1/reason").contains(why));
        Await.until(
                "an alert looks at it",
                LIMIT,
                () -> engine.metric("tally_source_problems{view=\"notes\"}") > 0
                        && engine.metric("tally_ingest_partitions_unread{view=\"notes\"}") == TestPipeline.PARTITIONS);
        insert.run();
        Await.until("it is behind", LIMIT, () -> lag(engine, 1) > 0);
        awaitOrders(pipeline, engine);
        Await.until("the other view is not", LIMIT, () -> lag(engine, 0) == 0);
        assertEquals("RUNNING", engine.text("/state"));
        assertTrue(engine.text("/warnings/0").startsWith("view notes is WAITING"), engine.text("/warnings/0"));
        assertEquals(0, engine.metric("tally_source_problems{view=\"order_agg\"}"));
        assertEquals(0, engine.metric("tally_ingest_partitions_unread{view=\"order_agg\"}"));
    }

    /** What {@code /api/views} and the metric say. */
    private static long lag(EngineProcess engine, int view) throws Exception {
        JsonNode views = new ObjectMapper().readTree(engine.get("/api/views").body());
        JsonNode one = views.path(view);
        long lag = one.at("/freshness/lagRecords").asLong(-1);
        double metric = engine.metric(
                "tally_ingest_lag_records{view=\"" + one.path("name").asText() + "\"}");
        return metric == 0 ? Math.min(lag, 0) : lag;
    }

    private static void assertOtherViewUntouched(EngineProcess engine) {
        assertEquals("RUNNING", engine.text("/views/0/state"));
        assertEquals(0, engine.count("/views/0/records/deadLetters"));
        assertEquals(1, engine.count("/views/0/fills/times"), engine.log());
    }

    @Test
    void column_droppedRetypedAndRenamed_concernsTheViewThatReadsIt() throws Exception {
        try (TestPipeline pipeline = pipeline("column_altered");
                EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
            awaitOrders(pipeline, engine);
            awaitNotes(pipeline, engine);

            pipeline.execute("ALTER TABLE orders RENAME note TO remark");
            awaitStandsStill(
                    pipeline,
                    engine,
                    "column \"note\" does not exist",
                    () -> insert(pipeline, ", remark", ", 'other'"));
            pipeline.execute("ALTER TABLE orders RENAME remark TO note");
            awaitNotes(pipeline, engine);

            pipeline.execute("ALTER TABLE orders ALTER note TYPE VARCHAR(40)");
            awaitStandsStill(
                    pipeline,
                    engine,
                    "means something else since its table was altered",
                    () -> insert(pipeline, ", note", ", 'other'"));
            pipeline.execute("ALTER TABLE orders ALTER note TYPE TEXT");
            awaitNotes(pipeline, engine);

            pipeline.execute("ALTER TABLE orders DROP note");
            awaitStandsStill(pipeline, engine, "column \"note\" does not exist", () -> insert(pipeline, "", ""));
            pipeline.execute("ALTER TABLE orders ADD note TEXT NOT NULL DEFAULT 'again'");
            awaitNotes(pipeline, engine);
            insert(pipeline, ", note", ", 'new'");
            awaitNotes(pipeline, engine);
            awaitOrders(pipeline, engine);
            assertOtherViewUntouched(engine);
        }
    }

    /** The connector is told to leave the column out, of which no look at the source tells. */
    @Test
    void column_leftOutOfRecords_isADeadLetterOfTheViewThatReadsIt() throws Exception {
        try (TestPipeline pipeline = pipeline("column_left_out");
                EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
            awaitOrders(pipeline, engine);
            awaitNotes(pipeline, engine);
            pipeline.registerConnector(
                    RealStack.get().connectUrl(), Map.of("column.exclude.list", "public.orders.note"));
            // Until the task that knows of it has begun, the column is there.
            Await.until("it leaves out the column", LIMIT, () -> {
                boolean leavesOut = engine.count("/views/1/records/deadLetters") > 0;
                if (!leavesOut) {
                    pipeline.execute("UPDATE orders SET price = price + 1, note = note || '!' WHERE customer_id = 1");
                }
                return leavesOut;
            });
            JsonNode letter = new ObjectMapper()
                    .readTree(engine.get("/api/dead-letters").body())
                    .at("/latest/0");
            assertEquals("missing-field", letter.path("reason").asText());
            assertEquals("after.note", letter.path("field").asText());
            assertEquals("[\"notes\"]", letter.path("views").toString());
            assertEquals(pipeline.topic(), letter.path("topic").asText());

            pipeline.execute("DELETE FROM orders WHERE customer_id = 2");
            insert(pipeline, ", note", ", 'new'");
            awaitOrders(pipeline, engine);
            Await.until(
                    "the view that lacks them owes a fill, or has been filled",
                    LIMIT,
                    () -> List.of(engine.text("/views/1/fills/reason"), engine.text("/views/1/fills/owed/reason"))
                            .contains("void-change"));
            assertOtherViewUntouched(engine);
            assertTrue(engine.text("/views/0/fills/owed").isEmpty(), engine.text("/views/0/fills/owed"));
        }
    }
}
