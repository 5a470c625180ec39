package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrderWriters;
import io.tally.testkit.RealStack;
import io.tally.testkit.Recording;
import io.tally.testkit.RegistryStandIn;
import io.tally.testkit.TestPipeline;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The real connector with each of its settings that change how records look: the results are exact all the same. A build runs
 * those that differ most, since its unit tests read what each of the others has sent ({@code RecordedDialectsTest}).
 */
class DialectsIT {

    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final int TRANSACTIONS = 400;

    /** An order whose records are kept as resources of the unit tests. */
    private static final String RECORDED =
            "INSERT INTO orders VALUES ('recorded', 7, %d, 12.30, '2026-11-22T12:19:11.524822Z')";

    private final RealStack stack = RealStack.get();

    /** Other tests have this setting, too; this one is there to be recorded. */
    @Test
    @Tag("long")
    void asShipped_isExact() throws Exception {
        checkChanges("dialect_shipped", Map.of(), Map.of(), "envelope");
    }

    @Test
    void schemasOn_decimalsPrecise_isExact() throws Exception {
        Map<String, String> connector =
                Map.of("value.converter.schemas.enable", "true", "decimal.handling.mode", "precise");
        checkChanges("dialect_schema", connector, Map.of(), "envelope-with-schema");
    }

    @Test
    @Tag("long")
    void schemasOff_decimalsPrecise_isExactWithTheScaleOfTheCatalog() throws Exception {
        Map<String, String> engine = Map.of("TALLY_SOURCE_DECIMALS", "bytes");
        checkChanges("dialect_bytes", Map.of("decimal.handling.mode", "precise"), engine, "envelope");
    }

    @Test
    @Tag("long")
    void decimalsDouble_isExact() throws Exception {
        checkChanges("dialect_double", Map.of("decimal.handling.mode", "double"), Map.of(), "envelope");
    }

    /** The registry is away when the engine starts and comes later; decimals are bytes, and times are as always. */
    @Test
    void avro_decimalsPrecise_isExact() throws Exception {
        try (RegistryStandIn registry = new RegistryStandIn()) {
            registry.beAway(503);
            Map<String, String> connector = new HashMap<>(avro(registry));
            connector.put("decimal.handling.mode", "precise");
            checkChanges(
                    "dialect_avro",
                    connector,
                    Map.of("TALLY_REGISTRY_URL", registry.url()),
                    "envelope-avro",
                    registry,
                    engine -> {
                        Await.until(
                                "it says what it waits for",
                                LIMIT,
                                () -> engine.isInState("STALLED", "no answer from the schema registry"));
                        registry.beAway(0);
                        engine.awaitRunning();
                    });
            assertTrue(registry.questions() < 100, "questions asked: " + registry.questions());
        }
    }

    @Test
    @Tag("long")
    void avro_rowsWithoutTheirEnvelope_areExact() throws Exception {
        try (RegistryStandIn registry = new RegistryStandIn()) {
            checkRows(
                    "dialect_avro_row",
                    avro(registry),
                    Map.of("TALLY_REGISTRY_URL", registry.url(), "TALLY_FORMAT", "avro"),
                    "row-avro",
                    registry);
        }
    }

    private static Map<String, String> avro(RegistryStandIn registry) {
        String converter = "value.converter";
        return Map.of(
                converter,
                "io.apicurio.registry.utils.converter.AvroConverter",
                converter + ".apicurio.registry.url",
                registry.registeringUrl(),
                converter + ".apicurio.registry.auto-register",
                "true",
                converter + ".apicurio.registry.as-confluent",
                "true",
                converter + ".apicurio.registry.headers.enabled",
                "false",
                "schema.name.adjustment.mode",
                "avro");
    }

    private interface Step {
        void take(EngineProcess engine) throws Exception;
    }

    private void checkChanges(String name, Map<String, String> connector, Map<String, String> settings, String shape)
            throws Exception {
        checkChanges(name, connector, settings, shape, null, EngineProcess::awaitRunning);
    }

