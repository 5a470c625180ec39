package io.tally.it;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.startsWith;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.restassured.specification.RequestSpecification;
import io.tally.testkit.Await;
import io.tally.testkit.Browser;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.Processes;
import io.tally.testkit.TestPipeline;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A page behind a password, and health and metrics at a port of their own. No connector is needed for either. */
class AccessIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String PASSWORD = "only:for-tests";
    private static final String LIVE = "/q/health/live";

    private static TestPipeline pipeline;
    private static EngineProcess engine;

    @BeforeAll
    static void start() {
        pipeline = new TestPipeline("access");
        engine = start(Map.of("HTTP_PASSWORD", PASSWORD));
    }

    @AfterAll
    static void stop() {
        engine.close();
        pipeline.close();
    }

    private static EngineProcess start(Map<String, String> environment) {
        EngineProcess started = EngineProcess.start(pipeline, environment);
        started.awaitLog("Listening on");
        return started;
    }

    private static RequestSpecification at(int port) {
        return given().port(port).urlEncodingEnabled(false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/index.html",
                "/api/status",
                "/api/stream",
                "/api/settings",
                "/jobs",
                "/q/metrics",
                "/openapi.json",
                "/q/healthy",
                "/q/health/%2e%2e/metrics",
                "/nothing/there"
            })
    void passwordSet_everythingDemandsIt(String path) {
        at(engine.port())
                .get(path)
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", startsWith("Basic realm=\"Tally\""))
                .header("Content-Security-Policy", containsString("default-src 'self'"))
                .contentType("application/problem+json")
                .body("remedy", containsString("HTTP_PASSWORD"));
        at(engine.port())
                .auth()
                .preemptive()
                .basic("tally", PASSWORD + "?")
                .get(path)
                .then()
                .statusCode(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/api/status", "/jobs", "/q/metrics", "/openapi.json", LIVE})
    void passwordSet_whoKnowsItIsLetIn(String path) {
        at(engine.port())
                .auth()
                .preemptive()
                .basic("tally", PASSWORD)
                .get(path)
                .then()
                .statusCode(200);
        at(engine.port()).auth().oauth2(PASSWORD).get(path).then().statusCode(200);
    }

    @Test
    void passwordSet_healthIsOpen() {
        at(engine.port()).get(LIVE).then().statusCode(200);
        at(engine.port()).get("/q/health/started").then().statusCode(200);
    }

    @Test
    void passwordSet_streamFlowsToWhoKnowsIt() throws Exception {
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(engine.address() + "api/stream"))
                    .header("Authorization", "Bearer " + PASSWORD)
                    .build();
            HttpResponse<InputStream> answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            assertEquals(200, answer.statusCode());
            try (BufferedReader events =
                    new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
                assertTrue(events.readLine().startsWith("data:"));
            }
        }
    }

    @Test
    void passwordSet_pageWorksAfterTheBrowserHasAsked() {
        try (Browser browser = Browser.start().logIn("tally", PASSWORD).open(engine.address())) {
            Await.until(
                    () -> "the stream has brought the topic; complaints: " + browser.complaints(),
                    LIMIT,
                    () -> browser.text("#topic").equals(pipeline.topic()));
            Await.until(
                    "the settings are there",
                    LIMIT,
                    () -> browser.evaluate("document.querySelectorAll('#settings tr').length")
                                    .asInt()
                            > 10);
            assertEquals(List.of(), browser.complaints());
        }
    }

    @Test
    void managementPort_hasHealthAndMetrics_andThePageHasThemNoMore() {
        int management = Processes.freePort();
        Map<String, String> environment = Map.of(
                "HTTP_PASSWORD",
                PASSWORD,
                "MANAGEMENT_ENABLED",
                "true",
                "MANAGEMENT_PORT",
                Integer.toString(management));
        try (EngineProcess moved = start(environment)) {
            Await.until("live", LIMIT, () -> at(management).get(LIVE).statusCode() == 200);
            at(management).get("/q/metrics").then().statusCode(401);
            at(management)
                    .auth()
                    .oauth2(PASSWORD)
                    .get("/q/metrics")
                    .then()
                    .statusCode(200)
                    .body(containsString("tally_ingest_lag_records"));
            at(management).auth().oauth2(PASSWORD).get("/api/status").then().statusCode(404);
            at(moved.port()).get(LIVE).then().statusCode(404);
            at(moved.port()).auth().oauth2(PASSWORD).get("/q/metrics").then().statusCode(404);
            at(moved.port()).auth().oauth2(PASSWORD).get("/api/status").then().statusCode(200);
        }
    }
}
