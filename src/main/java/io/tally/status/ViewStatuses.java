package io.tally.status;

import io.tally.ingest.ReaderState;
import io.tally.ingest.Readers;
import io.tally.publish.AuditState;
import io.tally.publish.FillState;
import io.tally.publish.OwedFill;
import io.tally.publish.PublishingState;
import io.tally.publish.SourceFindings;
import io.tally.publish.Takeover;
import io.tally.publish.ViewEngine;
import io.tally.view.Measure;
import io.tally.view.ResultColumn;
import io.tally.view.RowFault;
import io.tally.view.View;
import io.tally.view.Window;
import io.tally.window.Progress;
import io.tally.window.RecordCounts;
import io.tally.window.RecordOutcome;
import io.tally.window.Shard;
import io.tally.window.WindowStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Puts together what the parts of a view's engine say about themselves. */
@ApplicationScoped
class ViewStatuses {

    private final Readers readers;
    private final InstantSource clock;

    ViewStatuses(Readers readers, InstantSource clock) {
        this.readers = readers;
        this.clock = clock;
    }

    ViewStatus of(ViewEngine engine, Engine.Verdict verdict) {
        long nowMs = clock.millis();
        View view = engine.view();
        WindowStore store = engine.store();
        PublishingState publishing = engine.publisher().state();
        List<ReaderState.Partition> partitions = readers.partitions(engine.name());
        return new ViewStatus(
                engine.name(),
                verdict.state(),
                verdict.reason(),
                view.sourceName(),
                engine.topic(),
                view.words(),
                columns(view),
                view.window().map(Window::longestMs).map(ms -> ms / 1000.0).orElse(null),
                engine.windowSettings().maxGroups(),
                freshness(store, partitions, publishing, nowMs),
                waitingFor(store, nowMs),
                partitions.stream()
                        .map(partition -> partition(partition, store, nowMs))
                        .toList(),
                records(store.counts()),
                publishing(publishing, view.window().isPresent()),
                fills(engine.takeover(), engine.owedFill().owed()),
                source(engine.sourceWatch().findings()),
                audit(engine.auditor().state()));
    }

    static List<ViewStatus.Column> columns(View view) {
        int rank = view.rankedBy();
        return view.results().stream()
                .map(column -> new ViewStatus.Column(
                        column.name(),
                        column.type(),
                        column.role(),
                        sum(column).isPresent(),
                        sum(column).filter(sum -> sum.total() == rank).isPresent()))
                .toList();
    }

    private static Optional<Measure.Sum> sum(ResultColumn column) {
        return column.measure().flatMap(Measure::sum);
    }

    private ViewStatus.Freshness freshness(
            WindowStore store, List<ReaderState.Partition> partitions, PublishingState publishing, long nowMs) {
        long watermarkMs = store.watermarkMs(nowMs);
        long finalUntilMs = store.shards().stream()
                .mapToLong(shard -> shard.progress().publishedUpToMs())
                .min()
                .orElse(Shard.NO_TIME);
        return new ViewStatus.Freshness(
                instant(watermarkMs),
                instant(finalUntilMs),
                Readers.lagRecords(partitions),
                watermarkMs == Shard.NO_TIME ? null : (nowMs - watermarkMs) / 1000.0,
                publishing.rows(),
                store.groups(),
                publishing.lastPublishedMs() == 0 ? null : Instant.ofEpochMilli(publishing.lastPublishedMs()));
    }

    private static ViewStatus.Partition partition(ReaderState.Partition partition, WindowStore store, long nowMs) {
        Shard shard = store.shard(partition.partition());
        Long lag = partition.lagRecords() < 0 ? null : partition.lagRecords();
        if (shard == null) {
            return new ViewStatus.Partition(
                    partition.partition(), partition.phase(), null, lag, null, null, null, null, null, null, null);
        }
        Progress progress = shard.progress();
        return new ViewStatus.Partition(
                partition.partition(),
                partition.phase(),
                progress.position(),
                lag,
                instant(progress.newestEventTimeMs()),
                instant(progress.watermarkMs()),
                progress.openWindows(),
                progress.groups(),
                store.isIdle(progress, nowMs),
                progress.replaying(),
                instant(progress.publishedUpToMs()));
    }

    private static ViewStatus.WaitingFor waitingFor(WindowStore store, long nowMs) {
        Shard slowest = store.holdingBack(nowMs);
        if (slowest == null) {
            return null;
        }
        long watermarkMs = slowest.progress().watermarkMs();
        long highestMs = store.shards().stream()
                .mapToLong(shard -> shard.progress().watermarkMs())
                .max()
                .orElse(watermarkMs);
        return new ViewStatus.WaitingFor(
                slowest.partition(), watermarkMs == Shard.NO_TIME ? null : (highestMs - watermarkMs) / 1000.0);
    }

