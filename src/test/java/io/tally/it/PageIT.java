package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.testkit.Await;
import io.tally.testkit.Browser;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrderWriters;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The page in a real browser, on the real stack. */
class PageIT {

    private static final Duration LIMIT = Duration.ofSeconds(150);
    /** The page says so after four seconds without an event. */
    private static final Duration NOTICE_LIMIT = Duration.ofSeconds(30);

    private static TestPipeline pipeline;
    private static OrderWriters writers;

    @BeforeAll
    static void writeOrders() {
        pipeline = new TestPipeline("page").withShortWindows().registerConnector();
        pipeline.execute(
                "INSERT INTO orders SELECT 'past-' || i, i % 20, 1 + i % 3, 10.25, now() - i * interval '1 second'"
                        + " FROM generate_series(1, 400) AS i");
        writers = OrderWriters.throughOutages(pipeline, 1, 1, Duration.ZERO, Duration.ofMillis(200));
    }

    @AfterAll
    static void stop() {
        writers.close();
        pipeline.close();
    }

    private static void awaitText(Browser browser, String selector, String text) {
        Await.until(
                () -> "'" + text + "' at " + selector + ", which says '" + browser.text(selector) + "'; complaints: "
                        + browser.complaints(),
                LIMIT,
                () -> browser.text(selector).contains(text));
    }

    private static long number(Browser browser, String selector) {
        String digits = browser.text(selector).replaceAll("[^0-9-]", "");
        return digits.isEmpty() ? 0 : Long.parseLong(digits);
    }

    private static long sum(Browser browser, String selector) {
        return browser.evaluate("[...document.querySelectorAll('" + selector
                        + "')].reduce((sum, cell) => sum + Number(cell.innerText.replace(/\\D/g, '')), 0)")
                .asLong();
    }

