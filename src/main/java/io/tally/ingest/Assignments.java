package io.tally.ingest;

import io.tally.window.Checkpoint;
import io.tally.window.Checkpoints;
import io.tally.window.LostGround;
import io.tally.window.OffsetRange;
import io.tally.window.Shard;
import io.tally.window.TakeoverException;
import io.tally.window.Topic;
import io.tally.window.TopicFacts;
import io.tally.window.Waiting;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jboss.logging.Logger;

/**
 * The partitions of one consumer: from assignment over their checkpoint to a shard that reads, and back. Everything runs
 * on the thread that polls, the rebalance callbacks included.
 *
 * <pre>
 *   assigned ──▶ LOADING ──checkpoint──▶ READING ──revoked──▶ gone
 *                 ▲   │ ▲                   │
 *                 └───┘ └───────────────────┘
 *             try again   shard dropped, or ground lost
 *                     │
 *                     └──ground lost, and the settings say stop──▶ STOPPED
 * </pre>
 */
final class Assignments implements ConsumerRebalanceListener {

    private static final Logger LOG = Logger.getLogger(Assignments.class);

    private static final String JOINING = "joining the consumer group";

    private static final Duration COMMIT_INTERVAL = Duration.ofSeconds(5);
    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(5);
    /** An answer that takes longer than this is worth a line at the start. */
    private static final long SILENCE_MS = 1_000;

    private static final long FIRST_RETRY_MS = 250;
    private static final long SLOWEST_RETRY_MS = 5_000;

    /** One assignment of one partition. */
    private static final class Assigned {
        final TopicPartition partition;
        ReaderState.Phase phase = ReaderState.Phase.LOADING;
        CompletableFuture<List<Checkpoint>> loading;
        Shard shard;
        LostGround lost;
        String stoppedBecause;
        boolean paused = true;
        long retryAtMs;
        long retryDelayMs = FIRST_RETRY_MS;
        long lagRecords = -1;
        /** Where the partition ended as the topic was looked at last, or -1. */
        long endOffset = -1;

        long committedOffset = -1;

        Assigned(TopicPartition partition) {
            this.partition = partition;
        }
    }

    private final Consumer<ByteBuffer, ByteBuffer> consumer;
    private final Checkpoints checkpoints;
    private final Topic topic;
    private final WindowStore store;
    private final WindowSettings settings;
    private final java.util.function.Consumer<Refusal> refused;

    private final Map<Integer, Assigned> assigned = new TreeMap<>();
    private CompletableFuture<TopicFacts> looking;
    private long lookingSinceMs;
    private String topicId;
    private String problem = JOINING;
    private boolean joined;
    private long nextCommitMs;
    private long nextLookMs;

    Assignments(
            Consumer<ByteBuffer, ByteBuffer> consumer,
            Checkpoints checkpoints,
            Topic topic,
            WindowStore store,
            WindowSettings settings,
            java.util.function.Consumer<Refusal> refused) {
        this.consumer = consumer;
        this.checkpoints = checkpoints;
        this.topic = topic;
        this.store = store;
        this.settings = settings;
        this.refused = refused;
    }

    // ---- the group -------------------------------------------------------------------------------------------------

