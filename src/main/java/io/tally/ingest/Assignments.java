package io.tally.ingest;

import io.tally.window.Checkpoint;
import io.tally.window.DataLoss;
import io.tally.window.TakeoverException;
import io.tally.window.Topic;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jboss.logging.Logger;

/**
 * The partitions that the group has assigned to one consumer, and what becomes of them for each view over their topic. One
 * view's trouble is its own: the others read on. Everything runs on the thread that polls, the rebalance callbacks included.
 */
final class Assignments implements Reading, ConsumerRebalanceListener {

    private static final Logger LOG = Logger.getLogger(Assignments.class);

    private static final String JOINING = "joining the consumer group";

    private final Consumer<ByteBuffer, ByteBuffer> consumer;
    private final List<ViewInput> views;
    private final CatchUp catchUp;
    private final java.util.function.Consumer<Refusal> refused;

    private final Map<String, TopicLook> looks = new TreeMap<>();
    private final Map<TopicPartition, AssignedPartition> assigned = new TreeMap<>(PartitionReader.BY_NAME);
    private final CommittedOffsets committed;
    private final Problems topicProblems = new Problems();
    private final Problems viewProblems = new Problems();
    private boolean joined;

    /**
     * @param topics asks the broker about a topic
     * @param catchUp takes shards that are behind
     * @param refused hears that this engine must not run, for the only view that it has
     */
    Assignments(
            Consumer<ByteBuffer, ByteBuffer> consumer,
            List<ViewInput> views,
            Function<String, Topic> topics,
            CatchUp catchUp,
            java.util.function.Consumer<Refusal> refused) {
        this.consumer = consumer;
        this.views = views;
        this.catchUp = catchUp;
        this.refused = refused;
        this.committed = new CommittedOffsets(consumer);
        for (ViewInput view : views) {
            looks.computeIfAbsent(view.topic(), name -> new TopicLook(name, topics.apply(name)));
        }
        looks.keySet().forEach(topic -> topicProblems.note(topic, JOINING));
    }

    @Override
    public void begin() {
        consumer.subscribe(looks.keySet(), this);
    }

