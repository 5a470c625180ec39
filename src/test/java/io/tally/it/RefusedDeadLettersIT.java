package io.tally.it;

import static io.tally.testkit.OrdersTopic.header;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrdersTopic;
import io.tally.testkit.TestPipeline;
import io.tally.testkit.TopicAdmin;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/**
 * Dead letters that the broker does not take: their partitions wait, everybody hears of it at once, and it is noticed when it is
 * mended.
 */
class RefusedDeadLettersIT {

    private static final String LAG = "tally_ingest_lag_records{view=\"order_agg\"}";

    private static final Duration LIMIT = Duration.ofSeconds(60);
    /** Within it, what is wrong shows, and what was mended is noticed. */
    private static final Duration SOON = Duration.ofSeconds(10);

    private static final String USER = "letters";
    private static final String WAITING = "tally_ingest_waiting_seconds{cause=\"dead-letters\"}";

    private TestPipeline pipeline;
    private EngineProcess engine;
    private int offers;

    @Test
    void deadLetterNotTaken_isSaidAtOnceAndItsPartitionsWait_untilItIsTaken() throws Exception {
        try (TestPipeline made = new TestPipeline("refused").registerConnector();
                TopicAdmin admin = new TopicAdmin(made)) {
            pipeline = made;
            admin.setPassword(USER, USER);
            admin.allowWithDeadLetters(USER, AclOperation.WRITE);
            pipeline.execute("INSERT INTO orders VALUES ('first', 1, 1, 1.00, now() - interval '5 minutes')");
            try (EngineProcess started = EngineProcess.start(pipeline, pipeline.loginEnvironment(USER))
                    .awaitRunning()) {
                engine = started;
                pipeline.awaitExact(LIMIT);

                String command = "kafka-topics.sh --bootstrap-server localhost:"
                        + pipeline.stack().brokerSaslPort()
                        + " --create --topic refused.public.orders.dlq --partitions 4"
                        + " --replication-factor 1 --config retention.ms=604800000 --config cleanup.policy=delete";
                engine.awaitLog(command);
                assertTrue(
                        engine.status().path("warnings").path(0).asText().contains(command),
                        engine.status().toString());
                assertEquals(200, engine.get("/q/health/ready").statusCode());

                assertWaits("not present in metadata", command, admin::createDeadLetterTopic);
                assertWaits(
                        "Compacted topic cannot accept message without key",
                        "cleanup.policy=delete",
                        () -> admin.configureDeadLetterTopic("cleanup.policy", "compact"),
                        () -> admin.configureDeadLetterTopic("cleanup.policy", "delete"));
                assertWaits(
                        "larger than the max message size",
                        "max.message.bytes=1048588",
                        () -> admin.configureDeadLetterTopic("max.message.bytes", "90"),
                        () -> admin.configureDeadLetterTopic("max.message.bytes", "1048588"));
                assertWaits(
                        "Not authorized to access topics",
                        "kafka-acls.sh",
                        () -> admin.allowWithDeadLetters(USER, AclOperation.DESCRIBE),
                        () -> admin.allowWithDeadLetters(USER, AclOperation.WRITE));
                assertPointsToWhatIsTooLarge(admin);
                engine.assertNoStackTrace();
            } finally {
                admin.allowEverything();
            }
        }
    }

    private void assertWaits(String reason, String remedy, Runnable breakIt, Runnable mendIt) throws Exception {
        breakIt.run();
        assertWaits(reason, remedy, mendIt);
    }

    private void assertWaits(String reason, String remedy, Runnable mendIt) throws Exception {
        AtomicLong expected = new AtomicLong(engine.count("/views/0/records/deadLetters"));
        long offered = System.nanoTime();
        Await.until(() -> reason + "; its status is\n" + status(), SOON, () -> {
            // Until the broker goes by the setting, it takes them.
            if (engine.count("/views/0/records/deadLetters") >= expected.get()) {
                // One for each of the engine's consumers, so that two letters are on their way at once.
                send(0, "nonsense", "");
                send(1, "nonsense", "");
                expected.addAndGet(2);
            }
            // A fill that earlier letters owe may begin now, and is what the engine says until it is over.
            return engine.isInState("STALLED", reason, "refused.public.orders.dlq", remedy);
        });
        double saidAfter = (System.nanoTime() - offered) / 1e9;
        assertEquals(503, engine.get("/q/health/ready").statusCode());
        assertEquals(200, engine.get("/q/health/live").statusCode());
        assertTrue(engine.log().lines().anyMatch(line -> line.contains("WARN") && line.contains(reason)), engine.log());

        double lag = engine.metric(LAG);
        pipeline.execute("INSERT INTO orders SELECT 'lag-%1$d-' || i, 1, 1, 1.00, now() - interval '5 minutes'"
                        .formatted(++offers)
                + " FROM generate_series(1, 100) i");
        Await.until("the lag grows", LIMIT, () -> engine.metric(LAG) > lag && engine.metric(WAITING) > 1);

        mendIt.run();
        long mended = System.nanoTime();
        Await.until(
                () -> "the dead letter is taken; its status is\n" + status(),
                SOON,
                // More, if the table was filled meanwhile because of earlier ones: then they are read again.
                () -> engine.isInState("RUNNING")
                        && engine.metric(WAITING) == 0
                        && engine.count("/views/0/records/deadLetters") >= expected.get());
        System.out.printf(
                "dead letter not taken, %s: said after %.1f s, noticed %.1f s after it was mended%n",
                reason, saidAfter, (System.nanoTime() - mended) / 1e9);
        pipeline.awaitExact(LIMIT);
    }

    /** Headers of the original go as well, or the pointer could be too large itself. */
    private void assertPointsToWhatIsTooLarge(TopicAdmin admin) {
        admin.configureDeadLetterTopic("max.message.bytes", "2000");
        String large = "x".repeat(5_000);
        try (OrdersTopic deadLetters = OrdersTopic.ofDeadLetters(pipeline)) {
            // Until the broker goes by the setting, it takes the record as it is.
            Await.until("a letter that points to its record", LIMIT, () -> {
                send(0, large, large);
                AtomicBoolean found = new AtomicBoolean();
                deadLetters.read(letter -> {
                    String value = new String(letter.value(), StandardCharsets.UTF_8);
                    if (value.contains("\"bytes\":5000,\"murmur2\":")) {
                        assertTrue(value.startsWith("{\"topic\":\"refused.public.orders\",\"partition\":"), value);
                        assertEquals("not-json", header(letter, "dead-letter-reason"));
                        found.set(true);
                    }
                });
                return found.get();
            });
        }
    }

    private String status() {
        try {
            return engine.get("/api/status").body();
        } catch (Exception e) {
            return e.toString();
        }
    }

    private void send(int partition, String value, String header) throws Exception {
        Map<String, Object> config =
                Map.of("bootstrap.servers", pipeline.stack().bootstrapServers());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            ProducerRecord<byte[], byte[]> record =
                    new ProducerRecord<>(pipeline.topic(), partition, null, value.getBytes(StandardCharsets.UTF_8));
            record.headers().add("test-header", header.getBytes(StandardCharsets.UTF_8));
            producer.send(record).get();
        }
    }
}
