package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.TestPipeline;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** {@code tally.on-undecodable=fail}: the engine ends at a record that cannot be counted, however often it is started. */
class FailPolicyIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final String POLICY = "tally.on-undecodable=fail";
    private static final int REFUSED = 1;

    @Test
    void undecodableRecord_endsTheEngine_andWaitsForTheOtherPolicy() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("fail_policy").registerConnector()) {
            pipeline.execute("INSERT INTO orders VALUES ('a', 1, 1, 1.00, now() - interval '5 minutes')");
            try (EngineProcess engine = EngineProcess.start(pipeline, POLICY)) {
                engine.awaitRunning();
                pipeline.awaitExact(LIMIT);
                sendNonsense(pipeline);
                pipeline.execute("INSERT INTO orders VALUES ('b', 1, 1, 1.00, now() - interval '5 minutes')");
                assertEndedAtTheRecord(engine);
            }
            try (EngineProcess again = EngineProcess.start(pipeline, POLICY)) {
                assertEndedAtTheRecord(again);
            }
            // One consumer: a second that joins later would take over what has been read, and count the letter again.
            try (EngineProcess other = EngineProcess.start(
                    pipeline, "tally.on-data-loss=stop", "mp.messaging.incoming.orders.concurrency=1")) {
                other.awaitRunning();
                pipeline.awaitExact(LIMIT);
                assertEquals(1, other.count("/views/0/records/deadLetters"));
                assertEquals(0, other.count("/views/0/fills/times"));
                Await.until(
                        "a fill is owed",
                        LIMIT,
                        () -> other.status()
                                .at("/views/0/fills/owed/reason")
                                .asText()
                                .equals("void-change"));
            }
        }
    }

    private static void assertEndedAtTheRecord(EngineProcess engine) {
        assertEquals(REFUSED, engine.awaitExit(), engine.log());
        assertTrue(engine.log().contains("a record cannot be counted, topic=fail_policy.public.orders"), engine.log());
        assertTrue(engine.log().contains("reason=not-json"), engine.log());
    }

    private static void sendNonsense(TestPipeline pipeline) throws Exception {
        Map<String, Object> config =
                Map.of("bootstrap.servers", pipeline.stack().bootstrapServers());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            byte[] nonsense = "nonsense".getBytes(StandardCharsets.UTF_8);
            producer.send(new ProducerRecord<>(pipeline.topic(), nonsense)).get();
        }
    }
}
