package io.tally.it;

import static io.restassured.RestAssured.given;
import static io.tally.testkit.OrdersTopic.header;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.tally.testkit.Await;
import io.tally.testkit.TestPipeline;
import io.tally.testkit.TopicAdmin;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Records that cannot be counted: each ends in the dead-letter topic, and the pipeline goes on. */
@QuarkusTest
@QuarkusTestResource(
        value = PipelineResource.class,
        restrictToAnnotatedClass = true,
        initArgs = {
            @ResourceArg(name = "name", value = "deadletters"),
            // Each fill would read them again, and they are counted here.
            @ResourceArg(name = "tally.on-data-loss", value = "stop")
        })
class DeadLettersIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    private static final String ROW = """
            {"order_id":"x","customer_id":5,"quantity":2,"price":"3.50","event_ts":"2026-11-22T12:19:11.524822Z"}""";
    private static final String SOURCE = "{\"snapshot\":\"false\",\"table\":\"orders\"}";

    TestPipeline pipeline;

    private static String envelope(String before, String after, String op) {
        return "{\"before\":" + before + ",\"after\":" + after + ",\"source\":" + SOURCE + ",\"op\":\"" + op + "\"}";
    }

    private static String insert(String row) {
        return envelope("null", row, "c");
    }

    /** Else the first dead letters have the table filled, some seconds later, and all that was read is read and counted again. */
    @BeforeEach
    void fillForDeadLetters_isNotDueForAnHour() {
        pipeline.execute("INSERT INTO orders VALUES ('first', 1, 1, 1.00, now() - interval '5 minutes')"
                + " ON CONFLICT (order_id) DO NOTHING");
        Await.until(
                "the table is filled for the first time",
                LIMIT,
                () -> pipeline.results()
                                .query("UPDATE tally_view SET fills = fills || jsonb_build_object('void-change',"
                                        + " floor(extract(epoch FROM now()) * 1000)) RETURNING name")
                        != null);
    }

    /** Bad values, with the reason each must be given. */
    private static Map<String, String> badRecords() {
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put("not json at all", "not-json");
        bad.put("{\"before\":null,", "not-json");
        bad.put("{\"hello\":\"world\"}", "unknown-shape");
        bad.put("[1,2,3]", "unknown-shape");
        bad.put(insert(ROW.replace(",\"quantity\":2", "")), "missing-field");
        bad.put(insert(ROW.replace("\"quantity\":2", "\"quantity\":null")), "null-field");
        bad.put(insert(ROW.replace("\"customer_id\":5", "\"customer_id\":\"five\"")), "wrong-type");
        bad.put(insert(ROW.replace("\"customer_id\":5", "\"customer_id\":99999999999")), "number-out-of-range");
        bad.put(insert(ROW.replace("3.50", "three")), "impossible-number");
        bad.put(insert(ROW.replace("3.50", "3.505")), "finer-price");
        bad.put(insert(ROW.replace("3.50", "92233720368547758070.00")), "number-out-of-range");
        bad.put(insert(ROW.replace("2026-11-22T", "2026-02-30T")), "impossible-time");
        bad.put(insert("null"), "missing-field");
        bad.put(envelope("null", ROW, "u"), "no-before-image");
        bad.put(envelope("null", "null", "d"), "no-before-image");
        return bad;
    }

    @Test
    void badRecords_areKeptWholeWithReasonAndPlace_andThePipelineGoesOn() throws Exception {
        pipeline.execute("INSERT INTO orders VALUES ('before', 1, 1, 1.00, now() - interval '5 minutes')");
        pipeline.awaitExact(LIMIT);
        Map<String, RecordMetadata> places = send(badRecords().keySet().stream().toList());
        pipeline.execute("INSERT INTO orders VALUES ('after', 1, 1, 1.00, now() - interval '5 minutes')");
        pipeline.awaitExact(LIMIT);

        List<ConsumerRecord<byte[], byte[]>> dead = readDeadLetters(badRecords().size());
        assertEquals(badRecords().size(), dead.size());
        for (ConsumerRecord<byte[], byte[]> letter : dead) {
            String value = new String(letter.value(), StandardCharsets.UTF_8);
            RecordMetadata place = places.get(value);
            assertEquals(badRecords().get(value), header(letter, "dead-letter-reason"), value);
            assertEquals("order_agg", header(letter, "dead-letter-views"));
            assertEquals(pipeline.topic(), header(letter, "dead-letter-topic"));
            assertEquals(Integer.toString(place.partition()), header(letter, "dead-letter-partition"));
            assertEquals(Long.toString(place.offset()), header(letter, "dead-letter-offset"));
            assertEquals("original", header(letter, "test-header"));
            assertFalse(header(letter, "dead-letter-cause").isBlank());
            assertFalse(header(letter, "dead-letter-engine-version").isBlank());
            assertTrue(Instant.parse(header(letter, "dead-letter-time")).isBefore(Instant.now()));
            assertArrayEquals("{\"order_id\":\"x\"}".getBytes(StandardCharsets.UTF_8), letter.key());
        }
        Map<String, Integer> byReason = given().get("/api/status").path("deadLettersByReason");
        assertEquals(
                badRecords().size(),
                byReason.values().stream().mapToInt(Integer::intValue).sum());
        assertEquals(2, byReason.get("not-json"));
        assertEquals("RUNNING", given().get("/api/status").path("state"));
        Await.until(
                "a fill is owed",
                LIMIT,
                () -> "void-change".equals(given().get("/api/status").path("views[0].fills.owed.reason")));
        assertTrue(given().get("/q/metrics")
                .asString()
                .contains("tally_ingest_dead_letters_total{reason=\"finer-price\"} 1.0"));
    }

    /** The broker makes no topics by itself. */
    @Test
    void topicOfDeadLetters_isMadeAtTheStartLikeThatOfTheOrders() {
        try (TopicAdmin admin = new TopicAdmin(pipeline)) {
            Await.until(
                    "the dead-letter topic is there",
                    LIMIT,
                    () -> admin.describeDeadLetterTopic("retention.ms")
                            .equals("4 partitions, retention.ms="
                                    + Duration.ofDays(7).toMillis()));
            assertEquals("4 partitions, cleanup.policy=delete", admin.describeDeadLetterTopic("cleanup.policy"));
        }
        assertEquals(List.of(), given().get("/api/status").path("warnings"));
    }

    @Test
    void floodOfBadRecords_allArrive() throws Exception {
        int count = 20_000;
        Map<String, Object> config =
                Map.of("bootstrap.servers", pipeline.stack().bootstrapServers(), "linger.ms", 20);
        long before = deadLettersSoFar();
        pipeline.execute("INSERT INTO orders VALUES ('flood', 2, 1, 1.00, now() - interval '5 minutes')");
        pipeline.awaitExact(LIMIT);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(pipeline.topic(), ("bad " + i).getBytes(StandardCharsets.UTF_8)));
            }
            producer.flush();
        }
        Await.until("all are dead letters", LIMIT, () -> deadLettersSoFar() == before + count);
        pipeline.execute("DELETE FROM orders WHERE order_id = 'flood'");
        pipeline.awaitExact(LIMIT);
    }

    @Test
    void everyCompression_isRead() {
        int count = 500;
        int expected = 0;
        for (String codec : new String[] {"none", "gzip", "snappy", "lz4", "zstd"}) {
            Map<String, Object> config = Map.of(
                    "bootstrap.servers",
                    pipeline.stack().bootstrapServers(),
                    "compression.type",
                    codec,
                    "linger.ms",
                    50);
            try (KafkaProducer<byte[], byte[]> producer =
                    new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
                for (int i = 0; i < count; i++) {
                    String heartbeat = "{\"ts_ms\":" + (1_795_349_951_525L + i) + "}";
                    producer.send(new ProducerRecord<>(pipeline.topic(), heartbeat.getBytes(StandardCharsets.UTF_8)));
                }
            }
            int soFar = expected += count;
            Await.until("all compressed with " + codec + " are read", LIMIT, () -> heartbeatsSoFar() == soFar);
        }
    }

    private static long heartbeatsSoFar() {
        Number count = given().get("/api/status").path("views[0].records.withoutRowByKind.heartbeat");
        return count == null ? 0 : count.longValue();
    }

    private static long deadLettersSoFar() {
        return ((Number) given().get("/api/status").path("views[0].records.deadLetters")).longValue();
    }

    private Map<String, RecordMetadata> send(List<String> values) throws Exception {
        Map<String, Object> config =
                Map.of("bootstrap.servers", pipeline.stack().bootstrapServers());
        Map<String, RecordMetadata> places = new HashMap<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (String value : values) {
                ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
                        pipeline.topic(),
                        "{\"order_id\":\"x\"}".getBytes(StandardCharsets.UTF_8),
                        value.getBytes(StandardCharsets.UTF_8));
                record.headers().add("test-header", "original".getBytes(StandardCharsets.UTF_8));
                places.put(value, producer.send(record).get());
            }
        }
        return places;
    }

    private List<ConsumerRecord<byte[], byte[]>> readDeadLetters(int count) {
        Map<String, Object> config =
                Map.of("bootstrap.servers", pipeline.stack().bootstrapServers());
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(pipeline.deadLetterTopic()).stream()
                    .map(partition -> new TopicPartition(partition.topic(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Await.until("the dead-letter topic holds " + count, LIMIT, () -> {
                consumer.poll(Duration.ofMillis(100))
                        .records(pipeline.deadLetterTopic())
                        .forEach(letter -> {
                            if (letter.headers().lastHeader("test-header") != null) {
                                found.add(letter);
                            }
                        });
                return found.size() >= count;
            });
        }
        return found;
    }
}
