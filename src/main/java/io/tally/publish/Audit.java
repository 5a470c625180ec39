package io.tally.publish;

import io.tally.publish.AuditSides.Comparison;
import io.tally.window.DataLoss;
import io.tally.window.Topic;
import io.tally.window.Waiting;
import io.tally.window.WindowStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Compares the results with the source, to find what no engine can prevent: changes that the connector lost. A
 * difference may just be a change on its way, so it counts only if it is still the same after everything that had been
 * written when it was seen has gone all the way, and neither the row nor the source's rows in it were written meanwhile: one that
 * gets another key is missing for a moment, and if it gets one twice, it is missing twice.
 *
 * <pre>
 *   RESTING ──differences──▶ SUSPICION ──the connector has passed that place──▶ the topic's ends are noted
 *      ▲                                                                               │ all partitions published up to them
 *      └──────────── the same differences again: data loss; none: clean ◀────────────┘
 * </pre>
 */
final class Audit {

    private static final Logger LOG = Logger.getLogger(Audit.class);

    /** A comparison may take this share of the database's time. */
    private static final int SHARE = 100;

    /** Pause between two fills: a difference that comes back is not cured by another fill. */
    private static final Duration REBUILD_INTERVAL = Duration.ofHours(1);

    private static final int DIFFERENCES_NAMED = 3;

    private static final String CAUSES =
            ". A change was lost on the way: look at the dead letters, and at the connector's log for skipped records";

    /** Whether everything has to be compared, because rows of the source may have changed without a record. */
    interface FullAudit {

        boolean isOwed();

        /**
         * Takes note that it was done, of every row, and nothing was found; answers when that is written down.
         *
         * @param lsn the place in the source's log up to which everything was compared
         */
        CompletionStage<Void> done(long lsn);
    }

    private final AuditSides sides;
    private final FullAudit whole;
    private final Topic topic;
    private final WindowStore store;
    private final ResultTable table;
    private final Duration every;
    private final boolean rebuilds;
    private final InstantSource clock;
    private final Executor executor;

    private Comparison suspicion;
    private Map<Integer, Long> ends;
    /** Whether the comparison under way, or the last one, is of everything. */
    private boolean everything;

    private long nextRunMs;
    private long restMs;
    private long nextRebuildMs;
    private volatile AuditState state = AuditState.INITIAL;

    /**
     * @param every time between comparisons; longer if they are expensive
     * @param rebuilds whether rows that are wrong are built again, or only reported
     * @param executor runs one task at a time; every step starts on it
     */
    Audit(
            AuditSides sides,
            FullAudit whole,
            Topic topic,
            WindowStore store,
            Duration every,
            boolean rebuilds,
            InstantSource clock,
            Executor executor) {
        this.sides = sides;
        this.whole = whole;
        this.topic = topic;
        this.store = store;
        this.table = new ResultTable(store.settings().view());
        this.every = every;
        this.rebuilds = rebuilds;
        this.clock = clock;
        this.executor = executor;
    }

    AuditState state() {
        return state;
    }

    /** Does what is due. The stage fails if the database or the broker does not answer; the next step tries again. */
    CompletionStage<Void> step() {
        if (store.shard(0) == null) {
            suspicion = null;
            state = state.waiting("done by the instance of the engine that has partition 0");
            return done();
        }
        if (suspicion != null) {
            return ends == null ? awaitConnector() : awaitPublished();
        }
        boolean asked = whole.isOwed();
        if (Waiting.lasts(clock.millis(), nextRunMs, restMs) && (!asked || everything)) {
            return done();
        }
        everything = asked;
        return compare();
    }

    private CompletionStage<Void> compare() {
        return timed(sides.compare(everything))
                .thenComposeAsync(
                        comparison -> {
                            if (comparison.untilMs() == null) {
                                state = state.waiting("no window is final yet");
                            } else if (comparison.differences().isEmpty()) {
                                return clean(comparison, 0);
                            } else {
                                suspicion = comparison;
                                ends = null;
                                state = state.checking(comparison.differences().size());
                            }
                            return done();
                        },
                        executor);
    }

