package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.TestPipeline;
import io.tally.testkit.TopicAdmin;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * Records as Debezium wrote them before version 1.7. Of two transactions that overlap, the second one's look like a log that
 * went back, and the results were filled for each.
 */
class OldConnectorIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @Test
    void changesWithoutSequence_areRefusedOnceAndFilledWhenAsked() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("old_connector");
                TopicAdmin admin = new TopicAdmin(pipeline);
                KafkaProducer<byte[], byte[]> producer = producer(pipeline)) {
            admin.createOrdersTopic();
            send(pipeline, producer, insert(pipeline, "one"));
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                Await.until("the table holds it", LIMIT, () -> engine.count("/views/0/records/alreadyInTable") == 1);
                send(pipeline, producer, insert(pipeline, "two"));
                Await.until("it refuses", LIMIT, () -> engine.isInState("FAILED"));
                String reason = engine.status().path("reason").asText();
                assertTrue(reason.contains("source.sequence") && reason.contains("version 1.7"), reason);
                assertEquals(503, engine.get("/q/health/ready").statusCode());
                assertEquals(200, engine.get("/q/health/live").statusCode(), "a restart would not help");
                assertTrue(
                        engine.metric("tally_ingest_partitions_unread{view=\"order_agg\"}") > 0,
                        "an alert looks at it");
                assertEquals(2, engine.log().split("version 1.7", -1).length, engine.log());
                assertEquals(1, engine.count("/views/0/fills/times"), "that would not help");
                engine.stop();
            }
            try (EngineProcess engine =
                    EngineProcess.start(pipeline, "tally.rebuild=true").awaitRunning()) {
                Await.until("the table holds both", LIMIT, () -> engine.count("/views/0/records/alreadyInTable") == 2);
                assertEquals("2", pipeline.results().query("SELECT sum(order_count) FROM order_agg"));
            }
        }
    }

    private static KafkaProducer<byte[], byte[]> producer(TestPipeline pipeline) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", pipeline.stack().bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Inserts an order and returns the record of it. */
    private static String insert(TestPipeline pipeline, String id) {
        return pipeline.query("""
                WITH added AS (
                    INSERT INTO orders VALUES ('%s', 7, 2, 1.50, now() - interval '5 minutes')
                    RETURNING order_id, customer_id, quantity, price::text AS price,
                              to_char(event_ts AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS event_ts
                )
                SELECT json_build_object(
                    'before', NULL, 'after', to_json(added), 'op', 'c',
                    'source', json_build_object(
                        'snapshot', 'false', 'schema', 'public', 'table', 'orders',
                        'ts_ms', (extract(epoch FROM now()) * 1000)::bigint,
                        'txId', pg_current_xact_id()::text::bigint,
                        'lsn', (pg_current_wal_insert_lsn() - '0/0')::bigint))
                FROM added
                """.formatted(id));
    }

    private static void send(TestPipeline pipeline, KafkaProducer<byte[], byte[]> producer, String value)
            throws Exception {
        producer.send(new ProducerRecord<>(pipeline.topic(), value.getBytes(StandardCharsets.UTF_8)))
                .get();
    }
}
