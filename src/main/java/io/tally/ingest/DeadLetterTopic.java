package io.tally.ingest;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.ToIntFunction;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jboss.logging.Logger;

/**
 * Sees to it that there is a dead-letter topic before the first record needs it: most brokers make none by themselves. Where
 * that is not allowed it says what to type. There is one for all topics that are read.
 */
@ApplicationScoped
public class DeadLetterTopic {

    private static final Logger LOG = Logger.getLogger(DeadLetterTopic.class);

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private record Problem(String explanation, String command) {}

    private final TopicProbe probe;
    private final ViewInputs views;
    private final IngestSettings ingest;
    private final DeadLetterSettings settings;
    private final String brokers;
    private volatile Problem problem;

    DeadLetterTopic(
            TopicProbe probe,
            ViewInputs views,
            IngestSettings ingest,
            DeadLetterSettings settings,
            @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this.probe = probe;
        this.views = views;
        this.ingest = ingest;
        this.settings = settings;
        this.brokers = String.valueOf(kafka.get("bootstrap.servers"));
    }

    String name() {
        return settings.topic();
    }

    /** Why records that cannot be counted would have nowhere to go, with the remedy, or null. */
    public String problem() {
        Problem found = problem;
        return found == null ? null : found.explanation;
    }

    @Scheduled(every = "5s", identity = "dead-letter-topic", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> look() {
        if (ingest.failOnUndecodable()) {
            return Uni.createFrom().voidItem();
        }
        return Uni.createFrom()
                .completionStage(this::ensure)
                .ifNoItem()
                .after(ANSWER_TIMEOUT)
                .fail()
                .onFailure()
                // A broker that is away: the poll loops say so.
                .invoke(failure -> LOG.debugf("the dead-letter topic is not known: %s", failure))
                .onFailure()
                .recoverWithNull();
    }

    private CompletionStage<Void> ensure() {
        return describe(settings.topic())
                .thenAccept(this::checkRights)
                .exceptionallyCompose(failure -> switch (KafkaFailures.apiError(failure)) {
                    case UnknownTopicOrPartitionException absent -> makeLike(views.topics());
                    case AuthorizationException refused ->
                        say("is not to be seen (" + refused.getMessage() + ")", allow());
                    case Throwable other -> CompletableFuture.failedStage(other);
                });
    }

    /** Waits for the first of the topics that are read: the poll loops say that it is not there. */
    private CompletionStage<Void> makeLike(List<String> topics) {
        List<CompletableFuture<Optional<TopicDescription>>> described =
                topics.stream().map(topic -> find(topic).toCompletableFuture()).toList();
        return CompletableFuture.allOf(described.toArray(CompletableFuture[]::new))
                .thenCompose(all -> {
                    List<TopicDescription> found = described.stream()
                            .flatMap(one -> one.join().stream())
                            .toList();
                    return found.isEmpty() ? CompletableFuture.completedStage(null) : make(found);
                });
    }

    private CompletionStage<Optional<TopicDescription>> find(String topic) {
        return describe(topic)
                .thenApply(Optional::of)
                .exceptionallyCompose(
                        failure -> KafkaFailures.apiError(failure) instanceof UnknownTopicOrPartitionException
                                ? CompletableFuture.completedStage(Optional.empty())
                                : CompletableFuture.failedStage(failure));
    }

    private CompletionStage<TopicDescription> describe(String topic) {
        return probe.admin()
                .describeTopics(List.of(topic), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                .topicNameValues()
                .get(topic)
                .toCompletionStage();
    }

    private void checkRights(TopicDescription found) {
        if (found.authorizedOperations() == null || found.authorizedOperations().contains(AclOperation.WRITE)) {
            problem = null;
        } else {
            say("may not be written to", allow());
        }
    }

    private CompletionStage<Void> make(List<TopicDescription> topics) {
        int partitions = settings.partitions()
                .orElse(most(topics, topic -> topic.partitions().size()));
        short replication = settings.replication().orElse((short)
                most(topics, topic -> topic.partitions().getFirst().replicas().size()));
        Map<String, String> config = Map.of(
                TopicConfig.RETENTION_MS_CONFIG,
                Long.toString(settings.retention().toMillis()),
                // Letters of one row have one key, and each of them counts.
                TopicConfig.CLEANUP_POLICY_CONFIG,
                TopicConfig.CLEANUP_POLICY_DELETE);
        NewTopic topic = new NewTopic(settings.topic(), partitions, replication).configs(config);
        Admin admin = probe.admin();
        return admin.createTopics(List.of(topic))
                .all()
                .toCompletionStage()
                .thenAccept(made -> {
                    problem = null;
                    LOG.infof(
                            "dead-letter topic made, topic=%s partitions=%d replication=%d retention=%s",
                            settings.topic(), partitions, replication, settings.retention());
                })
                .exceptionallyCompose(failure -> switch (KafkaFailures.apiError(failure)) {
                    // Another instance of the engine was faster.
                    case TopicExistsException there -> CompletableFuture.completedStage(null);
                    case Throwable other ->
                        say(
                                "is not there and cannot be made (" + other.getMessage() + ")",
                                create(partitions, replication));
                });
    }

    private static int most(List<TopicDescription> topics, ToIntFunction<TopicDescription> count) {
        return topics.stream().mapToInt(count).max().getAsInt();
    }

    private CompletionStage<Void> say(String what, String command) {
        Problem found = new Problem(
                "dead-letter topic " + settings.topic() + " " + what
                        + "; the first record that cannot be counted will stop its partitions. " + command,
                command);
        if (!found.equals(problem)) {
            problem = found;
            LOG.warn(found.explanation);
        }
        return CompletableFuture.completedStage(null);
    }

    /** Remedy for dead letters that are not taken, as far as the broker's answer tells, or null. */
    String remedy(Throwable failure) {
        Problem known = problem;
        return switch (KafkaFailures.apiError(failure)) {
            case AuthorizationException refused -> allow();
            case RecordTooLargeException tooLarge -> configure("max.message.bytes=1048588");
            case InvalidRecordException compacted -> configure("cleanup.policy=delete");
            case Throwable other -> known == null ? null : known.command;
        };
    }

    private String configure(String setting) {
        return "To let it take them: kafka-configs.sh --bootstrap-server " + brokers + " --alter --topic "
                + settings.topic() + " --add-config " + setting;
    }

    private String create(int partitions, short replication) {
        return "To make it: kafka-topics.sh --bootstrap-server " + brokers + " --create --topic " + settings.topic()
                + " --partitions " + partitions + " --replication-factor " + replication + " --config retention.ms="
                + settings.retention().toMillis() + " --config cleanup.policy=delete";
    }

    private String allow() {
        return "To allow it: kafka-acls.sh --bootstrap-server " + brokers
                + " --add --allow-principal User:<the engine's> --producer --topic " + settings.topic();
    }
}
