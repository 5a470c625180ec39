package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.testkit.AwayStandby;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrdersTopic;
import io.tally.testkit.TestPipeline;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/**
 * An order is in the topic for longer than {@code tally.restart-margin} before anybody can see it in the table, and
 * {@code order_agg} is filled in between: it was in neither and never counted. Its transaction is the newest there is, which
 * a snapshot's end does not tell.
 */
class HiddenCommitIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Duration MARGIN = Duration.ofSeconds(20);

    @Test
    void commitThatWaitsForAStandby_isWaitedForOrReadFromTheBeginning() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("hidden_commit");
                OrdersTopic topic = new OrdersTopic(pipeline)) {
            AwayStandby.spareOthers(pipeline);
            pipeline.registerConnector();
            pipeline.execute("INSERT INTO orders VALUES ('first', 7, 1, 1.00, now() - interval '5 minutes')");
            Await.until("the topic is there", LIMIT, () -> topic.size() > 0);
            try (AwayStandby standby = new AwayStandby(pipeline)) {
                Instant committed = Instant.now();
                Await.until("the order is in the topic", LIMIT, () -> contains(topic, "held-"));
                // Nobody reads it again that goes back by the margin only.
                fillInOneGo(pipeline);
                Await.until("it is old", LIMIT, () -> Instant.now().isAfter(committed.plus(MARGIN)));
                fillWaits(pipeline, standby);
            }
        }
    }

    /** Without patience it reads the topic from its beginning. */
    private static void fillInOneGo(TestPipeline pipeline) {
        try (EngineProcess engine =
                EngineProcess.start(pipeline, "tally.restart-margin=0s").awaitRunning()) {
            assertTrue(engine.log().contains("the topic is read from its beginning"), engine.log());
            Await.until(
                    "the order that nobody sees is counted",
                    LIMIT,
                    () -> !pipeline.results()
                            .query("SELECT sum(order_count) FROM order_agg")
                            .equals(pipeline.query("SELECT count(*) FROM orders")));
            engine.stop();
        }
    }

    private static void fillWaits(TestPipeline pipeline, AwayStandby standby) throws Exception {
        try (EngineProcess engine = EngineProcess.start(
                pipeline, "tally.rebuild=true", "tally.restart-margin=" + MARGIN.toSeconds() + "s")) {
            Await.until("it says what it waits for", LIMIT, () -> engine.isInState("WAITING", "has not ended"));
            standby.close();
            engine.awaitRunning();
            assertFalse(engine.log().contains("the topic is read from its beginning"), engine.log());
            assertEquals(1, engine.count("/views/0/fills/times"));
            pipeline.awaitExact(LIMIT);
        }
    }

    private static boolean contains(OrdersTopic topic, String text) {
        boolean[] found = new boolean[1];
        topic.read(record -> found[0] |= record.value() != null && new String(record.value()).contains(text));
        return found[0];
    }
}
