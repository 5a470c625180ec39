package io.tally.ingest;

import io.smallrye.common.annotation.Identifier;
import io.tally.window.OffsetRange;
import io.tally.window.Topic;
import io.tally.window.TopicFacts;
import io.tally.window.Topics;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

/** Asks the broker about topics. */
@ApplicationScoped
class TopicProbe implements Topics {

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final Map<String, Object> kafka;
    private final IngestSettings settings;
    private final InstantSource clock;

    private Admin admin;

    TopicProbe(
            @Identifier("default-kafka-broker") Map<String, Object> kafka,
            IngestSettings settings,
            InstantSource clock) {
        this.kafka = kafka;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public Topic topic(String name) {
        return () -> facts(name);
    }

    private CompletionStage<TopicFacts> facts(String topic) {
        return admin().describeTopics(List.of(topic))
                .topicNameValues()
                .get(topic)
                .toCompletionStage()
                .thenCompose(this::facts);
    }

    private CompletionStage<TopicFacts> facts(TopicDescription topic) {
        List<TopicPartition> partitions = topic.partitions().stream()
                .map(partition -> new TopicPartition(topic.name(), partition.partition()))
                .toList();
        long restartMs = clock.millis() - settings.restartMargin().toMillis();
        CompletionStage<Map<TopicPartition, ListOffsetsResultInfo>> ends = offsets(partitions, OffsetSpec.latest());
        CompletionStage<Map<TopicPartition, ListOffsetsResultInfo>> restarts =
                offsets(partitions, OffsetSpec.forTimestamp(restartMs));
        return offsets(partitions, OffsetSpec.earliest())
                .thenCombine(ends, (beginning, end) -> ranges(beginning, end))
                .thenCombine(restarts, (ranges, restart) -> facts(topic, ranges, restart));
    }

    private CompletionStage<Map<TopicPartition, ListOffsetsResultInfo>> offsets(
            List<TopicPartition> partitions, OffsetSpec which) {
        return admin().listOffsets(
                        partitions.stream().collect(Collectors.toMap(Function.identity(), partition -> which)))
                .all()
                .toCompletionStage();
    }

    private static Map<TopicPartition, long[]> ranges(
            Map<TopicPartition, ListOffsetsResultInfo> beginning, Map<TopicPartition, ListOffsetsResultInfo> end) {
        Map<TopicPartition, long[]> ranges = new HashMap<>();
        beginning.forEach((partition, first) -> ranges.put(
                partition, new long[] {first.offset(), end.get(partition).offset()}));
        return ranges;
    }

    private static TopicFacts facts(
            TopicDescription topic,
            Map<TopicPartition, long[]> ranges,
            Map<TopicPartition, ListOffsetsResultInfo> restarts) {
        Map<Integer, OffsetRange> partitions = new HashMap<>();
        ranges.forEach((partition, range) -> {
            long found = restarts.get(partition).offset();
            // Negative: no record is that young, so reading goes on at the end.
            long restart = found < 0 ? range[1] : Math.max(found, range[0]);
            partitions.put(partition.partition(), new OffsetRange(range[0], range[1], restart));
        });
        return new TopicFacts(topic.name(), topic.topicId().toString(), partitions);
    }

    /** Made when it is first needed: before, the broker may have no address yet. */
    synchronized Admin admin() {
        if (admin == null) {
            Map<String, Object> config = new HashMap<>(kafka);
            config.keySet().retainAll(AdminClientConfig.configNames());
            config.put(AdminClientConfig.CLIENT_ID_CONFIG, "tally-probe");
            admin = Admin.create(config);
        }
        return admin;
    }

    @PreDestroy
    synchronized void close() {
        if (admin != null) {
            admin.close(CLOSE_TIMEOUT);
        }
    }
}
