package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrderWriters;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The real connector with each of its settings that change how records look: the results are exact all the same. */
class DialectsIT {

    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final int TRANSACTIONS = 400;

    private final RealStack stack = RealStack.get();

    @Test
    void schemasOn_decimalsPrecise_isExact() throws Exception {
        Map<String, String> connector =
                Map.of("value.converter.schemas.enable", "true", "decimal.handling.mode", "precise");
        checkChanges("dialect_schema", connector, Map.of(), "envelope-with-schema");
    }

    @Test
    void schemasOff_decimalsPrecise_isExactWithTheScaleOfTheCatalog() throws Exception {
        Map<String, String> engine = Map.of("TALLY_SOURCE_DECIMALS", "bytes");
        checkChanges("dialect_bytes", Map.of("decimal.handling.mode", "precise"), engine, "envelope");
    }

    @Test
    void decimalsDouble_isExact() throws Exception {
        checkChanges("dialect_double", Map.of("decimal.handling.mode", "double"), Map.of(), "envelope");
    }

    /** Inserts, updates, deletes and moved keys, before and after the engine has started. */
    private void checkChanges(String name, Map<String, String> connector, Map<String, String> settings, String shape)
            throws Exception {
        try (TestPipeline pipeline = new TestPipeline(name)) {
            pipeline.registerConnector(stack.connectUrl(), connector);
            pipeline.connector().awaitRunning();
            try (OrderWriters writers = new OrderWriters(pipeline, 3, 20261128, Duration.ofMillis(20));
                    EngineProcess engine = EngineProcess.start(pipeline, settings)) {
                engine.awaitRunning();
                long before = writers.transactions();
                Await.until("the writers went on", LIMIT, () -> writers.transactions() > before + TRANSACTIONS);
                writers.stop();
                pipeline.execute("INSERT INTO orders VALUES ('refund', 7, -1, 12.30, now() - interval '5 minutes'),"
                        + " ('free', 7, 3, 0.00, now() - interval '5 minutes'),"
                        + " ('dear', 7, 2147483647, 9999999999.99, now() - interval '5 minutes'),"
                        + " ('never', 7, 1, 1.00, 'infinity'),"
                        + " ('old', 7, 1, 0.01, '1969-12-31T23:59:59.999999Z'),"
                        + " ('far', 7, 1, 0.07, '2150-01-01T00:00:00+05:30')");
                pipeline.awaitExact(LIMIT);
                assertClean(engine, name, shape);
            }
        }
    }

    @Test
    void rowsWithoutTheirEnvelope_insertsAndRewrittenDeletes_areExact() throws Exception {
        checkRows("dialect_row", Map.of(), "row");
    }

    @Test
    void rowsWithoutTheirEnvelope_withSchemaAndDecimalsPrecise_areExact() throws Exception {
        Map<String, String> connector =
                Map.of("value.converter.schemas.enable", "true", "decimal.handling.mode", "precise");
        checkRows("dialect_row_schema", connector, "row-with-schema");
    }

    private void checkRows(String name, Map<String, String> settings, String shape) throws Exception {
        Map<String, String> connector = new HashMap<>(settings);
        connector.put("transforms", "unwrap");
        connector.put("transforms.unwrap.type", "io.debezium.transforms.ExtractNewRecordState");
        connector.put("transforms.unwrap.add.fields", "op,txId,lsn,sequence,snapshot,table,source.ts_ms");
        connector.put("transforms.unwrap.delete.tombstone.handling.mode", "rewrite");
        try (TestPipeline pipeline = new TestPipeline(name)) {
            insertOrders(pipeline, "old", 500);
            pipeline.registerConnector(stack.connectUrl(), connector);
            pipeline.connector().awaitRunning();
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                engine.awaitRunning();
                insertOrders(pipeline, "new", 500);
                pipeline.execute("DELETE FROM orders WHERE order_id LIKE '%7'");
                pipeline.awaitExact(LIMIT);
                assertClean(engine, name, shape);
                assertTrue(engine.log().contains("rows without their envelope"), engine.log());

                pipeline.execute("UPDATE orders SET quantity = 9 WHERE order_id = 'new-1'");
                Await.until(
                        "the update is a dead letter",
                        LIMIT,
                        () -> engine.count("/records/deadLettersByReason/no-before-image") == 1);
            }
        }
    }

    private static void insertOrders(TestPipeline pipeline, String prefix, int count) {
        pipeline.execute("INSERT INTO orders SELECT '" + prefix + "-' || i, i % 20, 1 + i % 5, 10 + i * 0.01,"
                + " now() - interval '3 minutes' - i * interval '1 second' FROM generate_series(1, " + count
                + ") AS i");
    }

    private static void assertClean(EngineProcess engine, String name, String shape) throws Exception {
        JsonNode status = engine.status();
        System.out.println(name + ": exact, shapes=" + status.path("shapes") + " records=" + status.path("records"));
        assertEquals("[\"" + shape + "\"]", status.path("shapes").toString());
        assertEquals(0, status.at("/records/deadLetters").asLong());
        assertEquals(1, status.at("/filling/times").asLong());
    }
}
