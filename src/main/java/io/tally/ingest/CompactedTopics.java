package io.tally.ingest;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.common.annotation.Identifier;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.jboss.logging.Logger;

/**
 * Topics that are read and compacted. Compaction removes changes of rows that were changed again, and an engine takes the gap
 * for a marker of the broker, so that results may be wrong without anything else to tell of it.
 */
@ApplicationScoped
public class CompactedTopics {

    private static final Logger LOG = Logger.getLogger(CompactedTopics.class);

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);

    private final TopicProbe probe;
    private final ViewInputs views;
    private final String brokers;
    private volatile List<String> problems = List.of();

    CompactedTopics(TopicProbe probe, ViewInputs views, @Identifier("default-kafka-broker") Map<String, Object> kafka) {
        this.probe = probe;
        this.views = views;
        this.brokers = String.valueOf(kafka.get("bootstrap.servers"));
    }

    /** A sentence for each that was compacted at the last look, with the remedy. */
    public List<String> problems() {
        return problems;
    }

    @Scheduled(
            every = "30s",
            delayed = "5s",
            identity = "compacted-topics",
            concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> look() {
        List<ConfigResource> topics = views.topics().stream()
                .map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic))
                .toList();
        return Uni.createFrom()
                .completionStage(() -> policies(topics))
                .ifNoItem()
                .after(ANSWER_TIMEOUT)
                .fail()
                .invoke(this::take)
                .onFailure()
                // No topic, no broker, or no right to see it: whoever reads says the former two, and the manual the
                // last.
                .invoke(failure -> LOG.debugf("whether a topic is compacted is not known: %s", failure))
                .onFailure()
                .recoverWithNull()
                .replaceWithVoid();
    }

    private CompletionStage<Map<ConfigResource, Config>> policies(List<ConfigResource> topics) {
        return probe.admin().describeConfigs(topics).all().toCompletionStage();
    }

    private void take(Map<ConfigResource, Config> configs) {
        List<String> found = configs.entrySet().stream()
                .filter(entry -> entry.getValue()
                        .get(TopicConfig.CLEANUP_POLICY_CONFIG)
                        .value()
                        .contains(TopicConfig.CLEANUP_POLICY_COMPACT))
                .map(entry -> explain(entry.getKey().name()))
                .sorted()
                .toList();
        List<String> before = problems;
        problems = found;
        found.stream().filter(one -> !before.contains(one)).forEach(LOG::warn);
    }

    private String explain(String topic) {
        return "topic " + topic
                + " is compacted: changes of rows that were changed again are removed, and results go wrong."
                + " To keep them: kafka-configs.sh --bootstrap-server " + brokers + " --alter --topic " + topic
                + " --add-config cleanup.policy=delete; then rebuild the views over it";
    }
}
