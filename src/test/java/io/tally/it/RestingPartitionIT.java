package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrdersTopic;
import io.tally.testkit.TestPipeline;
import io.tally.testkit.TopicAdmin;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Nobody orders anything for longer than the topic keeps. The last record of each partition was taken to be missing. */
class RestingPartitionIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    @Test
    void retentionPassesPartitionsAtRest_nothingIsFilled() {
        try (TestPipeline pipeline = new TestPipeline("resting").registerConnector();
                OrdersTopic topic = new OrdersTopic(pipeline);
                TopicAdmin admin = new TopicAdmin(pipeline)) {
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                pipeline.awaitExact(LIMIT);
                Await.until(
                        "all there is has been published",
                        LIMIT,
                        () -> pipeline.results()
                                .query("SELECT sum(position) FROM tally_view_checkpoint")
                                .equals(Long.toString(topic.size())));
                engine.stop();
            }
            admin.deleteRecords();
            try (EngineProcess engine =
                    EngineProcess.start(pipeline, "tally.on-data-loss=stop").awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                assertEquals(0, engine.count("/views/0/fills/times"));
            }
        }
    }
}
