package io.tally.ingest;

import io.tally.window.OffsetRange;
import io.tally.window.Topic;
import io.tally.window.TopicFacts;
import io.tally.window.Waiting;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** A look at a topic every five seconds: whether it is there, whether it is the same, and where its partitions end. */
final class TopicLook {

    private static final Duration INTERVAL = Duration.ofSeconds(5);
    /** An answer that takes longer than this is worth a line at the start. */
    private static final long SILENCE_MS = 1_000;

    private final String name;
    private final Topic topic;
    private CompletableFuture<TopicFacts> looking;
    private TopicFacts facts;
    private Throwable failure;
    private String topicId;
    private boolean isAnother;
    private long sinceMs;
    private long nextMs;

    TopicLook(String name, Topic topic) {
        this.name = name;
        this.topic = topic;
    }

    String name() {
        return name;
    }

    Topic topic() {
        return topic;
    }

    /** Looks again at once. */
    void hurry() {
        nextMs = 0;
    }

    /** Asks when it is time. Returns whether an answer has come since it was called last. */
    boolean step(long nowMs) {
        boolean answered = looking != null && looking.isDone();
        if (answered) {
            take(looking);
            looking = null;
        }
        if (looking == null && !Waiting.lasts(nowMs, nextMs, INTERVAL.toMillis())) {
            nextMs = nowMs + INTERVAL.toMillis();
            looking = topic.facts().toCompletableFuture();
            sinceMs = nowMs;
        }
        return answered;
    }

    private void take(CompletableFuture<TopicFacts> answer) {
        failure = answer.isCompletedExceptionally() ? answer.exceptionNow() : null;
        facts = failure == null ? answer.resultNow() : null;
        isAnother = facts != null && topicId != null && !facts.topicId().equals(topicId);
        if (facts != null) {
            topicId = facts.topicId();
        }
    }

    /** Why the last one failed, or null. */
    Throwable failure() {
        return failure;
    }

    /** Whether the last one found another topic than those before: consumers go on with it as if it were the same. */
    boolean isAnother() {
        return isAnother;
    }

    String topicId() {
        return topicId;
    }

    boolean isSilent(long nowMs) {
        return looking != null && nowMs - sinceMs > SILENCE_MS;
    }

    /** Whether the last one succeeded, and so the ends are known. */
    boolean hasFacts() {
        return facts != null;
    }

    /** Where a partition ended at the last look, or -1. */
    long end(int partition) {
        OffsetRange range = facts.partitions().get(partition);
        return range == null ? -1 : range.end();
    }
}
