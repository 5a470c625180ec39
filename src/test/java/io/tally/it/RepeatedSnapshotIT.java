package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrderWriters;
import io.tally.testkit.OrdersTopic;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The connector reads the whole table again while orders are written. What was written in between may then exist as
 * snapshot rows only, so the results are filled again; where the rows are known to be streamed as well, they are not.
 */
class RepeatedSnapshotIT {

    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final Map<String, String> AT_LEAST_ONCE = Map.of("exactly.once.support", "requested");

    /** More than the connector fetches at a time, which is about ten thousand. */
    private static final int ROWS = 20_000;

    /** A row that nobody can read while this test has a lock: the connector stands there in the middle of its snapshot. */
    private static final String GATE = """
            CREATE FUNCTION pass_gate(order_id TEXT) RETURNS BOOLEAN LANGUAGE plpgsql AS $$ BEGIN
                IF order_id = 'old-15000' THEN PERFORM pg_advisory_xact_lock_shared(1); END IF;
                RETURN TRUE;
            END $$
            """;

    private static final String OVERRIDES = "snapshot.select.statement.overrides";
    private static final Map<String, String> THROUGH_THE_GATE = Map.of(
            OVERRIDES,
            "public.orders",
            OVERRIDES + ".public.orders",
            "SELECT * FROM public.orders WHERE public.pass_gate(order_id)");

    private final RealStack stack = RealStack.get();

    @AfterEach
    void leaveTheUsualWorker() {
        stack.ensure("kill plain-connect");
        stack.ensure("start connect");
    }

    @Tag("long")
    @Test
    void connectorWithoutExactlyOnceSupport_killedBeforeItStoredAnOffset_isFilledAgain() throws Exception {
        stack.command("start plain-connect");
        try (TestPipeline pipeline = new TestPipeline("snapshot_plain")) {
            cutOffTheSnapshot(pipeline, "plain-connect", stack.plainConnectUrl(), AT_LEAST_ONCE);
        }
    }

