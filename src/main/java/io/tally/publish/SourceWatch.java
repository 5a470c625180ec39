package io.tally.publish;

import io.tally.cdc.RowChange;
import io.tally.window.DataLoss;
import io.tally.window.Doubts;
import io.tally.window.FillId;
import io.tally.window.WindowStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/**
 * Looks at the source now and then, for what no record tells: a replica identity that is not FULL, another table, other
 * columns, rows gone without a trace, another system, a log that went back.
 *
 * <p>Each discovery is kept with the results, so that an engine that was down, or takes a partition over, knows it. The last
 * look itself is only written down when it matters: when something has changed, or when a row was taken back beyond the one
 * that is kept. A pipeline at rest writes nothing.
 */
public final class SourceWatch implements Audit.FullAudit {

    private static final Logger LOG = Logger.getLogger(SourceWatch.class);

    private final WindowStore store;
    private final Ledger ledger;
    private final LookRules rules;
    private final boolean needsOldRows;
    private final boolean fills;
    private final Executor executor;

    private Look latest;
    private FillId latestOf;
    private volatile SourceFindings findings = SourceFindings.NONE;
    private volatile boolean auditOwed;

    /** @param executor runs one task at a time */
    public SourceWatch(WindowStore store, Ledger ledger, PublishSettings settings, Executor executor) {
        this.store = store;
        this.ledger = ledger;
        this.rules = new LookRules(settings.view(), settings.needsOldRows());
        this.needsOldRows = settings.needsOldRows();
        this.fills = !settings.stopOnDataLoss();
        this.executor = executor;
    }

    /** Findings of the last look; safe to read from any thread. */
    public SourceFindings findings() {
        return findings;
    }

    /** Safe to call from any thread. */
    @Override
    public boolean isOwed() {
        return auditOwed;
    }

    @Override
    public CompletionStage<Void> done(long lsn) {
        return ledger.pipeline()
                .thenComposeAsync(
                        found -> {
                            auditOwed = false;
                            SourceState kept =
                                    found.flatMap(Ledger.Pipeline::source).orElse(null);
                            if (kept == null || !kept.auditOwed()) {
                                return nothing();
                            }
                            return ledger.remember(found.get().fillId(), kept, kept.audited(lsn))
                                    .thenAccept(remembered -> {});
                        },
                        executor);
    }

    /** Looks once. The stage fails if the source does not answer: that changes nothing. */
    public CompletionStage<Void> step() {
        // Before the look: what is read while it is under way may lie beyond the end of the log that it finds.
        Map<FillId, Long> readUpTo = new HashMap<>();
        store.shards()
                .forEach(
                        shard -> readUpTo.merge(shard.fillId(), shard.progress().newestLsn(), Math::max));
        return ledger.look()
                .whenCompleteAsync((seen, failure) -> noteAway(failure), executor)
                .thenComposeAsync(seen -> judge(seen, readUpTo), executor);
    }

    private void noteAway(Throwable failure) {
        if (Failures.cause(failure) instanceof Ledger.SourceAwayException away) {
            note(new SourceFindings(
                    findings.lsn(),
                    findings.standby(),
                    null,
                    findings.notFull(),
                    List.of("the source does not answer, results go on from the topic: " + away.getMessage())));
        }
    }

    /** @param readUpTo the highest place that a record had come from before, by the results that it was added to */
    private CompletionStage<Void> judge(Ledger.Seen seen, Map<FillId, Long> readUpTo) {
        Look now = seen.now();
        if (now.standby()) {
            note(new SourceFindings(now.lsn(), true, null, List.of(), List.of(LookRules.STANDBY)));
            return nothing();
        }
        if (seen.results().isEmpty()) {
            note(findings(seen, null));
            return nothing();
        }
        Ledger.Pipeline results = seen.results().get();
        SourceState kept = results.source().orElse(null);
        SourceState before = base(results.fillId(), kept);
        LookRules.Verdict verdict = rules.judge(before, now, reached(results.fillId(), readUpTo));
        if (verdict.lost() != null) {
            note(findings(seen, verdict.explanation()));
            store.loseData(new DataLoss(verdict.lost(), verdict.explanation(), results.fillId()));
            return nothing();
        }
        note(findings(seen, null));
        SourceState next = verdict.next();
        if (!hasNews(kept, next) && store.newestTakenBackLsn() < kept.look().lsn()) {
            believe(results.fillId(), next);
            return nothing();
        }
        return ledger.remember(results.fillId(), kept, next)
                .thenAcceptAsync(
                        remembered -> {
                            if (remembered) {
                                believe(results.fillId(), next);
                            }
                        },
                        executor);
    }

    /** An own look that found the same as the one that is kept vouches for more of the log. */
    private SourceState base(FillId fillId, SourceState kept) {
        boolean vouches = kept != null
                && latest != null
                && latestOf.equals(fillId)
                && latest.sameAs(kept.look())
                && latest.lsn() > kept.look().lsn();
        return vouches ? new SourceState(latest, kept.doubts(), kept.auditLsn(), kept.logStarts()) : kept;
    }

    private long reached(FillId fillId, Map<FillId, Long> readUpTo) {
        long reached = fillId.equals(latestOf) ? latest.lsn() : RowChange.NO_LSN;
        for (Map.Entry<FillId, Long> read : readUpTo.entrySet()) {
            if (read.getKey().isSameAs(fillId)) {
                reached = Math.max(reached, read.getValue());
            }
        }
        return reached;
    }

    private static boolean hasNews(SourceState kept, SourceState next) {
        return kept == null
                || !next.look().sameAs(kept.look())
                || !next.doubts().equals(kept.doubts())
                || next.auditLsn() != kept.auditLsn();
    }

    private void believe(FillId fillId, SourceState next) {
        latest = next.look();
        latestOf = fillId;
        auditOwed = next.auditOwed();
        store.doubt(new Doubts(fillId, next.look().lsn(), next.doubts()));
        if (fills && next.mended() && !store.owed().isEmpty()) {
            // It cannot come again, so there is nothing to wait for.
            store.loseData(new DataLoss(
                    DataLoss.Reason.REPLICA_IDENTITY,
                    "the replica identity is FULL again, after changes whose rows before were not known",
                    fillId));
        }
    }

    private SourceFindings findings(Ledger.Seen seen, String lost) {
        Look now = seen.now();
        List<String> problems = new ArrayList<>();
        List<String> notFull = needsOldRows ? now.notFull() : List.of();
        if (!notFull.isEmpty()) {
            problems.add(LookRules.notFull(notFull));
        }
        if (lost != null) {
            problems.add(lost);
        }
        return new SourceFindings(now.lsn(), false, seen.captured(), notFull, problems);
    }

    /** Logs a problem once, not at every look. */
    private void note(SourceFindings found) {
        found.problems().stream()
                .filter(problem -> !findings.problems().contains(problem))
                .forEach(LOG::warn);
        findings = found;
    }

    private static CompletionStage<Void> nothing() {
        return CompletableFuture.completedStage(null);
    }
}