    /** Positions come from checkpoints, never from the group: until one is there, nothing is fetched. */
    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        joined = true;
        nextLookMs = 0;
        for (TopicPartition partition : partitions) {
            consumer.seek(partition, 0);
            assigned.put(partition.partition(), new Assigned(partition));
        }
        consumer.pause(partitions);
        if (!partitions.isEmpty()) {
            LOG.infof("partitions assigned: %s", numbers(partitions));
        }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        for (TopicPartition partition : partitions) {
            Assigned gone = assigned.remove(partition.partition());
            if (gone != null && gone.shard != null) {
                store.drop(gone.shard);
            }
        }
        if (!partitions.isEmpty()) {
            LOG.infof("partitions revoked: %s", numbers(partitions));
        }
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
        onPartitionsRevoked(partitions);
    }

    // ---- before a poll ---------------------------------------------------------------------------------------------

    /**
     * Moves every assignment on as far as it goes now.
     *
     * @param pollIsOut whether the last poll is still in use, so that no further one may hold records
     */
    void advance(boolean pollIsOut, long nowMs) {
        lookAtTopic(nowMs);
        for (Assigned one : assigned.values()) {
            if (one.phase == ReaderState.Phase.READING) {
                noticeLoss(one, nowMs);
            }
            if (one.phase == ReaderState.Phase.LOADING && one.loading != null && one.loading.isDone()) {
                finishLoading(one, nowMs);
            }
        }
        startLoading(nowMs);
        boolean hasRoom = store.hasRoom();
        for (Assigned one : assigned.values()) {
            setPaused(one, pollIsOut || !mayRead(one, hasRoom));
        }
    }

    /** Finds out whether there is a topic at all, and whether it is still the same: consumers go on with another one. */
    private void lookAtTopic(long nowMs) {
        if (looking != null && looking.isDone()) {
            TopicFacts facts = looking.handle((found, failure) -> found).join();
            if (facts != null && !facts.topicId().equals(topicId)) {
                if (topicId != null) {
                    LOG.warnf("the topic was deleted and made again, id=%s before=%s", facts.topicId(), topicId);
                    reloadAll(nowMs);
                }
                topicId = facts.topicId();
            }
            if (facts != null) {
                noteEnds(facts);
            }
            if (assigned.isEmpty()) {
                sayWhyThereIsNone(looking);
            }
            looking = null;
        }
        if (looking != null && joining() && nowMs - lookingSinceMs > SILENCE_MS) {
            say(Logger.Level.WARN, "Kafka does not answer yet, trying on: KAFKA_BOOTSTRAP_SERVERS says where it is");
        }
        if (looking == null && !Waiting.lasts(nowMs, nextLookMs, LOOK_INTERVAL.toMillis())) {
            nextLookMs = nowMs + LOOK_INTERVAL.toMillis();
            looking = topic.facts().toCompletableFuture();
            lookingSinceMs = nowMs;
        }
    }

    private void noteEnds(TopicFacts facts) {
        for (Assigned one : assigned.values()) {
            OffsetRange range = facts.partitions().get(one.partition.partition());
            one.endOffset = range == null ? -1 : range.end();
        }
    }

    private void sayWhyThereIsNone(CompletableFuture<TopicFacts> look) {
        Throwable failure = look.handle((facts, e) -> e).join();
        if (failure == null) {
            problem = joined ? null : JOINING;
        } else if (rootCause(failure) instanceof UnknownTopicOrPartitionException) {
            say(Logger.Level.INFO, "the topic is not there yet: the connector makes it with the first order");
        } else {
            say(
                    Logger.Level.WARN,
                    "Kafka does not answer, trying again: " + KafkaFailures.describe(rootCause(failure)));
        }
    }

    private boolean mayRead(Assigned one, boolean hasRoom) {
        return one.phase == ReaderState.Phase.READING
                && (hasRoom || one.shard.progress().replaying())
                && store.mayRead(one.shard);
    }

    private void setPaused(Assigned one, boolean paused) {
        if (one.paused != paused) {
            one.paused = paused;
            if (paused) {
                consumer.pause(List.of(one.partition));
            } else {
                consumer.resume(List.of(one.partition));
            }
        }
    }

    private void noticeLoss(Assigned one, long nowMs) {
        LostGround lost = one.shard.progress().lostGround();
        if (lost != null) {
            if (!lost.needsOperator()) {
                LOG.warnf("ground lost, reason=%s: %s", lost.reason().code(), lost.explanation());
            }
            store.drop(one.shard);
            one.lost = lost;
        }
        if (one.shard.dropped()) {
            reload(one, nowMs);
        }
    }

    private void reload(Assigned one, long nowMs) {
        one.phase = ReaderState.Phase.LOADING;
        one.shard = null;
        one.loading = null;
        // Two engines that each believe to own the partition must not throw each other out all the time.
        one.retryAtMs = nowMs + one.retryDelayMs;
    }

    private void startLoading(long nowMs) {
        Map<Integer, Assigned> due = new HashMap<>();
        for (Assigned one : assigned.values()) {
            boolean idle = one.phase == ReaderState.Phase.LOADING && one.loading == null;
            if (idle && !Waiting.lasts(nowMs, one.retryAtMs, SLOWEST_RETRY_MS)) {
                due.put(one.partition.partition(), one);
            }
        }
        if (due.isEmpty()) {
            return;
        }
        LostGround lost = due.values().stream()
                .map(one -> one.lost)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        CompletableFuture<List<Checkpoint>> loading =
                checkpoints.takeOver(Set.copyOf(due.keySet()), topic, lost).toCompletableFuture();
        due.values().forEach(one -> one.loading = loading);
    }

    private void finishLoading(Assigned one, long nowMs) {
        try {
            Checkpoint checkpoint = one.loading.join().stream()
                    .filter(candidate -> candidate.partition() == one.partition.partition())
                    .findFirst()
                    .orElseThrow();
            startReading(one, checkpoint, nowMs);
        } catch (CompletionException e) {
            failLoading(one, rootCause(e), nowMs);
        }
    }

    private void startReading(Assigned one, Checkpoint checkpoint, long nowMs) {
        one.shard = new Shard(checkpoint, settings, nowMs);
        one.phase = ReaderState.Phase.READING;
        one.loading = null;
        one.lost = null;
        problem = null;
        store.add(one.shard);
        consumer.seek(one.partition, checkpoint.resumeOffset());
        LOG.infof(
                "partition taken over, partition=%d resumeOffset=%d position=%d",
                checkpoint.partition(), checkpoint.resumeOffset(), checkpoint.position());
    }

    private void failLoading(Assigned one, Throwable failure, long nowMs) {
        one.loading = null;
        one.retryAtMs = nowMs + one.retryDelayMs;
        one.retryDelayMs = Math.min(2 * one.retryDelayMs, SLOWEST_RETRY_MS);
        if (!(failure instanceof TakeoverException takeover)) {
            say(Logger.Level.WARN, "partitions cannot be taken over yet, trying again: " + failure);
            return;
        }
        switch (takeover.kind()) {
            case WAIT -> say(Logger.Level.INFO, takeover.getMessage());
            case STOP -> {
                stop(one, takeover);
                say(Logger.Level.ERROR, takeover.getMessage());
            }
            case REFUSE -> {
                stop(one, takeover);
                refused.accept(new Refusal(takeover.getMessage()));
            }
        }
    }

    private static void stop(Assigned one, TakeoverException why) {
        one.phase = ReaderState.Phase.STOPPED;
        one.stoppedBecause = why.getMessage();
    }

    /** Logs a problem once, not every time it is met again. */
    private void say(Logger.Level level, String message) {
        if (!message.equals(problem)) {
            LOG.log(level, message);
            problem = message;
        }
    }

    // ---- after a poll ----------------------------------------------------------------------------------------------

    /** The shards that read now, by partition. */
    Map<Integer, Shard> shards() {
        return assigned.values().stream()
                .filter(one -> one.phase == ReaderState.Phase.READING)
                .collect(Collectors.toMap(one -> one.partition.partition(), one -> one.shard));
    }

    /**
     * Tells the shards how far the consumer is. Only called when everything polled so far has been applied: the position
     * passes over markers and compacted records, and with it a replay can end and a partition be drained.
     */
    void observe(long nowMs) {
        for (Assigned one : assigned.values()) {
            if (one.phase == ReaderState.Phase.READING && !one.shard.dropped()) {
                observe(one, nowMs);
            }
        }
    }

    private void observe(Assigned one, long nowMs) {
        long position;
        try {
            position = consumer.position(one.partition, Duration.ZERO);
        } catch (TimeoutException e) {
            // The position is being validated against a new leader. It is the same afterwards.
            return;
        }
        one.lagRecords = consumer.currentLag(one.partition).orElse(-1);
        synchronized (one.shard) {
            if (one.shard.progress().lostGround() == null) {
                one.shard.passed(position);
            }
            // Of a paused partition nothing is fetched, so the consumer does not hear of what has come for it.
            if (!one.paused) {
                one.shard.drained(one.lagRecords == 0, nowMs);
            }
            one.shard.settle();
        }
        raiseLag(one);
        if (!one.shard.replaying()) {
            one.retryDelayMs = FIRST_RETRY_MS;
        }
    }

    /** Lets the lag grow while a poll is out: the shards cannot be told how far the consumer is, and it fetches nothing. */
    void observeLag() {
        for (Assigned one : assigned.values()) {
            if (one.phase == ReaderState.Phase.READING) {
                raiseLag(one);
            }
        }
    }

    private static void raiseLag(Assigned one) {
        if (one.paused && one.endOffset >= 0) {
            one.lagRecords = Math.max(
                    one.lagRecords, one.endOffset - one.shard.progress().position());
        }
    }

    /** The broker no longer has what was to be read next: the checkpoints are compared with it again. */
    void outOfRange(Set<TopicPartition> partitions, long nowMs) {
        for (TopicPartition partition : partitions) {
            Assigned one = assigned.get(partition.partition());
            if (one != null && one.shard != null) {
                LOG.warnf("offset out of range, partition=%d", partition.partition());
                store.drop(one.shard);
                reload(one, nowMs);
            }
        }
    }

    /** The broker has lost records that were read, and may have put others in their place. */
    void truncated(Set<TopicPartition> partitions, long nowMs) {
        for (TopicPartition partition : partitions) {
            Assigned one = assigned.get(partition.partition());
            if (one != null && one.shard != null) {
                String what = "the broker has lost records that were read, partition=" + partition.partition();
                LOG.warn(what);
                one.lost = new LostGround(LostGround.Reason.LOG_TRUNCATED, what, one.shard.bootstrapLsn());
                store.drop(one.shard);
                reload(one, nowMs);
            }
        }
    }

    /** Reads everything again from the checkpoints. */
    void reloadAll(long nowMs) {
        for (Assigned one : assigned.values()) {
            if (one.shard != null) {
                store.drop(one.shard);
                one.retryDelayMs = SLOWEST_RETRY_MS;
                reload(one, nowMs);
            }
        }
    }

    /** Commits the published resume offsets to the group, for lag tools only: they are never read to decide anything. */
    void commitForOthersToSee(long nowMs) {
        if (Waiting.lasts(nowMs, nextCommitMs, COMMIT_INTERVAL.toMillis())) {
            return;
        }
        nextCommitMs = nowMs + COMMIT_INTERVAL.toMillis();
        Map<TopicPartition, OffsetAndMetadata> moved = new HashMap<>();
        for (Assigned one : assigned.values()) {
            if (one.shard != null && one.shard.publishedResumeOffset() != one.committedOffset) {
                one.committedOffset = one.shard.publishedResumeOffset();
                moved.put(one.partition, new OffsetAndMetadata(one.committedOffset));
            }
        }
        if (!moved.isEmpty()) {
            consumer.commitAsync(moved, (offsets, failure) -> {
                if (failure != null) {
                    LOG.debugf("offsets not committed, lag tools show old ones: %s", failure);
                }
            });
        }
    }

    /** Whether nothing is known yet: neither the group nor the topic has answered. */
    boolean joining() {
        return JOINING.equals(problem);
    }

    /** What keeps partitions from being read, or null. Where some have stopped for good, that is what counts. */
    String problem() {
        return assigned.values().stream()
                .map(one -> one.stoppedBecause)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(problem);
    }

    List<ReaderState.Partition> states() {
        return assigned.values().stream()
                .map(one -> new ReaderState.Partition(one.partition.partition(), one.phase, one.lagRecords))
                .toList();
    }

    private static Throwable rootCause(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static List<Integer> numbers(Collection<TopicPartition> partitions) {
        return partitions.stream().map(TopicPartition::partition).sorted().toList();
    }
}
