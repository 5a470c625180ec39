package io.tally.testkit;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** What happens to a pipeline's topic behind everybody's back. */
public final class TopicAdmin implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Admin admin;
    private final String topic;

    public TopicAdmin(TestPipeline pipeline) {
        admin = Admin.create(Map.of("bootstrap.servers", pipeline.stack().bootstrapServers()));
        topic = pipeline.topic();
    }

    void raisePartitionsTo(int count) {
        await(admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(count)))
                .all());
    }

    /** Deletes the topic, and waits until it is gone. The connector should be stopped. */
    public void deleteTopic() {
        await(admin.deleteTopics(List.of(topic)).all());
        Await.until(
                "the topic is gone",
                LIMIT,
                () -> !await(admin.listTopics().names()).contains(topic));
    }

    /** Deletes all records that are in the topic, as retention would. */
    public void deleteRecords() {
        TopicDescription description =
                await(admin.describeTopics(List.of(topic)).allTopicNames()).get(topic);
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        description
                .partitions()
                .forEach(
                        partition -> latest.put(new TopicPartition(topic, partition.partition()), OffsetSpec.latest()));
        Map<TopicPartition, RecordsToDelete> all = new HashMap<>();
        await(admin.listOffsets(latest).all())
                .forEach((partition, end) -> all.put(partition, RecordsToDelete.beforeOffset(end.offset())));
        await(admin.deleteRecords(all).all());
    }

    /** Makes a user of the broker's listener with passwords, or gives it another one. */
    public void setPassword(String user, String password) {
        ScramCredentialInfo scram = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4096);
        await(admin.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(user, scram, password)))
                .all());
    }

    private static <T> T await(KafkaFuture<T> answer) {
        return answer.toCompletionStage().toCompletableFuture().join();
    }

    @Override
    public void close() {
        admin.close();
    }
}