    @Test
    void connectorKilledInTheMiddleOfItsSnapshot_isFilledAgain() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("snapshot_cut")) {
            cutOffTheSnapshot(pipeline, "connect", stack.connectUrl(), Map.of());
        }
    }

    private void cutOffTheSnapshot(
            TestPipeline pipeline, String worker, String connectUrl, Map<String, String> differing) throws Exception {
        pipeline.execute(GATE);
        insertOldOrders(pipeline, ROWS);
        Map<String, String> settings = new HashMap<>(differing);
        settings.putAll(THROUGH_THE_GATE);
        try (OrdersTopic topic = new OrdersTopic(pipeline);
                EngineProcess engine = EngineProcess.start(pipeline);
                OrderWriters writers = writers(pipeline, 20261123)) {
            long rowsBefore;
            try (Connection gate = pipeline.connect();
                    Statement statement = gate.createStatement()) {
                statement.execute("SELECT pg_advisory_lock(1)");
                pipeline.registerConnector(connectUrl, settings);
                Await.until("the snapshot is under way", LIMIT, () -> topic.size() > ROWS / 10);
                stack.command("kill " + worker);
                rowsBefore = topic.size();
            }
            assertTrue(rowsBefore < ROWS, "killed too late, after " + rowsBefore + " of " + ROWS);
            engine.awaitRunning();
            long fills = engine.count("/views/0/fills/times");

            stack.command("start " + worker);
            awaitFilledAgain(engine, fills);
            writers.awaitMore(200);
            writers.stop();
            pipeline.awaitExact(LIMIT);
            assertToldWhy(engine);
        }
    }

    @Test
    void slotDroppedAndConnectorBegunAnew_isFilledAgain() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("snapshot_slot").registerConnector();
                EngineProcess engine = EngineProcess.start(pipeline);
                OrderWriters writers = writers(pipeline, 20261124)) {
            engine.awaitRunning();
            writers.awaitMore(200);
            long fills = engine.count("/views/0/fills/times");

            pipeline.connector().stop();
            dropSlot(pipeline);
            writers.awaitMore(200);
            pipeline.connector().resume();
            Await.until(
                    "the connector refuses to go on without its slot",
                    LIMIT,
                    () -> pipeline.connector().describe().contains("no longer available on the server"));
            pipeline.connector().beginAnew();
            awaitFilledAgain(engine, fills);
            writers.awaitMore(200);
            writers.stop();
            pipeline.awaitExact(LIMIT);
            assertToldWhy(engine);
        }
    }

    @Test
    void snapshotsBySignal_incrementalNeverCounts_blockingIsFilledAgain() throws Exception {
        int oldOrders = 5_000;
        try (TestPipeline pipeline = new TestPipeline("snapshot_signal")) {
            pipeline.execute("CREATE TABLE debezium_signal (id TEXT PRIMARY KEY, type TEXT NOT NULL, data TEXT);"
                    + " ALTER PUBLICATION orders_publication ADD TABLE debezium_signal;"
                    + " GRANT SELECT, INSERT, UPDATE, DELETE ON debezium_signal TO debezium");
            pipeline.registerConnector(stack.connectUrl(), Map.of("signal.data.collection", "public.debezium_signal"));
            pipeline.connector().awaitRunning();
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                insertOldOrders(pipeline, oldOrders);
                engine.awaitRunning();
                pipeline.awaitExact(LIMIT);
                long fills = engine.count("/views/0/fills/times");
                long snapshotRows = engine.count("/views/0/records/snapshotRows");
                try (OrderWriters writers = writers(pipeline, 20261125)) {
                    signal(pipeline, "incremental");
                    Await.until(
                            "the incremental snapshot has read the old orders",
                            LIMIT,
                            () -> engine.count("/views/0/records/snapshotRows") >= snapshotRows + oldOrders);
                    writers.awaitMore(200);
                    writers.stop();
                }
                pipeline.awaitExact(LIMIT);
                assertEquals(fills, engine.count("/views/0/fills/times"), "nothing was lost");
                assertFalse(engine.log().contains("data lost"), engine.log());

                try (OrderWriters writers = writers(pipeline, 20261126)) {
                    signal(pipeline, "blocking");
                    awaitFilledAgain(engine, fills);
                    writers.awaitMore(200);
                    writers.stop();
                }
                pipeline.awaitExact(LIMIT);
                assertToldWhy(engine);
            }
        }
    }

    private static void signal(TestPipeline pipeline, String type) {
        pipeline.execute("INSERT INTO debezium_signal VALUES ('" + type + "', 'execute-snapshot',"
                + " '{\"data-collections\": [\"public.orders\"], \"type\": \"" + type + "\"}')");
    }

    private static void insertOldOrders(TestPipeline pipeline, int rows) {
        pipeline.execute("INSERT INTO orders SELECT 'old-' || i, i % 40, 1 + i % 5, 10 + i * 0.01,"
                + " now() - interval '2 minutes' - i % 3000 * interval '1 second' FROM generate_series(1, "
                + rows + ") AS i");
    }

    private static void dropSlot(TestPipeline pipeline) {
        String slot = "FROM pg_replication_slots WHERE slot_name = '" + pipeline.slot() + "'";
        Await.until("the slot is free", LIMIT, () -> "f".equals(pipeline.query("SELECT active " + slot)));
        pipeline.query("SELECT pg_drop_replication_slot(slot_name) " + slot);
    }

    private static OrderWriters writers(TestPipeline pipeline, long seed) {
        return new OrderWriters(pipeline, 4, seed, Duration.ofMillis(20));
    }

    private static void awaitFilledAgain(EngineProcess engine, long fills) {
        Await.until(
                () -> "filled again, more than " + fills + " times; log:\n" + engine.log(),
                LIMIT,
                () -> engine.count("/views/0/fills/times") > fills);
    }

    /** Status, metric and log agree. */
    private static void assertToldWhy(EngineProcess engine) throws Exception {
        JsonNode filling = engine.status().at("/views/0/fills");
        assertEquals("new-snapshot", filling.path("reason").asText());
        assertTrue(filling.path("explanation").asText().contains("has read the whole table again"));
        assertEquals(1, engine.metric("tally_publish_fills_total{reason=\"first-start\",view=\"order_agg\"}"));
        assertEquals(
                filling.path("times").asDouble() - 1,
                engine.metric("tally_publish_fills_total{reason=\"new-snapshot\",view=\"order_agg\"}"));
        assertTrue(engine.log().contains("data lost, view=order_agg reason=new-snapshot"), engine.log());
    }
}