    @Test
    void page_runningPipeline_showsNumbersThatChange() throws Exception {
        try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning();
                Browser browser = Browser.start().view(1440, 900, false).open(engine.address())) {
            awaitText(browser, "#word", "RUNNING");
            assertEquals("RUNNING · Tally", browser.evaluate("document.title").asText());
            assertEquals(pipeline.topic(), browser.text("#topic"));
            Await.until(
                    "all partitions",
                    LIMIT,
                    () -> browser.evaluate("document.querySelectorAll('#partitions tr').length")
                                    .asInt()
                            == TestPipeline.PARTITIONS);

            Await.until(
                    "closed windows",
                    LIMIT,
                    () -> browser.evaluate("document.querySelectorAll('#closed tr').length")
                                    .asInt()
                            >= 5);
            long positions = sum(browser, "#partitions td:nth-child(3)");
            assertTrue(positions > 0);
            Await.until("positions move", LIMIT, () -> sum(browser, "#partitions td:nth-child(3)") > positions);
            Await.until("a window fills", LIMIT, () -> number(browser, "#filling-sums dd") > 0);
            Await.until("groups of the open window", LIMIT, () -> number(browser, "#top-open td") > 0);
            Await.until("groups of the closed one", LIMIT, () -> number(browser, "#top-closed td") > 0);
            awaitText(browser, "#publishes", "to ");
            assertNotEquals("–", browser.text("#audit-verdict"));
            Await.until("records are counted", LIMIT, () -> number(browser, "#records .n") > 0);
            Await.until(
                    "the chart has a speed",
                    LIMIT,
                    () -> browser.evaluate("document.querySelector('.plot').ariaLabel")
                            .asText()
                            .matches("Throughput, records a second: now .*[1-9].*"));

            assertEquals("order_agg", browser.text("#view-name"));
            assertTrue(browser.evaluate("document.getElementById('sql').textContent")
                    .asText()
                    .contains("date_bin("));
            browser.submit("#keys input", "nobody");
            awaitText(browser, "#group-answer", "customer_id=nobody is not possible");
            browser.forgetComplaints();
            browser.submit("#keys input", "7");
            awaitText(browser, "#group-answer", "the open window included");
            String answer = browser.text("#group-answer");
            assertTrue(
                    answer.matches(
                            "rows [\\d,]+, gross_sales [\\d,.]+, order_count [\\d,]+ since .*\\d\\d:\\d\\d, the open window included"),
                    answer);

            sendWhatIsNoJson();
            awaitText(browser, "#dead-letters", "not-json");
            awaitText(browser, "#dead-letters-reasons", "not-json ");

            assertEquals(List.of(), browser.complaints());
            List<String> elsewhere = browser.requests().stream()
                    .filter(url -> !url.startsWith(engine.address()) && !url.equals("about:blank"))
                    .toList();
            assertEquals(List.of(), elsewhere, "the page asks nobody else");
        }
    }

    private static void sendWhatIsNoJson() throws Exception {
        Map<String, Object> config =
                Map.of("bootstrap.servers", pipeline.stack().bootstrapServers());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(pipeline.topic(), "no json".getBytes(StandardCharsets.UTF_8)))
                    .get();
        }
    }

    @Test
    void page_engineKilledOrFrozen_saysSoAndRecovers() {
        EngineProcess first = EngineProcess.start(pipeline).awaitRunning();
        try (Browser browser = Browser.start().view(1440, 900, false).open(first.address())) {
            awaitText(browser, "#word", "RUNNING");
            first.kill();
            Await.until("killed", NOTICE_LIMIT, () -> isLost(browser));
            assertTrue(browser.text("#reason").contains("RUNNING before"), browser.text("#reason"));
            try (EngineProcess second = first.successor(pipeline).awaitRunning()) {
                Await.until("is back", LIMIT, () -> !isLost(browser));
                awaitText(browser, "#word", "RUNNING");
                long positions = sum(browser, "#partitions td:nth-child(3)");
                Await.until("positions move", LIMIT, () -> sum(browser, "#partitions td:nth-child(3)") > positions);

                second.pause();
                Await.until("frozen", NOTICE_LIMIT, () -> isLost(browser));
                second.resume();
                Await.until("goes on", LIMIT, () -> !isLost(browser));
                awaitText(browser, "#word", "RUNNING");
                assertEquals(
                        List.of(),
                        browser.complaints().stream()
                                .filter(complaint -> !complaint.source().equals("network"))
                                .toList());
            }
        } finally {
            first.close();
        }
    }

    private static boolean isLost(Browser browser) {
        return browser.text("#word").equals("NO ANSWER")
                && browser.evaluate("'lost' in document.body.dataset").asBoolean();
    }

    @Test
    void page_atEverySizeAndColour_isAccessible() throws Exception {
        try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning();
                Browser browser = Browser.start().open(engine.address())) {
            sendWhatIsNoJson();
            awaitText(browser, "#dead-letters", "not-json");
            awaitText(browser, "#closed", ":");
            browser.evaluate("for (const part of document.querySelectorAll('details')) part.open = true");
            awaitText(browser, "#settings", "tally.out-of-orderness");
            browser.evaluate(axe());
            for (boolean dark : new boolean[] {false, true}) {
                for (int width : new int[] {1440, 900, 390}) {
                    browser.view(width, 900, dark);
                    assertEquals(List.of(), violations(browser), "width=" + width + " dark=" + dark);
                    assertTrue(
                            browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
                                    .asBoolean(),
                            "nothing reaches beyond the edge, width=" + width);
                }
            }
            engine.kill();
            Await.until("killed", NOTICE_LIMIT, () -> isLost(browser));
            assertEquals(List.of(), violations(browser), "an engine that does not answer");
        }
    }

    private static String axe() {
        try (InputStream script = PageIT.class.getResourceAsStream("/axe.min.js")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> violations(Browser browser) {
        JsonNode result =
                browser.evaluate("axe.run().then(({ passes, violations }) => ({ passes: passes.length, violations }))");
        assertTrue(result.path("passes").asInt() > 20, "the rules were looked at");
        List<String> violations = new ArrayList<>();
        for (JsonNode violation : result.path("violations")) {
            for (JsonNode node : violation.path("nodes")) {
                violations.add(
                        violation.path("id").asText() + ": " + node.path("html").asText() + " "
                                + node.path("failureSummary").asText());
            }
        }
        return violations;
    }
}
