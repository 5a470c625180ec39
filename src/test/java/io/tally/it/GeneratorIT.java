package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import io.tally.testkit.EngineProcess;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The generator, with the rights of its own role. */
class GeneratorIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path MARKET = Path.of("examples", "market");

    private static final Map<String, String> GENERATOR = Map.of(
            "QUARKUS_PROFILE", "datagen",
            "TALLY_DATAGEN_LIMIT", "2000",
            "TALLY_DATAGEN_PER_MINUTE", "600000",
            "TALLY_DATAGEN_UPDATES", "0.2",
            "TALLY_DATAGEN_CANCELLATIONS", "0.1",
            "TALLY_DATAGEN_SEED", "7");

    @Test
    void tableOfPayments_isFilledBesideOrders_andViewsOfBothAreExact() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("generator_market")) {
            pipeline.execute(Files.readString(MARKET.resolve("table.sql")));
            pipeline.withViewsBeside(Files.readString(MARKET.resolve("views.sql")));
            pipeline.registerConnector(
                    RealStack.get().connectUrl(), Map.of("table.include.list", "public.orders,public.payments"));
            pipeline.connector().awaitRunning();
            Map<String, String> settings = Map.of(
                    "TALLY_LIVE", "order_agg,sales_by_minute,sales_by_day,payments_by_minute",
                    "TALLY_SOURCE_REPLACE_NULL_WITH_DEFAULT", "false");
            try (EngineProcess engine = EngineProcess.start(pipeline, settings).awaitRunning()) {
                generate(pipeline);
                assertEquals("0", pipeline.query("""
                        SELECT count(*) FROM orders LEFT JOIN payments ON payment_id = md5(order_id)::uuid AND line = 1
                        WHERE event_ts > now() - interval '1 hour'
                          AND (amount, paid_at) IS DISTINCT FROM (quantity * price, event_ts)"""));
                assertEquals("0", pipeline.query("""
                        SELECT count(*) FROM payments AS refund JOIN payments AS charge USING (payment_id)
                        WHERE refund.line = 2 AND charge.line = 1 AND refund.amount <> charge.amount"""));
                assertNotEquals("0", pipeline.query("SELECT count(*) FROM payments WHERE kind = 'refund'"));
                pipeline.awaitExact(LIMIT);
                assertEquals(0, engine.count("/views/4/records/deadLetters"));
            }
        }
    }

    @Test
    void withoutSuchATable_ordersAreWrittenAlone() {
        try (TestPipeline pipeline = new TestPipeline("generator_orders")) {
            generate(pipeline);
            assertNotEquals("0", pipeline.query("SELECT count(*) FROM orders"));
        }
    }

    private static void generate(TestPipeline pipeline) {
        try (EngineProcess generator = EngineProcess.start(pipeline, GENERATOR)) {
            assertEquals(0, generator.awaitExit(), generator::log);
            generator.assertNoStackTrace();
            assertFalse(generator.log().contains("orders not written"), generator.log());
        }
    }
}
