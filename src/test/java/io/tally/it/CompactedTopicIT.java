package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.TestPipeline;
import io.tally.testkit.TopicAdmin;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A topic that loses changes by compaction: said once, and as long as it is so. */
class CompactedTopicIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);

    @Test
    void topicIsCompacted_isSaidUntilItIsNot() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("compacted");
                TopicAdmin admin = new TopicAdmin(pipeline)) {
            admin.createOrdersTopic();
            admin.configureOrdersTopic("cleanup.policy", "compact,delete");
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                engine.awaitLog("topic " + pipeline.topic() + " is compacted");
                String warning = engine.status().at("/warnings/0").asText();
                assertTrue(warning.contains("--add-config cleanup.policy=delete"), warning);

                admin.configureOrdersTopic("cleanup.policy", "delete");
                Await.until(
                        "no warning",
                        LIMIT,
                        () -> engine.status().at("/warnings").isEmpty());
                assertEquals(200, engine.get("/q/health/live").statusCode());
            }
        }
    }
}
