package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrderWriters;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How an engine starts: what it finds, and when it refuses. */
class StartIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    /** The writers are faster than the connector all the time that an engine takes to start. */
    private static final Duration BACKLOG_LIMIT = Duration.ofMinutes(4);

    @Test
    void start_tableFilledBeforeTheConnector_isExact() {
        try (TestPipeline pipeline = new TestPipeline("start_filled")) {
            pipeline.execute("INSERT INTO orders SELECT 'old-' || i, i % 40, 1 + i % 5, 10 + i * 0.01,"
                    + " now() - interval '1 minute' - i * interval '1 second' FROM generate_series(1, 5000) AS i");
            pipeline.registerConnector();
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.execute("UPDATE orders SET quantity = quantity + 1 WHERE order_id LIKE 'old-1%'");
                pipeline.execute("DELETE FROM orders WHERE order_id LIKE 'old-2%'");
                pipeline.awaitExact(LIMIT);
                assertMetricsAddUp(engine);
                assertEquals(EngineProcess.STOPPED, engine.stop());
                engine.assertNoStackTrace();
            }
        }
    }

    @Test
    void start_emptyTableAndNoTopicYet_isExactFromTheFirstOrder() {
        try (TestPipeline pipeline = new TestPipeline("start_empty");
                EngineProcess engine = EngineProcess.start(pipeline)) {
            Await.until("waiting for the topic", LIMIT, () -> engine.isInState("WAITING"));
            pipeline.registerConnector();
            pipeline.execute("INSERT INTO orders VALUES ('first', 1, 1, 1.00, now() - interval '2 minutes')");
            pipeline.awaitExact(LIMIT);
        }
    }

    @Test
    void start_inTheMiddleOfHeavyWriting_isExact() {
        try (TestPipeline pipeline = new TestPipeline("start_busy").registerConnector();
                OrderWriters writers = new OrderWriters(pipeline, 6, 20261123)) {
            Await.until("the writers are busy", LIMIT, () -> writers.transactions() > 500);
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                writers.awaitMore(1_000);
                writers.stop();
                pipeline.awaitExact(BACKLOG_LIMIT);
                assertTrue(read(engine, "alreadyInTable") + read(engine, "applied") > 0);
            }
        }
    }

    @Test
    void start_rowsOfUnknownOrigin_isRefused() {
        try (TestPipeline pipeline = new TestPipeline("start_prefilled").registerConnector()) {
            pipeline.results()
                    .execute(
                            "CREATE TABLE order_agg (window_start TIMESTAMPTZ, window_end TIMESTAMPTZ, customer_id INT,"
                                    + " gross_sales NUMERIC(38,2), order_count BIGINT, PRIMARY KEY (window_start, customer_id));"
                                    + " ALTER TABLE order_agg OWNER TO tally;"
                                    + " INSERT INTO order_agg VALUES ('2020-01-01', '2020-01-01 00:01', 1, 1, 1)");
            pipeline.execute("INSERT INTO orders VALUES ('one', 1, 1, 1.00, now() - interval '2 minutes')");
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                assertEquals(1, engine.awaitExit());
                assertTrue(engine.log().contains("tally.rebuild=true"), engine.log());
                engine.assertNoStackTrace();
                assertEquals("1", pipeline.results().query("SELECT count(*) FROM order_agg"), "left as it was");
            }
            try (EngineProcess engine =
                    EngineProcess.start(pipeline, "tally.rebuild=true").awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                assertEquals("requested", engineReason(engine));
            }
        }
    }

    @Test
    void start_tableTooNarrow_isRefusedWithTheStatementThatHelps() {
        try (TestPipeline pipeline = new TestPipeline("start_narrow").registerConnector()) {
            pipeline.results()
                    .execute(
                            "CREATE TABLE order_agg (window_start TIMESTAMPTZ, window_end TIMESTAMPTZ, customer_id INT,"
                                    + " gross_sales NUMERIC(18,2), order_count INT, PRIMARY KEY (window_start, customer_id));"
                                    + " ALTER TABLE order_agg OWNER TO tally");
            pipeline.execute("INSERT INTO orders VALUES ('one', 1, 1, 1.00, now() - interval '2 minutes')");
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                assertEquals(1, engine.awaitExit());
                String log = engine.log();
                int statement = log.indexOf("ALTER TABLE \"order_agg\"");
                assertTrue(statement > 0, log);
                pipeline.results().execute(log.substring(statement, log.indexOf('\n', statement)));
            }
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
            }
        }
    }

    @Test
    void start_viewThatMeansSomethingElse_isRefusedUntilTheTableIsRebuilt() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("start_resized").registerConnector()) {
            pipeline.execute("INSERT INTO orders VALUES ('one', 1, 1, 1.00, now() - interval '9 minutes')");
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                assertEquals(EngineProcess.STOPPED, engine.stop());
            }
            pipeline.withWindows(Duration.ofMinutes(5));
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                assertEquals(1, engine.awaitExit());
                String log = engine.log();
                assertTrue(log.contains("view order_agg is SELECT date_bin('PT5M'::interval, event_ts,"), log);
                assertTrue(log.contains("but it was built with SELECT date_bin('PT1M'::interval, event_ts,"), log);
                assertTrue(log.contains("tally.rebuild=true"), log);
            }
            try (EngineProcess engine =
                    EngineProcess.start(pipeline, "tally.rebuild=true").awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                assertEquals("requested", engineReason(engine));
            }
        }
    }

    /** As a build wrote it that had settings in place of views. */
    @Test
    void start_resultsOfAnEarlierBuild_goOnWithoutAFill() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("start_earlier").registerConnector()) {
            pipeline.execute("INSERT INTO orders VALUES ('one', 1, 1, 1.00, now() - interval '9 minutes')");
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                assertEquals(EngineProcess.STOPPED, engine.stop());
            }
            pipeline.results()
                    .execute("UPDATE tally_view SET settings = settings - 'view' - 'columns' || '"
                            + "{\"tally.window.size\": \"PT1M\", \"tally.price-scale\": \"2\","
                            + " \"tally.source.table\": \"public.orders\"}'");
            pipeline.execute("INSERT INTO orders VALUES ('two', 1, 1, 1.00, now() - interval '9 minutes')");
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                assertEquals(0, engine.count("/views/0/fills/times"));
            }
            pipeline.results()
                    .execute("UPDATE tally_view SET settings = settings || '{\"tally.window.size\": \"PT2M\"}'");
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                assertEquals(1, engine.awaitExit());
                assertTrue(engine.log().contains("tally.window.size=PT2M"), engine.log());
                assertTrue(engine.log().contains("tally.rebuild=true"), engine.log());
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tally.idle-timeout=0s | tally.idle-timeout=PT0S is not possible",
                "tally.window.size=5m | tally.window.size is not a setting any more; the view says it",
                "tally.views=/not/there.sql | TALLY_VIEWS=/not/there.sql is not a file that can be read",
            })
    void start_impossibleSetting_isRefusedByName(String setting, String why) {
        try (TestPipeline pipeline = new TestPipeline("start_impossible_" + Math.abs(setting.hashCode()));
                EngineProcess engine = EngineProcess.start(pipeline, setting)) {
            assertEquals(1, engine.awaitExit());
            assertTrue(engine.log().contains("Tally cannot run: " + why), engine.log());
            engine.assertNoStackTrace();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "KAFKA_SECURITY_PROTOCOL, TLS",
        "KAFKA_SSL_TRUSTSTORE_LOCATION, /not/there.pem",
        "POSTGRES_SSLMODE, require",
        "POSTGRES_PASSWORD_FILE, /not/there",
        "SOURCE_POSTGRES_SSLMODE, require",
        "SOURCE_POSTGRES_PORT, five"
    })
    void start_connectionThatCannotWork_isRefusedByName(String variable, String value) {
        try (TestPipeline pipeline = new TestPipeline("start_" + variable.toLowerCase(Locale.ROOT));
                EngineProcess engine = EngineProcess.start(pipeline, Map.of(variable, value))) {
            assertEquals(1, engine.awaitExit());
            assertTrue(engine.log().contains("Tally cannot run: " + variable + "=" + value), engine.log());
            engine.assertNoStackTrace();
        }
    }

    @Test
    void start_databaseAndBrokerAway_waitsAndGetsReady() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("start_away").registerConnector()) {
            pipeline.execute("INSERT INTO orders VALUES ('one', 1, 1, 1.00, now() - interval '2 minutes')");
            pipeline.stack().command("stop postgres");
            pipeline.stack().command("stop broker");
            Map<String, String> unchanged = Map.of();
            try (EngineProcess engine = EngineProcess.start(pipeline, unchanged)) {
                Await.until(
                        "it answers, not ready",
                        LIMIT,
                        () -> engine.get("/q/health/ready").statusCode() == 503);
                Await.until(
                        "it is live", LIMIT, () -> engine.get("/q/health/live").statusCode() == 200);
                Await.until(
                        "it says what it waits for",
                        LIMIT,
                        () -> engine.text("/state").equals("STARTING")
                                && engine.text("/reason").startsWith("the views cannot be read yet, trying again: "));
                assertEquals(200, engine.get("/q/metrics").statusCode());
                assertEquals(200, engine.get("/q/health/started").statusCode());
                assertEquals(
                        503, engine.get("/api/views/order_agg/windows/open").statusCode());
                pipeline.stack().command("start broker");
                pipeline.stack().command("start postgres");
                engine.awaitRunning();
                Await.until(
                        "it is ready",
                        LIMIT,
                        () -> engine.get("/q/health/ready").statusCode() == 200);
                pipeline.awaitExact(LIMIT);
            }
        }
    }

    /** Every record read has one outcome. */
    private static void assertMetricsAddUp(EngineProcess engine) {
        try {
            double sum = engine.get("/q/metrics")
                    .body()
                    .lines()
                    .filter(line -> line.startsWith("tally_ingest_records_total{"))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                    .sum();
            assertEquals(read(engine, "read"), sum);
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static long read(EngineProcess engine, String count) {
        try {
            return engine.status().at("/views/0/records").path(count).asLong();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static String engineReason(EngineProcess engine) {
        try {
            return engine.status().at("/views/0/fills").path("reason").asText();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
