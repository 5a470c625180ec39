package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrderWriters;
import io.tally.testkit.OrdersTopic;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A connector without exactly-once support is killed again and again, the first time in the middle of its first
 * transaction, and each time sends a stretch of changes twice. The orders table judges the results; the topic, read by a
 * plain consumer that knows a change by transaction, LSN, operation and order id, judges what the engine calls a duplicate.
 *
 * <p>{@code -Dtally.it.connector.kills=N} sets how often at least (3), {@code -Dtally.it.seed=N} when and with what load.
 */
class DuplicatesIT {

    private static final Duration LIMIT = Duration.ofSeconds(240);
    private static final int KILLS = Integer.getInteger("tally.it.connector.kills", 3);
    /** A kill may meet the connector just after it has stored its offset; it does not do so again and again. */
    private static final int MOST_KILLS = KILLS + 5;

    private static final long SEED = Long.getLong("tally.it.seed", 20261123);
    /** Slower than the connector, so that it does not fall behind more from kill to kill. */
    private static final Duration WRITERS_REST = Duration.ofMillis(20);

    /** So many that they take much longer than it takes to notice the first of them. */
    private static final int FIRST_TRANSACTION_ROWS = 40_000;

    private final RealStack stack = RealStack.get();
    private final SplittableRandom random = new SplittableRandom(SEED);

    @AfterEach
    void stopTheWorker() {
        stack.ensure("kill plain-connect");
    }

    @Test
    void connectorKilledWhileStreaming_everyDuplicateIsDroppedAndNothingElse() throws Exception {
        System.out.println("duplicates: kills=" + KILLS + " seed=" + SEED);
        stack.command("start plain-connect");
        try (TestPipeline pipeline = new TestPipeline("duplicates");
                OrdersTopic topic = new OrdersTopic(pipeline)) {
            registerAndStoreAnOffset(pipeline);
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                killInTheFirstTransaction(pipeline, topic);
                int kills = 1;
                while (kills < KILLS || kills < MOST_KILLS && new Sent().readAll(topic).repeated == 0) {
                    killUnderLoad(pipeline, topic, kills++);
                }
                pipeline.awaitExact(LIMIT);
                compare(engine, new Sent().readAll(topic));
            }
        }
    }

    /** With its offset stored, the connector streams on after a kill; without, it would read the table again. */
    private void registerAndStoreAnOffset(TestPipeline pipeline) {
        pipeline.execute("INSERT INTO orders VALUES ('seed', 1, 1, 1.00, now() - interval '2 minutes')");
        // Heartbeats would be transactions before the first one with orders.
        pipeline.registerConnector(
                stack.plainConnectUrl(), Map.of("exactly.once.support", "requested", "heartbeat.interval.ms", "0"));
        pipeline.connector().awaitRunning();
        Await.until(
                "the end of the snapshot is stored",
                LIMIT,
                () -> pipeline.connector()
                        .storedOffset()
                        .path("last_snapshot_record")
                        .asBoolean());
    }

    private void killInTheFirstTransaction(TestPipeline pipeline, OrdersTopic topic) {
        long before = topic.size();
        pipeline.execute("INSERT INTO orders SELECT 'big-' || i, i % 40, 1 + i % 5, 10 + i * 0.01,"
                + " now() - interval '2 minutes' - i % 3000 * interval '1 second' FROM generate_series(1, "
                + FIRST_TRANSACTION_ROWS + ") AS i");
        Await.until("the first transaction is under way", LIMIT, () -> topic.size() > before + 1_000);
        stack.command("kill plain-connect");
        long sent = topic.size() - before;
        assertTrue(sent < FIRST_TRANSACTION_ROWS, "killed too late, after " + sent);
        stack.command("start plain-connect");
        Await.until("it is sent on", LIMIT, () -> topic.size() >= before + FIRST_TRANSACTION_ROWS);
    }

    private void killUnderLoad(TestPipeline pipeline, OrdersTopic topic, int kill) {
        long enough = topic.size() + 500 + random.nextInt(4_000);
        try (OrderWriters writers = new OrderWriters(pipeline, 4, SEED + kill, WRITERS_REST)) {
            Await.until("the connector streams", LIMIT, () -> topic.size() > enough);
            stack.command("kill plain-connect");
            writers.stop();
        }
        stack.command("start plain-connect");
    }

    private static void compare(EngineProcess engine, Sent sent) throws Exception {
        JsonNode records = engine.status().at("/views/0/records");
        String facts = "sent: " + sent + "; the engine: " + records;
        assertTrue(sent.repeated > 0, "nothing was sent twice by " + MOST_KILLS + " kills, so nothing is proven");
        assertEquals(1, engine.count("/views/0/fills/times"), "a rebuild would hide mistakes");
        assertEquals(0, records.path("deadLetters").asLong());
        // What a rebalance makes it read again, it counts again.
        long replayed = records.path("replayed").asLong();
        assertBetween(sent.repeated, records.path("duplicates").asLong(), sent.repeated + replayed, facts);
        long counted = records.path("applied").asLong()
                + records.path("alreadyInTable").asLong();
        assertBetween(sent.changes.size(), counted, sent.changes.size() + replayed, facts);
    }

    private static void assertBetween(long lowest, long value, long highest, String facts) {
        assertTrue(lowest <= value && value <= highest, lowest + " <= " + value + " <= " + highest + "; " + facts);
    }

    /** What the topic holds, by the identity of the changes. */
    private static final class Sent {
        private static final ObjectMapper JSON = new ObjectMapper();

        private record Change(long transaction, long lsn, String op, String orderId) {}

        /** Each with the sequence it came with first. */
        private final Map<Change, String> changes = new HashMap<>();

        private long repeated;
        private long repeatedWithOtherSequence;

        Sent readAll(OrdersTopic topic) {
            topic.read(this::add);
            return this;
        }

        private void add(ConsumerRecord<byte[], byte[]> record) {
            if (record.value() == null) {
                return;
            }
            JsonNode event = read(record.value());
            String op = event.path("op").asText();
            if (op.equals("r")) {
                return;
            }
            JsonNode source = event.path("source");
            String orderId = event.path(op.equals("d") ? "before" : "after")
                    .path("order_id")
                    .asText();
            String sequence = source.path("sequence").asText();
            String first = changes.putIfAbsent(
                    new Change(source.path("txId").asLong(), source.path("lsn").asLong(), op, orderId), sequence);
            if (first != null) {
                repeated++;
                if (!first.equals(sequence)) {
                    repeatedWithOtherSequence++;
                }
            }
        }

        private static JsonNode read(byte[] value) {
            try {
                return JSON.readTree(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public String toString() {
            return "changes=" + changes.size() + " repeated=" + repeated + " with another sequence="
                    + repeatedWithOtherSequence;
        }
    }
}
