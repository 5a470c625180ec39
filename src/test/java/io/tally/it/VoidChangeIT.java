package io.tally.it;

import static io.tally.testkit.OrdersTopic.header;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrdersTopic;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Changes that cannot be counted because of their records: dead letters, and a fill once an hour at most. */
class VoidChangeIT {

    /** A connector that is told something else starts its task anew. */
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private final RealStack stack = RealStack.get();

    /** The connector is told to leave out a column, and goes on without being told that it must not. */
    @Test
    void connectorLeavesOutAColumn_isFilledOnceAndThenOwed() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("void_change")) {
            pipeline.execute("INSERT INTO orders SELECT 'o' || i, i % 5, 2, 3.50, now() - interval '10 minutes'"
                    + " FROM generate_series(1, 50) AS i");
            pipeline.registerConnector(stack.connectUrl(), Map.of());
            pipeline.connector().awaitRunning();
            try (EngineProcess engine =
                    EngineProcess.start(pipeline, "tally.audit.every=1s").awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                pipeline.registerConnector(stack.connectUrl(), Map.of("column.exclude.list", "public.orders.quantity"));
                // Until the task that knows of it has begun, changes are counted.
                Await.until("it leaves out the column", LIMIT, () -> {
                    boolean leavesOut = engine.count("/views/0/records/deadLetters") > 0;
                    if (!leavesOut) {
                        pipeline.execute("UPDATE orders SET price = price + 1 WHERE customer_id = 1");
                    }
                    return leavesOut;
                });
                Await.until(
                        "the table is filled again",
                        LIMIT,
                        () -> engine.status()
                                .at("/views/0/fills/reason")
                                .asText()
                                .equals("void-change"));
                Await.until(
                        () -> "order_agg equals orders, but: " + pipeline.differences(),
                        LIMIT,
                        () -> pipeline.differences().isEmpty());
                Await.until("what the fill has seen is read again", LIMIT, () -> hasALetterTwice(pipeline));
                assertEquals(
                        "", engine.status().at("/views/0/fills/owed/reason").asText(), "nothing is owed for it");
                assertEquals(2, engine.count("/views/0/fills/times"), "one for the first start, one for them all");

                pipeline.execute("UPDATE orders SET price = 5.50 WHERE customer_id = 3;"
                        + " DELETE FROM orders WHERE customer_id = 2;"
                        + " INSERT INTO orders VALUES ('new', 7, 1, 1.00, now() - interval '10 minutes')");
                Await.until(
                        "a fill is owed",
                        LIMIT,
                        () -> engine.status()
                                        .at("/views/0/fills/owed/reason")
                                        .asText()
                                        .equals("void-change")
                                && engine.metric("tally_publish_fill_owed{view=\"order_agg\"}") == 1);
                assertEquals("RUNNING", engine.status().path("state").asText());
                Await.until(
                        "the audit sees it, too",
                        EngineProcess.AUDIT_LIMIT,
                        () -> engine.status()
                                .at("/views/0/audit/verdict")
                                .asText()
                                .equals("DIFFERENT"));
                engine.awaitLog("They are built again when the fill comes that is owed for another reason");
                assertEquals(2, engine.count("/views/0/fills/times"), "the audit leaves it to the fill that is owed");
                engine.stop();
            }
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                Await.until(
                        "it is owed after a restart as well",
                        LIMIT,
                        () -> engine.status()
                                .at("/views/0/fills/owed/reason")
                                .asText()
                                .equals("void-change"));
                assertEquals(0, engine.count("/views/0/fills/times"));
            }
            try (EngineProcess engine =
                    EngineProcess.start(pipeline, "tally.rebuild=true").awaitRunning()) {
                Await.until(
                        () -> "order_agg equals orders, but: " + pipeline.differences(),
                        LIMIT,
                        () -> pipeline.differences().isEmpty());
            }
        }
    }

    private static boolean hasALetterTwice(TestPipeline pipeline) {
        Set<String> seen = new HashSet<>();
        AtomicBoolean isTwice = new AtomicBoolean();
        try (OrdersTopic letters = OrdersTopic.ofDeadLetters(pipeline)) {
            letters.read(letter -> {
                String origin = header(letter, "dead-letter-partition") + "/" + header(letter, "dead-letter-offset");
                isTwice.compareAndSet(false, !seen.add(origin));
            });
        }
        return isTwice.get();
    }
}
