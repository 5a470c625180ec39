package io.tally.it;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.matchesPattern;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.tally.testkit.Await;
import io.tally.testkit.TestPipeline;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** One engine with default settings, except that its windows are short, and what happens to orders while it runs. */
@QuarkusTest
@QuarkusTestResource(
        value = PipelineResource.class,
        restrictToAnnotatedClass = true,
        initArgs = {@ResourceArg(name = "name", value = "live"), @ResourceArg(name = "windows", value = "short")})
class LivePipelineIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    TestPipeline pipeline;

    @Test
    void changesOfEveryKind_endInExactRows() {
        pipeline.execute("""
                INSERT INTO orders VALUES
                    ('a', 101, 2, 3.50, now() - interval '5 minutes'), ('b', 101, 1, 10.00, now() - interval '5 minutes'),
                    ('c', 102, 4, 0.01, now() - interval '4 minutes'), ('d', 103, 1, 9999999999.99, now() - interval '4 minutes'),
                    ('e', 103, 2147483647, 9999999999.99, now() - interval '4 minutes'), ('f', 104, -3, 7.77, now() - interval '3 minutes'),
                    ('g', 104, 0, 0, '1969-12-31T23:59:59.999Z'), ('h', 104, 1, 1, '0044-03-15T12:00:00Z BC'),
                    ('i', 105, 1, 5, 'infinity'), ('j', 105, 1, 5, '2999-01-01T00:00:00Z')
                """);
        pipeline.awaitExact(LIMIT);
        pipeline.execute("UPDATE orders SET quantity = 5, price = 4.25 WHERE order_id = 'a'");
        pipeline.execute("UPDATE orders SET customer_id = 102 WHERE order_id = 'b'");
        pipeline.execute("UPDATE orders SET event_ts = event_ts - interval '1 minute' WHERE order_id = 'c'");
        pipeline.execute("UPDATE orders SET order_id = 'd2', quantity = 2 WHERE order_id = 'd'");
        pipeline.execute("DELETE FROM orders WHERE order_id IN ('e', 'h')");
        pipeline.execute("UPDATE orders SET event_ts = now() - interval '3 minutes' WHERE order_id = 'i'");
        pipeline.execute("UPDATE orders SET event_ts = '-infinity' WHERE order_id = 'j'");
        pipeline.awaitExact(LIMIT);
        pipeline.execute("BEGIN; DELETE FROM orders WHERE customer_id = 101;"
                + " INSERT INTO orders VALUES ('a', 101, 1, 1.00, now() - interval '3 minutes'); COMMIT");
        pipeline.awaitExact(LIMIT);
    }

    @Test
    void lastWindow_closesAlthoughNoOrderFollows() {
        pipeline.execute("INSERT INTO orders VALUES ('before', 202, 1, 1.00, now() - interval '5 minutes')");
        pipeline.awaitExact(LIMIT);
        Instant now = Instant.now();
        long windowSeconds = TestPipeline.SHORT_WINDOW.toSeconds();
        Instant end = Instant.ofEpochSecond((now.getEpochSecond() / windowSeconds + 1) * windowSeconds);
        pipeline.execute("INSERT INTO orders VALUES ('last', 201, 1, 12.34, '" + now + "')");
        String row = "SELECT gross_sales FROM order_agg_final WHERE customer_id = 201 AND window_end = '" + end + "'";
        Await.until(
                "the row is final",
                LIMIT,
                () -> "12.34".equals(pipeline.results().query(row)));
        Instant seen = Instant.now();
        assertTrue(seen.isAfter(end.plusSeconds(5)), "not before its watermark, but at " + seen);
        assertTrue(seen.isBefore(end.plusSeconds(30)), "five seconds and a little later, but at " + seen);
    }

    @Test
    void lateOrder_correctsAPublishedRow() throws Exception {
        String tenMinutesAgo = "date_trunc('minute', now()) - interval '10 minutes'";
        pipeline.execute("INSERT INTO orders VALUES ('punctual', 301, 1, 10.00, " + tenMinutesAgo + ")");
        String row = "SELECT gross_sales || ' ' || order_count FROM order_agg WHERE customer_id = 301";
        Await.until(
                "published", LIMIT, () -> "10.00 1".equals(pipeline.results().query(row)));
        int correctionsBefore = corrections();
        pipeline.execute("INSERT INTO orders VALUES ('late', 301, 3, 1.50, " + tenMinutesAgo + ")");
        Await.until(
                "corrected", LIMIT, () -> "14.50 2".equals(pipeline.results().query(row)));
        // Counted when the engine has the answer, a moment after others see the row.
        Await.until("counted", LIMIT, () -> corrections() > correctionsBefore);
        pipeline.execute("DELETE FROM orders WHERE customer_id = 301");
        Await.until("the empty row is gone", LIMIT, () -> pipeline.results().query(row) == null);
    }

    private static int corrections() {
        return given().get("/api/status").path("views[0].publishing.corrections");
    }

    @Test
    void jobs_haveFlinksShape() {
        pipeline.execute("INSERT INTO orders VALUES ('job', 402, 1, 1.00, now() - interval '5 minutes')");
        Await.until(
                "running", LIMIT, () -> "RUNNING".equals(given().get("/jobs").path("jobs[0].status")));
        given().get("/jobs")
                .then()
                .statusCode(200)
                .body("jobs", hasSize(1))
                .body("jobs[0].id", matchesPattern("[0-9a-f]{32}"));
    }

    @Test
    void status_showsEveryPartition() {
        pipeline.execute("INSERT INTO orders VALUES ('status', 403, 1, 1.00, now() - interval '5 minutes')");
        Await.until(
                "running",
                LIMIT,
                () -> "RUNNING".equals(given().get("/api/status").path("state")));
        given().get("/api/status")
                .then()
                .body("topic", equalTo(pipeline.topic()))
                .body("partitions.partition", equalTo(List.of(0, 1, 2, 3)))
                .body("views[0].fills.reason", equalTo("first-start"));
    }

    @Test
    void health_isUp() {
        pipeline.execute("INSERT INTO orders VALUES ('healthy', 401, 1, 1.00, now() - interval '5 minutes')");
        Await.until("ready", LIMIT, () -> given().get("/q/health/ready").statusCode() == 200);
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/health/started").then().statusCode(200);
    }
}
