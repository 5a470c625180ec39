package io.tally.publish;

import io.tally.window.Batch;
import io.tally.window.Shard;
import io.tally.window.Waiting;
import io.tally.window.WindowStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Brings what the windows hold into the database, exactly once. Rounds run one after another on one thread; at most one
 * transaction of batches is under way, and it stays under way until its outcome is known.
 *
 * <pre>
 *              due                       answer
 *   RESTING ─────────▶ UNDER WAY ──────────────────▶ RESTING      all went in
 *       no answer, or   │     ▲
 *      one was fenced   ▼     │ sequence unmoved: send it again
 *                      UNCERTAIN ──────────────────▶ RESTING      sequence moved: it was committed
 *                               read the marks back               anything else: fenced, or the database went back: dropped
 *
 *   an answer that refuses the rows: nothing was committed, nor would it be the next time: dropped
 * </pre>
 */
public final class Publisher {

    private static final Logger LOG = Logger.getLogger(Publisher.class);

    private static final Duration MARK_CHECK_INTERVAL = Duration.ofSeconds(30);
    private static final Duration FIRST_RETRY = Duration.ofMillis(100);
    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(5);
    /** While catching up, at most a fifth of the time goes into publishing, so that corrections collapse in memory. */
    private static final int CATCH_UP_FACTOR = 4;

    private static final Duration CATCH_UP_SHORTEST = Duration.ofSeconds(1);
    private static final Duration CATCH_UP_LONGEST = Duration.ofSeconds(30);

    private final WindowStore store;
    private final Ledger ledger;
    private final InstantSource clock;
    private final Executor executor;

    private List<Batch> underWay = List.of();
    private boolean uncertain;
    /** Whether the last batches were: a database that answers is no recovery then, only rows that it takes are. */
    private boolean refused;

    private long sentAtMs;
    private long retryNotBeforeMs;
    private long restUntilMs;
    private long nextMarkCheckMs;
    private Duration retryAfter = FIRST_RETRY;
    private volatile long answerDueMs;
    private volatile PublishingState state = PublishingState.INITIAL;

    /** @param executor runs one task at a time; every round starts on it */
    public Publisher(WindowStore store, Ledger ledger, InstantSource clock, Executor executor) {
        this.store = store;
        this.ledger = ledger;
        this.clock = clock;
        this.executor = executor;
    }

    /**
     * One round: settles what is uncertain, else publishes what is due. The stage completes when the round is over, never
     * with a failure; what failed is tried again by a later round.
     */
    public CompletionStage<Void> round() {
        long nowMs = clock.millis();
        if (Waiting.lasts(nowMs, retryNotBeforeMs, SLOWEST_RETRY.toMillis())
                || Waiting.lasts(nowMs, restUntilMs, CATCH_UP_LONGEST.toMillis())
                        && !store.isCrowded()
                        && !hasCaughtUp()) {
            return done();
        }
        if (uncertain) {
            return settle();
        }
        if (!Waiting.lasts(nowMs, nextMarkCheckMs, MARK_CHECK_INTERVAL.toMillis())) {
            return checkMarks().thenComposeAsync(ok -> ok ? publishDue() : done(), executor);
        }
        return publishDue();
    }

    /** When the transaction under way has its answer, or is given up, epoch ms, 0 for none; safe to read from any thread. */
    long answerDueMs() {
        return answerDueMs;
    }

    /** The latest state; safe to read from any thread. */
    public PublishingState state() {
        return state;
    }

    private CompletionStage<Void> publishDue() {
        underWay = store.take(clock.millis());
        return underWay.isEmpty() ? done() : send();
    }

    private CompletionStage<Void> send() {
        sentAtMs = clock.millis();
        answerDueMs = sentAtMs + PublishTransaction.longest(underWay).toMillis();
        uncertain = true;
        return ledger.publish(underWay)
                .handleAsync(
                        (isIn, failure) -> {
                            if (failure == null) {
                                return isIn ? finish() : settle();
                            }
                            if (Failures.cause(failure) instanceof Ledger.RefusedException) {
                                giveUp(failure);
                            } else {
                                failed("publishing failed, outcome unknown", failure);
                            }
                            return done();
                        },
                        executor)
                .thenCompose(stage -> stage);
    }

    /** Read again from the checkpoints, the rows come with whatever has been corrected since. */
    private void giveUp(Throwable refusal) {
        refused = true;
        failed("publishing failed", refusal);
        settled().forEach(batch -> abandon(batch, "its rows were refused"));
    }

