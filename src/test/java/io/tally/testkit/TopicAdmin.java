package io.tally.testkit;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.Resource;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;

/** What happens to a pipeline's topic behind everybody's back. */
public final class TopicAdmin implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private final Admin admin;
    private final String topic;
    private final String deadLetterTopic;

    public TopicAdmin(TestPipeline pipeline) {
        admin = Admin.create(Map.of("bootstrap.servers", pipeline.stack().bootstrapServers()));
        topic = pipeline.topic();
        deadLetterTopic = pipeline.deadLetterTopic();
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

    /** Makes the dead-letter topic by hand. */
    public void createDeadLetterTopic() {
        create(deadLetterTopic);
    }

    /** As the connector does, where there is none. */
    public void createOrdersTopic() {
        create(topic);
    }

    private void create(String name) {
        await(admin.createTopics(List.of(new NewTopic(name, 1, (short) 1))).all());
    }

    /** Sets a setting of the dead-letter topic. */
    public void configureDeadLetterTopic(String setting, String value) {
        configure(deadLetterTopic, setting, value);
    }

    /** Sets a setting of the topic. */
    public void configureOrdersTopic(String setting, String value) {
        configure(topic, setting, value);
    }

    private void configure(String name, String setting, String value) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, name);
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET);
        await(admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all());
    }

    /** What the dead-letter topic is like: partitions, and a setting. */
    public String describeDeadLetterTopic(String setting) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, deadLetterTopic);
        int partitions = await(admin.describeTopics(List.of(deadLetterTopic)).allTopicNames())
                .get(deadLetterTopic)
                .partitions()
                .size();
        Config config = await(admin.describeConfigs(List.of(resource)).all()).get(resource);
        return partitions + " partitions, " + setting + "="
                + config.get(setting).value();
    }

    /** Lets a user do this with the dead-letter topic, and nothing else; and not make any topic. */
    public void allowWithDeadLetters(String user, AclOperation operation) {
        await(admin.deleteAcls(List.of(AclBindingFilter.ANY)).all());
        await(admin.createAcls(List.of(
                        acl(ResourceType.TOPIC, deadLetterTopic, user, operation, AclPermissionType.ALLOW),
                        acl(
                                ResourceType.CLUSTER,
                                Resource.CLUSTER_NAME,
                                user,
                                AclOperation.CREATE,
                                AclPermissionType.DENY)))
                .all());
    }

    /** Lets all users do everything again. */
    public void allowEverything() {
        await(admin.deleteAcls(List.of(AclBindingFilter.ANY)).all());
    }

    private static AclBinding acl(
            ResourceType type, String name, String user, AclOperation operation, AclPermissionType permission) {
        return new AclBinding(
                new ResourcePattern(type, name, PatternType.LITERAL),
                new AccessControlEntry("User:" + user, "*", operation, permission));
    }

    private static <T> T await(KafkaFuture<T> answer) {
        return answer.toCompletionStage().toCompletableFuture().join();
    }

    @Override
    public void close() {
        admin.close();
    }
}
