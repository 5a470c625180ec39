package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrderWriters;
import io.tally.testkit.OrdersTopic;
import io.tally.testkit.TestPipeline;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

/** Filling order_agg again while others work on it. */
class RebuildIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    /** So that each of three engines gets one of four partitions. */
    private static final String ONE_CONSUMER = "mp.messaging.incoming.orders.concurrency=1";

    @Test
    void rebuild_besideRunningEngines_isExact() {
        try (TestPipeline pipeline = new TestPipeline("rebuild_beside").registerConnector();
                OrderWriters writers = new OrderWriters(pipeline, 3, 7, Duration.ofMillis(10));
                EngineProcess running =
                        EngineProcess.start(pipeline, ONE_CONSUMER).awaitRunning();
                EngineProcess first = EngineProcess.start(pipeline, ONE_CONSUMER, "tally.rebuild=true");
                EngineProcess second = EngineProcess.start(pipeline, ONE_CONSUMER, "tally.rebuild=true")) {
            for (EngineProcess engine : new EngineProcess[] {first, second}) {
                Await.until(
                        "both have filled it, or found it filled",
                        LIMIT,
                        () -> engine.log().contains("partition taken over"));
            }
            writers.awaitMore(500);
            writers.stop();
            pipeline.awaitExact(LIMIT);
            assertTrue(
                    pipeline.results().query("SELECT reason FROM tally_view").equals("requested"),
                    "the last fill was one that was asked for");
            assertTrue(running.log().contains("partition dropped"), "it was fenced:\n" + running.log());
        }
    }

    @Test
    void rebuild_killedInTheMiddle_leavesTheOldRowsAndIsDoneByTheNext() throws SQLException {
        try (TestPipeline pipeline = new TestPipeline("rebuild_killed").registerConnector()) {
            pipeline.execute("INSERT INTO orders SELECT 'old-' || i, i % 40, 1, 10 + i * 0.01,"
                    + " now() - interval '1 minute' - i * interval '1 second' FROM generate_series(1, 2000) AS i");
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                engine.stop();
            }
            String rows = pipeline.results().query("SELECT count(*) FROM order_agg");
            try (Connection holder = pipeline.results().connect();
                    Statement statement = holder.createStatement();
                    EngineProcess engine = EngineProcess.start(pipeline, "tally.rebuild=true")) {
                holder.setAutoCommit(false);
                // A lock that takes no transaction id: the fill would wait for that before it begins.
                statement.execute("LOCK TABLE order_agg IN SHARE MODE");
                Await.until(
                        "the filling waits for that table",
                        LIMIT,
                        () -> pipeline.results()
                                .query(
                                        "SELECT count(*) > 0 FROM pg_stat_activity WHERE query LIKE 'DELETE FROM \"order_agg\"%'"
                                                + " AND wait_event_type = 'Lock' AND datname = '" + pipeline.name()
                                                + "'")
                                .equals("t"));
                engine.kill();
                holder.rollback();
            }
            assertEquals(
                    rows, pipeline.results().query("SELECT count(*) FROM order_agg"), "nothing of it was committed");
            pipeline.execute("UPDATE orders SET quantity = quantity + 1");
            try (EngineProcess engine =
                    EngineProcess.start(pipeline, "tally.rebuild=true").awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                assertTrue(engine.log().contains("order_agg is filled"));
            }
        }
    }

    @Test
    void rebuild_leavesPurgedHistoryAlone() {
        try (TestPipeline pipeline = new TestPipeline("rebuild_history").registerConnector()) {
            pipeline.execute(
                    "INSERT INTO orders SELECT 'day-' || i, i % 5, 1, 10 + i * 0.01, now() - i * interval '1 hour'"
                            + " FROM generate_series(1, 72) AS i");
            String purge =
                    "DELETE FROM orders WHERE order_id LIKE 'day-%' AND event_ts < now() - interval '1 day 90 minutes'";
            String history = "SELECT count(*) || ' rows, ' || sum(gross_sales) FROM order_agg"
                    + " WHERE window_start < now() - interval '1 day 90 minutes' AND customer_id >= 0";
            String recent = " WHERE order_id LIKE 'day-%' AND event_ts > now() - interval '24 hours'";
            String settings = "tally.history-older-than=1d";
            String before;
            try (EngineProcess engine = EngineProcess.start(pipeline, settings).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                before = pipeline.results().query(history);
                pipeline.execute(purge);
                pipeline.execute("UPDATE orders SET quantity = 2" + recent);
                awaitRecentExact(pipeline);
                assertEquals(before, pipeline.results().query(history));
                Await.until(
                        "the purge was read",
                        LIMIT,
                        () -> engine.status()
                                        .at("/views/0/records")
                                        .path("purged")
                                        .asInt()
                                == 47);
                engine.stop();
            }
            try (EngineProcess engine = EngineProcess.start(pipeline, settings, "tally.rebuild=true")
                    .awaitRunning()) {
                assertEquals(before, pipeline.results().query(history), "history is still there");
                pipeline.execute("UPDATE orders SET quantity = 3" + recent);
                awaitRecentExact(pipeline);
                assertTrue(engine.log().contains("order_agg is filled"));
            }
        }
    }

    /**
     * The way to replay dead letters: mend what was wrong and rebuild. Sending them again as well, even twice, counts
     * nothing twice.
     */
    @Test
    void rebuild_afterDeadLetters_countsTheirOrdersOnce() throws Exception {
        int letters = 1 + 200 + 20 + 20;
        try (TestPipeline pipeline = new TestPipeline("rebuild_dead_letters")) {
            pipeline.execute("INSERT INTO orders VALUES ('dead-0', 1, 1, 1.00, now() - interval '5 minutes')");
            pipeline.registerConnector(pipeline.stack().connectUrl(), Map.of("decimal.handling.mode", "precise"));
            pipeline.connector().awaitRunning();
            // A setting is missing, so that no price can be read. Where it may fill, it would by itself.
            try (EngineProcess engine =
                    EngineProcess.start(pipeline, "tally.on-data-loss=stop").awaitRunning()) {
                pipeline.execute("INSERT INTO orders SELECT 'dead-' || i, i % 20, 1 + i % 5, 10 + i * 0.01,"
                        + " now() - interval '3 minutes' - i * interval '1 second' FROM generate_series(1, 200) AS i");
                pipeline.execute("UPDATE orders SET quantity = 9 WHERE order_id LIKE 'dead-%1'");
                pipeline.execute("DELETE FROM orders WHERE order_id LIKE 'dead-%2'");
                Await.until(
                        "all are dead letters",
                        LIMIT,
                        () -> engine.count("/deadLettersByReason/impossible-number") == letters);
                engine.stop();
            }
            Map<String, String> mended = Map.of("TALLY_SOURCE_DECIMALS", "bytes", "TALLY_REBUILD", "true");
            try (EngineProcess engine = EngineProcess.start(pipeline, mended).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                assertEquals(0, engine.count("/views/0/records/deadLetters"));
                long read = engine.count("/views/0/records/read");
                long applied = engine.count("/views/0/records/applied");
                assertEquals(letters, sendDeadLettersAgain(pipeline));
                assertEquals(letters, sendDeadLettersAgain(pipeline));
                Await.until("all are read", LIMIT, () -> engine.count("/views/0/records/read") >= read + 2 * letters);
                assertEquals(applied, engine.count("/views/0/records/applied"), "none of them counts");
                pipeline.awaitExact(LIMIT);
            }
        }
    }

    /** Puts them back as they came; returns how many. */
    private static int sendDeadLettersAgain(TestPipeline pipeline) {
        Map<String, Object> config =
                Map.of("bootstrap.servers", pipeline.stack().bootstrapServers());
        AtomicInteger sent = new AtomicInteger();
        try (OrdersTopic deadLetters = OrdersTopic.ofDeadLetters(pipeline);
                KafkaProducer<byte[], byte[]> producer =
                        new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            deadLetters.read(letter -> {
                producer.send(
                        new ProducerRecord<>(pipeline.topic(), null, letter.key(), letter.value(), letter.headers()));
                sent.incrementAndGet();
            });
        }
        return sent.get();
    }

    private static void awaitRecentExact(TestPipeline pipeline) {
        Await.until(
                () -> "recent rows are exact, but " + pipeline.differences(),
                LIMIT,
                () -> pipeline.differences().stream().allMatch(row -> row.contains("sales expected=null")));
    }
}