    /** @param unsettled groups that differed, and were written while it was waited for them */
    private CompletionStage<Void> clean(Comparison comparison, int unsettled) {
        String rest = null;
        if (comparison.isCut()) {
            rest = "windows after that were not compared: too many rows differed for a moment";
        } else if (unsettled > 0) {
            rest = unsettled
                    + " rows were written again while they were compared, so they are left to the next comparison";
        }
        state = state.clean(comparison.untilMs(), rest);
        return everything && rest == null ? whole.done(comparison.lsn()) : done();
    }

    private CompletionStage<Comparison> timed(CompletionStage<Comparison> compared) {
        long startedMs = clock.millis();
        return compared.whenCompleteAsync(
                (comparison, failure) -> {
                    long nowMs = clock.millis();
                    long tookMs = nowMs - startedMs;
                    restMs = Math.max(every.toMillis(), SHARE * tookMs);
                    nextRunMs = nowMs + restMs;
                    state = state.compared(nowMs, tookMs);
                },
                executor);
    }

    private CompletionStage<Void> awaitConnector() {
        return sides.isCaptured(suspicion.lsn()).thenComposeAsync(captured -> captured ? noteEnds() : done(), executor);
    }

    private CompletionStage<Void> noteEnds() {
        return topic.facts()
                .thenAcceptAsync(
                        facts -> {
                            ends = new HashMap<>();
                            facts.partitions().forEach((partition, range) -> ends.put(partition, range.end()));
                        },
                        executor);
    }

    private CompletionStage<Void> awaitPublished() {
        return sides.arePublished(ends).thenComposeAsync(published -> published ? compareAgain() : done(), executor);
    }

    private CompletionStage<Void> compareAgain() {
        return timed(sides.compareAgain(suspicion.differences()))
                .thenComposeAsync(
                        again -> {
                            Comparison first = suspicion;
                            suspicion = null;
                            if (!first.fillId().equals(again.fillId()) || again.untilMs() == null) {
                                state = state.waiting("it was filled again meanwhile");
                                return done();
                            }
                            List<Difference> lasting = new ArrayList<>(first.differences());
                            lasting.retainAll(new HashSet<>(again.differences()));
                            if (lasting.isEmpty()) {
                                return clean(first, again.differences().size());
                            }
                            report(lasting, again);
                            return done();
                        },
                        executor);
    }

    private void report(List<Difference> differences, Comparison comparison) {
        long nowMs = clock.millis();
        String what = "%d rows of %s differ from %s, though everything written has been"
                        .formatted(
                                differences.size(),
                                store.settings().view().name(),
                                store.settings().view().sourceName())
                + " applied";
        state = state.different(differences.size(), what + ": " + describe(differences));
        // Logs are read by more people than the page, and kept for longer: they say which minutes, not whose sales.
        what += ": " + describeWindows(differences);
        boolean cured = Waiting.lasts(nowMs, nextRebuildMs, REBUILD_INTERVAL.toMillis());
        if (!rebuilds) {
            LOG.warn(what + CAUSES
                    + ". tally.on-data-loss=stop: start once with tally.rebuild=true to build them again");
        } else if (comparison.fillOwed()) {
            LOG.warn(what + ". They are built again when the fill comes that is owed for another reason");
        } else if (cured) {
            LOG.warn(what + CAUSES + ". They were built again less than an hour ago, so they are left as they are");
        } else {
            LOG.warn(what + CAUSES + ". They are built again");
            nextRebuildMs = nowMs + REBUILD_INTERVAL.toMillis();
            store.loseData(new DataLoss(DataLoss.Reason.AUDIT, what, comparison.fillId()));
        }
    }

    private static String describeWindows(List<Difference> differences) {
        List<Instant> windows = differences.stream()
                .map(difference -> difference.group().windowStart())
                .distinct()
                .toList();
        return windows.size() + (windows.size() == 1 ? " window" : " windows") + " from " + windows.getFirst() + " to "
                + windows.getLast();
    }

    private String describe(List<Difference> differences) {
        String named = differences.stream()
                .limit(DIFFERENCES_NAMED)
                .map(difference -> difference.inWords(table))
                .collect(Collectors.joining("; "));
        return differences.size() > DIFFERENCES_NAMED ? named + "; …" : named;
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedStage(null);
    }
}