    private static ViewStatus.Records records(RecordCounts counts) {
        Map<String, Long> byKind = new TreeMap<>();
        for (RecordOutcome outcome : RecordOutcome.values()) {
            if (outcome.isWithoutRow() && counts.of(outcome) > 0) {
                byKind.put(outcome.code(), counts.of(outcome));
            }
        }
        Map<String, Long> byFault = new TreeMap<>();
        for (RowFault fault : RowFault.values()) {
            if (counts.faults(fault) > 0) {
                byFault.put(fault.code(), counts.faults(fault));
            }
        }
        return new ViewStatus.Records(
                counts.read(),
                counts.of(RecordOutcome.APPLIED),
                counts.of(RecordOutcome.DUPLICATE),
                counts.of(RecordOutcome.ALREADY_IN_TABLE),
                counts.of(RecordOutcome.PURGED),
                counts.of(RecordOutcome.SNAPSHOT_ROW),
                byKind.values().stream().mapToLong(Long::longValue).sum(),
                counts.of(RecordOutcome.DEAD_LETTER),
                counts.replayed(),
                byKind,
                byFault);
    }

    private static ViewStatus.Publishing publishing(PublishingState state, boolean hasWindows) {
        boolean never = state.lastPublishedMs() == 0;
        return new ViewStatus.Publishing(
                never ? null : Instant.ofEpochMilli(state.lastPublishedMs()),
                never ? null : state.lastDurationMs(),
                state.batches(),
                state.rows(),
                state.corrections(),
                state.failing() ? Instant.ofEpochMilli(state.failingSinceMs()) : null,
                state.lastFailure(),
                state.latest().stream().map(round -> round(round, hasWindows)).toList());
    }

    /** Without windows there is one, which ends when PostgreSQL's times do: later than a browser can say, and never closed. */
    static ViewStatus.Round round(PublishingState.Round round, boolean hasWindows) {
        boolean closed = hasWindows && round.closedUpToMs() != 0;
        long doneMs = round.sentAtMs() + round.tookMs();
        return new ViewStatus.Round(
                Instant.ofEpochMilli(doneMs),
                round.tookMs(),
                round.transactions(),
                round.rows(),
                round.corrections(),
                closed ? Instant.ofEpochMilli(round.closedUpToMs()) : null,
                closed ? doneMs - round.closedUpToMs() : null);
    }

    private static ViewStatus.Fills fills(Takeover takeover, Optional<OwedFill.Owed> owed) {
        FillState state = takeover.state();
        List<ViewStatus.Fill> latest = state.latest().stream()
                .map(fill -> new ViewStatus.Fill(
                        fill.reason(), fill.explanation(), Instant.ofEpochMilli(fill.atMs()), fill.tookMs()))
                .toList();
        Optional<ViewStatus.Fill> last = latest.stream().findFirst();
        return new ViewStatus.Fills(
                state.fills(),
                last.map(ViewStatus.Fill::reason).orElse(null),
                last.map(ViewStatus.Fill::explanation).orElse(null),
                last.map(ViewStatus.Fill::at).orElse(null),
                last.map(ViewStatus.Fill::millis).orElse(null),
                latest,
                takeover.underWay().map(ViewStatuses::underWay).orElse(null),
                owed.map(ViewStatuses::owed).orElse(null));
    }

    private static ViewStatus.UnderWay underWay(FillState.UnderWay fill) {
        return new ViewStatus.UnderWay(
                fill.reason(), fill.explanation(), Instant.ofEpochMilli(fill.sinceMs()), fill.rows());
    }

    private static ViewStatus.Owed owed(OwedFill.Owed owed) {
        return new ViewStatus.Owed(
                owed.why().reason().code(),
                owed.why().explanation(),
                owed.dueAtMs().map(Instant::ofEpochMilli).orElse(null));
    }

    private static ViewStatus.Source source(SourceFindings found) {
        return new ViewStatus.Source(
                found.lsn() < 0 ? null : found.lsn(), found.standby(), found.notFull(), found.problems());
    }

    private static ViewStatus.Audit audit(AuditState state) {
        return new ViewStatus.Audit(
                state.verdict(),
                state.explanation(),
                state.runs(),
                state.mismatchedRows(),
                state.runs() == 0 ? null : Instant.ofEpochMilli(state.lastRunMs()),
                state.runs() == 0 ? null : state.lastTookMs(),
                state.cleanUntilMs() == 0 ? null : Instant.ofEpochMilli(state.cleanUntilMs()));
    }

    private static Instant instant(long ms) {
        return ms == Shard.NO_TIME ? null : Instant.ofEpochMilli(ms);
    }
}
