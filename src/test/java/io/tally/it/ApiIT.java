package io.tally.it;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasKey;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.lessThanOrEqualTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import io.restassured.response.ValidatableResponse;
import io.tally.testkit.Await;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What can be asked of a running engine. */
@QuarkusTest
@QuarkusTestResource(
        value = PipelineResource.class,
        restrictToAnnotatedClass = true,
        initArgs = {@ResourceArg(name = "name", value = "api"), @ResourceArg(name = "windows", value = "short")})
class ApiIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String VIEW = "/api/views/order_agg";

    TestPipeline pipeline;

    @TestHTTPResource("/api/stream")
    URI stream;

    @BeforeEach
    void awaitRunning() {
        pipeline.execute("INSERT INTO orders VALUES ('ready', 1, 1, 1.00, now() - interval '1 hour')"
                + " ON CONFLICT (order_id) DO NOTHING");
        Await.until(
                "running",
                LIMIT,
                () -> "RUNNING".equals(given().get("/api/status").path("state")));
    }

    private static JsonPath customer(int id) {
        return given().get(VIEW + "/groups?customer_id=" + id)
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
    }

    @Test
    void customer_orderOfTheOpenWindow_isThereBeforeAndAfterItIsPublished() {
        pipeline.execute("INSERT INTO orders VALUES ('open-1', 11, 2, 12.34, now()), ('open-2', 11, 1, 0.02, now())");
        Await.until("counted", LIMIT, () -> customer(11).getLong("total.sums.order_count") == 2);
        JsonPath open = customer(11);
        assertEquals("24.70", open.getString("total.sums.gross_sales"));
        assertEquals(List.of(0, 1, 2, 3), open.getList("partitions.seen"));
        assertTrue(open.getBoolean("partitions.complete"));
        Instant start = Instant.parse(open.getString("windows[0].start"));
        given().get(VIEW + "/windows/" + start)
                .then()
                .body("top.row.customer_id", hasItem(11))
                .body("total.rows", greaterThan(1))
                .body("end", equalTo(start.plus(TestPipeline.SHORT_WINDOW).toString()));

        Await.until("finished", LIMIT, () -> customer(11).getBoolean("windows[0].finished"));
        JsonPath closed = customer(11);
        assertEquals("24.70", closed.getString("total.sums.gross_sales"));
        assertEquals(0, closed.getLong("windows[0].unpublished.rows"));
    }

    /**
     * Goal: no question sees an order twice or not at all while it moves from memory to the database. Method: corrections,
     * which are published every second, one after another, and questions all the time, until some were answered from memory.
     */
    @Test
    void customer_whileCorrectionsArePublished_neverGoesBackOrAhead() throws Exception {
        int fewest = 300;
        AtomicInteger written = new AtomicInteger();
        AtomicBoolean enough = new AtomicBoolean();
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            while (!enough.get()) {
                int i = written.incrementAndGet();
                pipeline.execute("INSERT INTO orders VALUES ('corr-" + i
                        + "', 12, 1, 1.00, now() - interval '2 minutes' - " + i % fewest + " * interval '1 second')");
            }
        });
        long deadlineNanos = System.nanoTime() + LIMIT.toNanos();
        long seen = 0;
        boolean fromMemory = false;
        try {
            while ((!writer.isDone() || seen < written.get()) && System.nanoTime() < deadlineNanos) {
                JsonPath answer = customer(12);
                long now = answer.getLong("total.sums.order_count");
                assertTrue(now >= seen, "went back from " + seen + " to " + now);
                assertTrue(now <= written.get(), "counted twice: " + now);
                assertEquals(
                        0,
                        new BigDecimal(answer.getString("total.sums.gross_sales")).compareTo(BigDecimal.valueOf(now)));
                seen = now;
                fromMemory |= answer.getList("windows.unpublished.rows", Long.class).stream()
                        .anyMatch(count -> count > 0);
                enough.set(seen >= fewest && fromMemory);
            }
        } finally {
            enough.set(true);
        }
        writer.get();
        assertEquals(written.get(), seen, "all are counted in the end");
        assertTrue(fromMemory, "some answers came from memory");
    }

    /** A window may end between two questions: what is awaited and what is looked at is the same answer. */
    @Test
    void openWindows_newOrder_showsItsWindow() {
        AtomicInteger orders = new AtomicInteger();
        AtomicReference<ValidatableResponse> answer = new AtomicReference<>();
        Await.until("an open window", LIMIT, () -> {
            pipeline.execute(
                    "INSERT INTO orders VALUES ('filling-" + orders.incrementAndGet() + "', 13, 3, 1.50, now())");
            answer.set(given().get(VIEW + "/windows/open?limit=1").then().statusCode(200));
            return !answer.get().extract().jsonPath().getList("windows").isEmpty();
        });
        answer.get()
                .body("windows", hasSize(1))
                .body("windows[0].unpublished.rows", greaterThan(0))
                .body("windows[0].unpublished.sums.order_count", greaterThan(0))
                .body("windows[0].start", notNullValue());
    }

    @ParameterizedTest
    @CsvSource({
        "/api/views/order_agg/windows/open?limit=0, limit, 0",
        "/api/views/order_agg/windows/open?limit=100000, limit, 100000",
        "/api/views/order_agg/windows/2026-11-23T05:13:07Z, start, 2026-11-23T05:13:07Z",
        "/api/views/order_agg/windows/2026-11-23T05:13:00Z?limit=many, limit, many",
        "/api/views/order_agg/groups?customer_id=4711x, customer_id, 4711x",
        "/api/views/order_agg/groups?customer=1, customer, 1",
        "/api/views/order_agg/groups?customer_id=1&windows=-3, windows, -3",
        "/api/dead-letters?limit=101, limit, 101"
    })
    void question_impossibleParameter_isAnsweredWithAProblem(String path, String parameter, String value) {
        given().get(path)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("status", equalTo(400))
                .body("parameter", equalTo(parameter))
                .body("value", equalTo(value))
                .body("remedy", containsString("expected"));
    }

    @Test
    void views_areWhatTheyAreAndHowFresh() {
        given().get("/api/views")
                .then()
                .statusCode(200)
                .body("", hasSize(1))
                .body("[0].name", equalTo("order_agg"))
                .body("[0].table", equalTo("public.orders"))
                .body("[0].topic", equalTo(pipeline.topic()))
                .body("[0].sql", containsString("date_bin("))
                .body("[0].state", equalTo("RUNNING"))
                .body("[0].columns.role", equalTo(List.of("WINDOW_START", "WINDOW_END", "KEY", "MEASURE", "MEASURE")))
                .body("[0].freshness.lagRecords", notNullValue());
        given().get(VIEW)
                .then()
                .statusCode(200)
                .body("partitions", hasSize(4))
                .body("fills.reason", equalTo("first-start"))
                .body("audit.verdict", notNullValue())
                .body("publishing.latest", notNullValue())
                .body("source.problems", hasSize(0));
    }

    @Test
    void view_unknown_isAnsweredWithTheNames() {
        for (String path : List.of("", "/windows/open", "/groups?a=1", "/windows/2026-11-23T05:13:00Z")) {
            given().get("/api/views/no_view" + path)
                    .then()
                    .statusCode(404)
                    .contentType("application/problem+json")
                    .body("parameter", equalTo("view"))
                    .body("value", equalTo("no_view"))
                    .body("remedy", containsString("order_agg"));
        }
        given().get("/api/stream?view=no_view").then().statusCode(404);
    }

    @Test
    void overview_hasFlinksShape() {
        String id = given().get("/jobs").path("jobs[0].id");
        given().get("/jobs/overview")
                .then()
                .statusCode(200)
                .body("jobs", hasSize(1))
                .body("jobs[0].jid", equalTo(id))
                .body("jobs[0].state", equalTo("RUNNING"))
                .body("jobs[0].'start-time'", greaterThan(0L))
                .body("jobs[0].'end-time'", equalTo(-1))
                .body("jobs[0].duration", greaterThan(0))
                .body("jobs[0].tasks.total", equalTo(4))
                .body("jobs[0].tasks.running", equalTo(4));
    }

    @Test
    void settings_showWhatIsInEffectWithoutSecrets() {
        given().get("/api/settings")
                .then()
                .body("'tally.out-of-orderness'", notNullValue())
                .body("'mp.messaging.incoming.orders.topic'", equalTo(pipeline.topic()))
                .body("'quarkus.datasource.password'", equalTo("••••••"));
    }

    @Test
    void history_hasASampleASecond() {
        Await.until(
                "samples",
                LIMIT,
                () -> given().get("/api/history").jsonPath().getList("").size() > 3);
        given().get("/api/history")
                .then()
                .body("", hasSize(lessThanOrEqualTo(601)))
                .body("", everyItem(hasKey("recordsPerSecond")));
    }

    @Test
    void stream_severalListeners_getTheSameEvents() throws Exception {
        pipeline.execute("INSERT INTO orders VALUES ('streamed', 14, 1, 1.00, now())");
        try (HttpClient http = HttpClient.newHttpClient()) {
            List<CompletableFuture<List<String>>> listeners = IntStream.range(0, 3)
                    .mapToObj(i -> CompletableFuture.supplyAsync(() -> events(http, 8)))
                    .toList();
            List<String> first = listeners.getFirst().get();
            JsonNode event = JSON.readTree(first.getFirst());
            assertEquals("RUNNING", event.at("/status/state").asText());
            assertEquals(4, event.at("/status/partitions").size());
            assertTrue(event.at("/sample/recordsPerSecond").isNumber());
            for (CompletableFuture<List<String>> listener : listeners) {
                long shared = listener.get().stream().filter(first::contains).count();
                assertTrue(shared >= 2, "events are made once for all");
            }
        }
    }

    private List<String> events(HttpClient http, int count) {
        try {
            HttpResponse<Stream<String>> answer =
                    http.send(HttpRequest.newBuilder(stream).build(), HttpResponse.BodyHandlers.ofLines());
            assertEquals(
                    "text/event-stream",
                    answer.headers().firstValue("content-type").orElseThrow());
            assertEquals("no", answer.headers().firstValue("x-accel-buffering").orElse("missing"));
            try (var lines = answer.body()) {
                return lines.filter(line -> line.startsWith("data:"))
                        .map(line -> line.substring("data:".length()))
                        .limit(count)
                        .toList();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    @Test
    void answers_haveSecurityHeaders() {
        for (String path : List.of("/", "/api/status", "/q/health/live")) {
            given().get(path)
                    .then()
                    .statusCode(200)
                    .header("Content-Security-Policy", containsString("default-src 'self'"))
                    .header("X-Content-Type-Options", "nosniff")
                    .header("Referrer-Policy", "no-referrer");
        }
    }

    @Test
    void openApi_describesEveryQuestion() {
        given().accept("application/json")
                .get("/openapi.json")
                .then()
                .body("paths", hasKey("/api/views/{view}/groups"))
                .body("paths", hasKey("/jobs/overview"))
                .body("paths.'/api/views/{view}/windows/{start}'.get.summary", notNullValue());
    }
}