    /** Nothing is under way any more. */
    private List<Batch> settled() {
        List<Batch> batches = underWay;
        underWay = List.of();
        uncertain = false;
        answerDueMs = 0;
        return batches;
    }

    private CompletionStage<Void> finish() {
        settled().forEach(this::confirm);
        rest();
        return done();
    }

    private CompletionStage<Void> settle() {
        Set<Integer> partitions = underWay.stream().map(Batch::partition).collect(Collectors.toSet());
        return ledger.marks(partitions)
                .handleAsync(
                        (marks, failure) -> {
                            if (failure != null) {
                                failed("reading the outcome back failed", failure);
                                return done();
                            }
                            return resolve(marks);
                        },
                        executor)
                .thenCompose(stage -> stage);
    }

    private CompletionStage<Void> resolve(Map<Integer, Ledger.Mark> marks) {
        List<Batch> unmoved = new ArrayList<>();
        for (Batch batch : underWay) {
            Ledger.Mark mark = marks.get(batch.partition());
            if (mark == null || !batch.owner().equals(mark.owner())) {
                abandon(batch, "fenced: another engine owns the partition, or its results were filled again");
            } else if (mark.sequence() == batch.next().sequence()) {
                confirm(batch);
            } else if (mark.sequence() != batch.expectedSequence()) {
                abandon(batch, "the database went back in time, sequence=" + mark.sequence());
            } else if (!store.isCurrent(batch)) {
                abandon(batch, "no longer owned");
            } else {
                unmoved.add(batch);
            }
        }
        settled();
        underWay = unmoved;
        if (unmoved.isEmpty()) {
            rest();
            return done();
        }
        return send();
    }

    /** Compares the marks of all owned partitions: a quiet one would otherwise never notice that it was fenced. */
    private CompletionStage<Boolean> checkMarks() {
        List<Shard> shards = List.copyOf(store.shards());
        nextMarkCheckMs = clock.millis() + MARK_CHECK_INTERVAL.toMillis();
        if (shards.isEmpty()) {
            // Nothing is waiting for the database any more.
            answered();
            return CompletableFuture.completedFuture(true);
        }
        return ledger.marks(shards.stream().map(Shard::partition).collect(Collectors.toSet()))
                .handleAsync(
                        (marks, failure) -> {
                            if (failure != null) {
                                failed("comparing checkpoints failed", failure);
                                return false;
                            }
                            shards.forEach(shard -> compare(shard, marks.get(shard.partition())));
                            answered();
                            return true;
                        },
                        executor);
    }

    private void compare(Shard shard, Ledger.Mark mark) {
        Ledger.Mark expected = new Ledger.Mark(shard.owner(), shard.sequence());
        if (!expected.equals(mark)) {
            LOG.warnf(
                    "partition dropped, its checkpoint is not ours any more, partition=%d expected=%s found=%s",
                    shard.partition(), expected, mark);
            store.drop(shard);
        }
    }

    private void abandon(Batch batch, String why) {
        LOG.warnf("partition dropped, %s partition=%d", why, batch.partition());
        store.abandoned(batch);
    }

    private void confirm(Batch batch) {
        refused = false;
        store.published(batch);
        state = state.published(clock.millis(), sentAtMs, batch);
    }

    /** A batch is settled: goes on after a while, or as soon as nothing is left to read or memory is short. */
    private void rest() {
        answered();
        long nowMs = clock.millis();
        restUntilMs = nowMs
                + Math.clamp(
                        CATCH_UP_FACTOR * (nowMs - sentAtMs),
                        CATCH_UP_SHORTEST.toMillis(),
                        CATCH_UP_LONGEST.toMillis());
    }

    private boolean hasCaughtUp() {
        return store.shards().stream().allMatch(shard -> shard.progress().drained());
    }

    private void answered() {
        if (state.failing() && !refused) {
            LOG.infof("the database answers again, after %d ms", clock.millis() - state.failingSinceMs());
            state = state.recovered();
        }
        retryAfter = FIRST_RETRY;
    }

    private void failed(String what, Throwable failure) {
        long nowMs = clock.millis();
        if (state.failing()) {
            LOG.debugf("%s: %s", what, failure);
        } else {
            LOG.warnf("%s, trying again until it works: %s", what, Failures.describe(failure));
        }
        state = state.failed(nowMs, Failures.describe(failure));
        retryNotBeforeMs = nowMs + retryAfter.toMillis();
        retryAfter =
                retryAfter.multipliedBy(2).compareTo(SLOWEST_RETRY) < 0 ? retryAfter.multipliedBy(2) : SLOWEST_RETRY;
        nextMarkCheckMs = 0;
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedFuture(null);
    }
}
