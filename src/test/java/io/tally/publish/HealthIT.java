package io.tally.publish;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.startsWith;

import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.tally.it.PipelineResource;
import io.tally.testkit.Await;
import io.tally.testkit.TestClock;
import io.tally.testkit.TestPipeline;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/**
 * Every fault is seen by the probe that it belongs to, and by no other: liveness says that a restart would help, readiness
 * that results are not kept up to date. In this package, because the thread that publishes is nobody else's business.
 */
@QuarkusTest
@QuarkusTestResource(
        value = PipelineResource.class,
        restrictToAnnotatedClass = true,
        initArgs = @ResourceArg(name = "name", value = "health"))
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class HealthIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Duration BEYOND_ANY_ROUND = Duration.ofMinutes(6);

    private static final String LIVE = "/q/health/live";
    private static final String READY = "/q/health/ready";
    private static final String STARTED = "/q/health/started";

    TestPipeline pipeline;

    @Inject
    @PublishThread
    ExecutorService publishThread;

    @Inject
    TestClock clock;

    @BeforeEach
    void everythingIsUp() {
        pipeline.execute("INSERT INTO orders VALUES ('healthy', 1, 1, 1.00, now() - interval '5 minutes')"
                + " ON CONFLICT (order_id) DO NOTHING");
        await(READY, 200);
        await(LIVE, 200);
        await(STARTED, 200);
    }

    private static void await(String probe, int status) {
        Await.until(
                () -> probe + " says " + status + ", but: " + given().get(probe).asString(),
                LIMIT,
                () -> given().get(probe).statusCode() == status);
    }

    private static ValidatableResponse ask(String probe) {
        return given().get(probe).then();
    }

    @Test
    @Order(1)
    void databaseAway_isNotReadyButLives() {
        pipeline.stack().command("stop postgres");
        try {
            await(READY, 503);
            ask(LIVE).statusCode(200);
            ask(STARTED).statusCode(200);
        } finally {
            pipeline.stack().ensure("start postgres");
        }
        await(READY, 200);
    }

    @Test
    @Order(2)
    void brokerAway_isNotReadyButLives() {
        pipeline.stack().command("stop broker");
        try {
            await(READY, 503);
            ask(READY).body("checks.data.reason", hasItem(startsWith("no connection to Kafka")));
            ask(LIVE).statusCode(200);
            ask(STARTED).statusCode(200);
        } finally {
            pipeline.stack().ensure("start broker");
        }
        await(READY, 200);
    }

    /** What has the thread for itself is as good as a round that never ends. */
    @Test
    @Order(3)
    void publisherStuck_isNotLive_untilItGoesOn() throws InterruptedException {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        publishThread.execute(() -> {
            stuck.countDown();
            awaitUninterrupted(released);
        });
        stuck.await();
        clock.setAhead(BEYOND_ANY_ROUND);
        try {
            await(LIVE, 503);
            // The poll loops go round by the same clock, so nothing else is to blame.
            Await.until("the poll loops are fine", LIMIT, () -> {
                var data = given().get(LIVE).jsonPath();
                return data.getString("checks[0].data.'tally-read-1'").equals("ok")
                        && data.getString("checks[0].data.'tally-publish'").startsWith("stuck for");
            });
        } finally {
            released.countDown();
        }
        await(LIVE, 200);
        clock.setAhead(Duration.ZERO);
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The last, because nothing but a restart helps. */
    @Test
    @Order(4)
    void consumerThreadDead_isNotLive() {
        Thread reader = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("tally-read-1"))
                .findFirst()
                .orElseThrow();
        reader.interrupt();
        await(LIVE, 503);
        ask(LIVE)
                .body("checks[0].data.'tally-read-1'", equalTo("dead"))
                .body("checks[0].data.'tally-read-2'", not(equalTo("dead")));
    }
}