    // ---- the group -------------------------------------------------------------------------------------------------

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        joined = true;
        looks.values().forEach(TopicLook::hurry);
        for (TopicPartition partition : partitions) {
            assigned.put(partition, new AssignedPartition(consumer, this, catchUp, partition, views));
        }
        if (!partitions.isEmpty()) {
            LOG.infof("partitions assigned: %s", names(partitions));
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            AssignedPartition gone = assigned.remove(partition);
            if (gone != null) {
                gone.drop();
            }
        }
        if (!partitions.isEmpty()) {
            LOG.infof("partitions revoked: %s", names(partitions));
        }
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        onPartitionsRevoked(partitions);
    }

    // ---- before a poll ---------------------------------------------------------------------------------------------

    @Override
    public void advance(boolean pollIsOut, long nowMs) {
        looks.values().forEach(look -> lookAt(look, nowMs));
        assigned.values().forEach(one -> one.noticeEnded(nowMs));
        viewPartitions().filter(ViewPartition::hasLoaded).forEach(one -> finishLoading(one, nowMs));
        views.forEach(view -> startLoading(view, nowMs));
        for (AssignedPartition one : assigned.values()) {
            one.place(nowMs);
            one.setPaused(pollIsOut, nowMs);
        }
        committed.step(assigned.values(), nowMs);
    }

    @Override
    public boolean isIdle() {
        return false;
    }

    /** Finds out whether there is a topic at all, and whether it is still the same. */
    private void lookAt(TopicLook look, long nowMs) {
        String before = look.topicId();
        if (look.step(nowMs)) {
            List<AssignedPartition> partitions = assigned.values().stream()
                    .filter(one -> one.partition().topic().equals(look.name()))
                    .toList();
            if (look.isAnother()) {
                LOG.warnf("the topic was deleted and made again, id=%s before=%s", look.topicId(), before);
                partitions.forEach(one -> one.reloadAll(nowMs));
            }
            if (look.hasFacts()) {
                partitions.forEach(one -> one.noteEnd(look.end(one.partition().partition())));
            }
            if (partitions.isEmpty()) {
                sayWhyThereIsNone(look);
            }
        } else if (joining() && look.isSilent(nowMs)) {
            topicProblems.say(
                    look.name(),
                    Logger.Level.WARN,
                    "Kafka does not answer yet, trying on: KAFKA_BOOTSTRAP_SERVERS says where it is");
        }
    }

    private void sayWhyThereIsNone(TopicLook look) {
        Throwable failure = look.failure();
        if (failure == null && joined) {
            topicProblems.clear(look.name());
        } else if (failure == null) {
            topicProblems.note(look.name(), JOINING);
        } else if (failure instanceof UnknownTopicOrPartitionException) {
            topicProblems.say(
                    look.name(),
                    Logger.Level.INFO,
                    "the topic is not there yet: the connector makes it with the first row");
        } else {
            topicProblems.say(
                    look.name(),
                    Logger.Level.WARN,
                    "Kafka does not answer, trying again: " + KafkaFailures.describe(failure));
        }
    }

    private void startLoading(ViewInput view, long nowMs) {
        Map<Integer, ViewPartition> due = new HashMap<>();
        viewPartitions()
                .filter(one -> one.view() == view && one.isDueToLoad(nowMs))
                .forEach(one -> due.put(one.partition().partition(), one));
        if (due.isEmpty()) {
            return;
        }
        DataLoss lost = due.values().stream()
                .map(ViewPartition::lost)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        CompletableFuture<List<Checkpoint>> loading = view.checkpoints()
                .takeOver(
                        Set.copyOf(due.keySet()),
                        partition -> !due.get(partition).isGone(),
                        looks.get(view.topic()).topic(),
                        lost)
                .toCompletableFuture();
        due.values().forEach(one -> one.load(loading));
    }

    private void finishLoading(ViewPartition one, long nowMs) {
        try {
            one.startReading(nowMs);
            topicProblems.clear(one.view().topic());
            viewProblems.clear(one.view().view());
        } catch (CompletionException e) {
            failLoading(one, e.getCause(), nowMs);
        }
    }

    private void failLoading(ViewPartition one, Throwable failure, long nowMs) {
        String view = one.view().view();
        topicProblems.clear(one.view().topic());
        if (!(failure instanceof TakeoverException takeover)) {
            one.retryLater(failure.getMessage(), nowMs);
            viewProblems.say(view, Logger.Level.WARN, "partitions cannot be taken over yet, trying again: " + failure);
            return;
        }
        switch (takeover.kind()) {
            case WAIT -> {
                one.retryLater(takeover.getMessage(), nowMs);
                viewProblems.say(view, Logger.Level.INFO, takeover.getMessage());
            }
            case STOP -> {
                one.stop(takeover);
                viewProblems.say(view, Logger.Level.ERROR, takeover.getMessage());
            }
            case REFUSE -> {
                one.stop(takeover);
                if (views.size() == 1) {
                    refused.accept(new Refusal(takeover.getMessage()));
                } else {
                    viewProblems.say(view, Logger.Level.ERROR, takeover.getMessage());
                }
            }
        }
    }

    private Stream<ViewPartition> viewPartitions() {
        return assigned.values().stream().flatMap(one -> one.views().stream());
    }

    // ---- after a poll ----------------------------------------------------------------------------------------------

    @Override
    public Map<TopicPartition, List<Feed>> feeds() {
        return assigned.values().stream()
                .collect(Collectors.toMap(AssignedPartition::partition, AssignedPartition::feeds));
    }

    @Override
    public void observe(long nowMs) {
        assigned.values().forEach(one -> one.observe(nowMs));
    }

    @Override
    public void observeLag() {
        assigned.values().forEach(AssignedPartition::observeLag);
    }

    @Override
    public void outOfRange(Set<TopicPartition> partitions, long nowMs) {
        for (TopicPartition partition : partitions) {
            AssignedPartition one = assigned.get(partition);
            if (one != null) {
                LOG.warnf("offset out of range, topic=%s partition=%d", partition.topic(), partition.partition());
                one.reloadFed(nowMs);
            }
        }
    }

    @Override
    public void truncated(Set<TopicPartition> partitions, long nowMs) {
        for (TopicPartition partition : partitions) {
            AssignedPartition one = assigned.get(partition);
            if (one != null) {
                one.feeds().forEach(Feed::loseToTruncation);
            }
        }
    }

    @Override
    public void reloadAll(long nowMs) {
        assigned.values().forEach(one -> one.reloadAll(nowMs));
    }

    @Override
    public boolean joining() {
        return topicProblems.areAll(JOINING) && viewProblems.first() == null;
    }

    /** Where some have stopped for good, that is what counts. */
    @Override
    public String problem() {
        return viewPartitions()
                .map(ViewPartition::stoppedBecause)
                .filter(Objects::nonNull)
                .findFirst()
                .or(() -> Optional.ofNullable(topicProblems.first()))
                .orElse(viewProblems.first());
    }

    @Override
    public List<ReaderState.Partition> states() {
        return viewPartitions().map(ViewPartition::state).toList();
    }

    private static List<TopicPartition> names(Collection<TopicPartition> partitions) {
        return partitions.stream().sorted(PartitionReader.BY_NAME).toList();
    }
}
