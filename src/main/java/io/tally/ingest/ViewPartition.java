package io.tally.ingest;

import io.tally.window.Checkpoint;
import io.tally.window.DataLoss;
import io.tally.window.Shard;
import io.tally.window.TakeoverException;
import io.tally.window.Waiting;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * One view's part of an assigned partition: from its checkpoint to a shard that reads, and back.
 *
 * <pre>
 *   assigned ──▶ LOADING ──checkpoint──▶ READING ──revoked──▶ gone
 *                 ▲   │ ▲                   │
 *                 └───┘ └───────────────────┘
 *             try again   shard dropped, or data lost
 *                     │
 *                     └──data lost, and the settings say stop──▶ STOPPED
 * </pre>
 */
final class ViewPartition {

    private static final Logger LOG = Logger.getLogger(ViewPartition.class);

    private static final long FIRST_RETRY_MS = 250;
    private static final long SLOWEST_RETRY_MS = 5_000;

    private final ViewInput view;
    private final TopicPartition partition;

    private ReaderState.Phase phase = ReaderState.Phase.LOADING;
    private CompletableFuture<List<Checkpoint>> loading;
    private Feed feed;
    private DataLoss lost;
    private String problem;
    private volatile boolean gone;
    private long readySinceMs;
    private long retryAtMs;
    private long retryDelayMs = FIRST_RETRY_MS;
    /** The next offset that its last shard needed, or -1. */
    private long position = -1;

    private long lagRecords = -1;

    ViewPartition(ViewInput view, TopicPartition partition) {
        this.view = view;
        this.partition = partition;
    }

    ViewInput view() {
        return view;
    }

    TopicPartition partition() {
        return partition;
    }

    /** Its shard with the one who feeds it, or null while it is not {@code READING}. */
    Feed feed() {
        return feed;
    }

    /** Why it stopped, or null if it has not. */
    String stoppedBecause() {
        return phase == ReaderState.Phase.STOPPED ? problem : null;
    }

    /** Why its results are worthless, as far as it has found that out, or null. */
    DataLoss lost() {
        return lost;
    }

    ReaderState.Partition state() {
        return new ReaderState.Partition(
                view.view(), partition.topic(), partition.partition(), phase, lagRecords, problem);
    }

    // ---- loading ---------------------------------------------------------------------------------------------------

    boolean isDueToLoad(long nowMs) {
        return phase == ReaderState.Phase.LOADING
                && loading == null
                && !Waiting.lasts(nowMs, retryAtMs, SLOWEST_RETRY_MS);
    }

    boolean isLoading() {
        return loading != null;
    }

    boolean hasLoaded() {
        return loading != null && loading.isDone();
    }

    void load(CompletableFuture<List<Checkpoint>> checkpoints) {
        loading = checkpoints;
    }

    /**
     * Begins with the checkpoint that has come.
     *
     * @throws java.util.concurrent.CompletionException if none has
     */
    void startReading(long nowMs) {
        CompletableFuture<List<Checkpoint>> loaded = loading;
        loading = null;
        Checkpoint checkpoint = loaded.join().stream()
                .filter(candidate -> candidate.partition() == partition.partition())
                .findFirst()
                .orElseThrow();
        Shard shard = new Shard(checkpoint, view.store().settings(), nowMs);
        feed = new Feed(view, partition, shard);
        phase = ReaderState.Phase.READING;
        problem = null;
        lost = null;
        readySinceMs = nowMs;
        view.store().add(shard);
        LOG.infof(
                "partition taken over, view=%s partition=%d resumeOffset=%d position=%d",
                view.view(), checkpoint.partition(), checkpoint.resumeOffset(), checkpoint.position());
    }

    /** @param why it cannot be read yet */
    void retryLater(String why, long nowMs) {
        problem = why;
        retryAtMs = nowMs + retryDelayMs;
        retryDelayMs = Math.min(2 * retryDelayMs, SLOWEST_RETRY_MS);
    }

    void stop(TakeoverException why) {
        phase = ReaderState.Phase.STOPPED;
        problem = why.getMessage();
    }

    // ---- the end ---------------------------------------------------------------------------------------------------

    /** Ends it: the group has taken the partition away. */
    void drop() {
        gone = true;
        if (feed != null) {
            feed.drop();
        }
    }

    /** Whether the group has taken the partition away; safe to call from any thread. */
    boolean isGone() {
        return gone;
    }

    // ---- reading ---------------------------------------------------------------------------------------------------

    /** Whether it has a shard that nobody feeds yet, or not any more. */
    boolean isReady() {
        return feed != null && feed.isFree();
    }

    long readySinceMs() {
        return readySinceMs;
    }

    /** Whether its shard has ended, of itself or because somebody dropped it. Says why, where that is worth a line. */
    boolean hasEnded() {
        if (feed == null) {
            return false;
        }
        DataLoss found = feed.lost();
        if (found != null) {
            if (!found.needsOperator()) {
                LOG.warnf(
                        "data lost, view=%s reason=%s: %s",
                        view.view(), found.reason().code(), found.explanation());
            }
            lost = found;
        }
        Throwable failure = feed.failure();
        if (failure != null) {
            LOG.errorf(failure, "records could not be applied, reading them again from the checkpoint, %s", feed);
            retryDelayMs = SLOWEST_RETRY_MS;
        }
        return found != null || feed.shard().dropped();
    }

    /** Reads again from the checkpoint, a moment later. */
    void reload(long nowMs) {
        feed.drop();
        feed = null;
        phase = ReaderState.Phase.LOADING;
        // Two engines that each believe to own the partition must not throw each other out all the time.
        retryAtMs = nowMs + retryDelayMs;
    }

    /** The same, after a failure that would come again at once. */
    void reloadSlowly(long nowMs) {
        retryDelayMs = SLOWEST_RETRY_MS;
        reload(nowMs);
    }

    /** @param end where the partition ends, or -1 if that is not known */
    void observe(long end) {
        noteLag(end);
        if (!feed.shard().replaying()) {
            retryDelayMs = FIRST_RETRY_MS;
        }
    }

    /**
     * The same, whether it has a shard or not: what waits to be taken over falls behind from where it was read last.
     */
    void noteLag(long end) {
        if (feed != null) {
            position = feed.position();
        }
        lagRecords = end < 0 || position < 0 ? -1 : Math.max(0, end - position);
    }
}