    /** Inserts, updates, deletes and moved keys, before and after the engine has started. */
    private void checkChanges(
            String name,
            Map<String, String> connector,
            Map<String, String> settings,
            String shape,
            RegistryStandIn registry,
            Step start)
            throws Exception {
        try (TestPipeline pipeline = new TestPipeline(name)) {
            pipeline.execute(RECORDED.formatted(2));
            pipeline.registerConnector(stack.connectUrl(), connector);
            pipeline.connector().awaitRunning();
            try (OrderWriters writers = new OrderWriters(pipeline, 3, 20261128, Duration.ofMillis(20));
                    EngineProcess engine = EngineProcess.start(pipeline, settings)) {
                start.take(engine);
                writers.awaitMore(TRANSACTIONS);
                writers.stop();
                pipeline.execute("INSERT INTO orders VALUES ('refund', 7, -1, 12.30, now() - interval '5 minutes'),"
                        + " ('free', 7, 3, 0.00, now() - interval '5 minutes'),"
                        + " ('dear', 7, 2147483647, 9999999999.99, now() - interval '5 minutes'),"
                        + " ('never', 7, 1, 1.00, 'infinity'),"
                        + " ('old', 7, 1, 0.01, '1969-12-31T23:59:59.999999Z'),"
                        + " ('far', 7, 1, 0.07, '2150-01-01T00:00:00+05:30')");
                pipeline.execute("UPDATE orders SET quantity = 3 WHERE order_id = 'recorded'");
                pipeline.execute("DELETE FROM orders WHERE order_id = 'recorded'");
                pipeline.execute(RECORDED.formatted(-4));
                pipeline.awaitExact(LIMIT);
                assertClean(engine, shape);
                Recording.keep(pipeline, "recorded", registry);
            }
        }
    }

    @Test
    void rowsWithoutTheirEnvelope_insertsAndRewrittenDeletes_areExact() throws Exception {
        checkRows("dialect_row", Map.of(), Map.of(), "row", null);
    }

    @Test
    @Tag("long")
    void rowsWithoutTheirEnvelope_withSchemaAndDecimalsPrecise_areExact() throws Exception {
        Map<String, String> connector =
                Map.of("value.converter.schemas.enable", "true", "decimal.handling.mode", "precise");
        checkRows("dialect_row_schema", connector, Map.of(), "row-with-schema", null);
    }

    private void checkRows(
            String name,
            Map<String, String> differing,
            Map<String, String> settings,
            String shape,
            RegistryStandIn registry)
            throws Exception {
        Map<String, String> connector = new HashMap<>(differing);
        connector.put("transforms", "unwrap");
        connector.put("transforms.unwrap.type", "io.debezium.transforms.ExtractNewRecordState");
        connector.put("transforms.unwrap.add.fields", "op,txId,lsn,sequence,snapshot,table,source.ts_ms");
        connector.put("transforms.unwrap.delete.tombstone.handling.mode", "rewrite");
        try (TestPipeline pipeline = new TestPipeline(name)) {
            insertOrders(pipeline, "old", 500);
            pipeline.execute(RECORDED.formatted(2));
            pipeline.registerConnector(stack.connectUrl(), connector);
            pipeline.connector().awaitRunning();
            try (EngineProcess engine = EngineProcess.start(pipeline, settings)) {
                engine.awaitRunning();
                insertOrders(pipeline, "new", 500);
                pipeline.execute("DELETE FROM orders WHERE order_id LIKE '%7' OR order_id = 'recorded'");
                pipeline.execute(RECORDED.formatted(-4));
                pipeline.awaitExact(LIMIT);
                assertClean(engine, shape);
                assertTrue(engine.log().contains("rows without their envelope"), engine.log());

                pipeline.execute("UPDATE orders SET quantity = 9 WHERE order_id = 'recorded'");
                Await.until(
                        "the update is a dead letter",
                        LIMIT,
                        () -> engine.count("/deadLettersByReason/no-before-image") >= 1);
                Recording.keep(pipeline, "recorded", registry);
            }
        }
    }

    private static void insertOrders(TestPipeline pipeline, String prefix, int count) {
        pipeline.execute("INSERT INTO orders SELECT '" + prefix + "-' || i, i % 20, 1 + i % 5, 10 + i * 0.01,"
                + " now() - interval '3 minutes' - i * interval '1 second' FROM generate_series(1, " + count
                + ") AS i");
    }

    private static void assertClean(EngineProcess engine, String shape) throws Exception {
        JsonNode status = engine.status();
        assertEquals("[\"" + shape + "\"]", status.path("shapes").toString());
        assertEquals(0, status.at("/views/0/records/deadLetters").asLong());
        assertEquals(1, status.at("/views/0/fills/times").asLong());
    }
}
