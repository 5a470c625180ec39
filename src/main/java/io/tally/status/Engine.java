package io.tally.status;

import io.tally.cdc.RowChange;
import io.tally.cdc.Shape;
import io.tally.ingest.DeadLetterLog;
import io.tally.ingest.DeadLetterTopic;
import io.tally.ingest.IngestSettings;
import io.tally.ingest.PollWaits;
import io.tally.ingest.ReaderState;
import io.tally.ingest.Readers;
import io.tally.ingest.Refusal;
import io.tally.ingest.ShapeLog;
import io.tally.publish.AuditState;
import io.tally.publish.Auditor;
import io.tally.publish.FillState;
import io.tally.publish.OwedFill;
import io.tally.publish.Publisher;
import io.tally.publish.PublishingState;
import io.tally.publish.SourceFindings;
import io.tally.publish.SourceWatch;
import io.tally.publish.Takeover;
import io.tally.publish.ViewEngine;
import io.tally.publish.ViewEngines;
import io.tally.window.Progress;
import io.tally.window.RecordCounts;
import io.tally.window.Shard;
import io.tally.window.ValueFault;
import io.tally.window.WindowStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts together what the parts say about themselves. */
@ApplicationScoped
class Engine {

    private final Readers readers;
    private final WindowStore store;
    private final Publisher publisher;
    private final Takeover takeover;
    private final OwedFill owedFill;
    private final SourceWatch sourceWatch;
    private final Auditor auditor;
    private final DeadLetterLog deadLetters;
    private final ShapeLog shapes;
    private final IngestSettings ingest;
    private final PollWaits waits;
    private final DeadLetterTopic deadLetterTopic;
    private final InstantSource clock;
    private final String version;
    private final Instant startedAt =
            Instant.ofEpochMilli(ManagementFactory.getRuntimeMXBean().getStartTime());

    private volatile String refusal;
    private EngineState lastState;
    private Instant lastStateSince;

    Engine(
            Readers readers,
            ViewEngines views,
            DeadLetterLog deadLetters,
            ShapeLog shapes,
            IngestSettings ingest,
            PollWaits waits,
            DeadLetterTopic deadLetterTopic,
            InstantSource clock,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.readers = readers;
        ViewEngine view = views.all().getFirst();
        this.store = view.store();
        this.publisher = view.publisher();
        this.takeover = view.takeover();
        this.owedFill = view.owedFill();
        this.sourceWatch = view.sourceWatch();
        this.auditor = view.auditor();
        this.deadLetters = deadLetters;
        this.shapes = shapes;
        this.ingest = ingest;
        this.waits = waits;
        this.deadLetterTopic = deadLetterTopic;
        this.clock = clock;
        this.version = version;
    }

    void onRefusal(@Observes Refusal event) {
        refusal = event.message();
    }

    EngineStatus status() {
        long nowMs = clock.millis();
        List<ReaderState> states = readers.states();
        Verdict verdict = judge(states);
        return new EngineStatus(
                verdict.state,
                verdict.reason,
                since(verdict.state),
                warnings(),
                version,
                ingest.topic(),
                startedAt,
                instant(store.watermarkMs(nowMs)),
                waitingFor(nowMs),
                readers.partitions().stream()
                        .map(partition -> partition(partition, nowMs))
                        .toList(),
                shapes.seen().stream().map(Shape::code).toList(),
                records(),
                publishing(publisher.state()),
                filling(takeover.state(), owedFill.owed()),
                source(sourceWatch.findings()),
                audit(auditor.state()));
    }

    /** The state in one word, and why it is not {@code RUNNING}. */
    Verdict judge() {
        return judge(readers.states());
    }

    /** Looks at the state, so that its beginning is known. */
    void look() {
        since(judge().state());
    }

    /** Since when the engine has been in this state. */
    private synchronized Instant since(EngineState state) {
        if (state != lastState) {
            lastState = state;
            lastStateSince = Instant.ofEpochMilli(clock.millis());
        }
        return lastStateSince;
    }

    record Verdict(EngineState state, String reason) {}

    private Verdict judge(List<ReaderState> states) {
        if (refusal != null) {
            return new Verdict(EngineState.FAILED, refusal);
        }
        String problem = problem(states.stream());
        List<ReaderState.Phase> phases = states.stream()
                .flatMap(state -> state.partitions().stream())
                .map(ReaderState.Partition::phase)
                .toList();
        if (phases.contains(ReaderState.Phase.STOPPED)) {
            return new Verdict(EngineState.FAILED, problem(states.stream().filter(Engine::hasStopped)));
        }
        if (!states.stream().allMatch(ReaderState::connected)) {
            return store.shards().isEmpty()
                    ? new Verdict(EngineState.STARTING, withProblem("connecting to Kafka", problem))
                    : new Verdict(EngineState.STALLED, withProblem("no connection to Kafka", problem));
        }
        if (phases.contains(ReaderState.Phase.LOADING)) {
            return new Verdict(
                    EngineState.WAITING, problem == null ? "taking over the checkpoints of its partitions" : problem);
        }
        if (phases.isEmpty()) {
            return problem == null
                    ? new Verdict(EngineState.STANDBY, "other copies of the engine have all partitions")
                    : new Verdict(EngineState.WAITING, problem);
        }
        String waitsFor = waits.reason();
        if (waitsFor != null) {
            return new Verdict(EngineState.STALLED, waitsFor);
        }
        PublishingState publishing = publisher.state();
        if (publishing.failing()) {
            return new Verdict(EngineState.STALLED, publishing.lastFailure());
        }
        return new Verdict(EngineState.RUNNING, null);
    }

    private static boolean hasStopped(ReaderState state) {
        return state.partitions().stream().anyMatch(partition -> partition.phase() == ReaderState.Phase.STOPPED);
    }

    private static String problem(Stream<ReaderState> states) {
        return states.map(ReaderState::problem)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private List<String> warnings() {
        return Stream.of(deadLetterTopic.problem()).filter(Objects::nonNull).toList();
    }

    private static String withProblem(String what, String problem) {
        return problem == null ? what : what + ": " + problem;
    }

    private EngineStatus.Partition partition(ReaderState.Partition partition, long nowMs) {
        Shard shard = store.shard(partition.partition());
        Long lag = partition.lagRecords() < 0 ? null : partition.lagRecords();
        if (shard == null) {
            return new EngineStatus.Partition(
                    partition.partition(), partition.phase(), null, lag, null, null, null, null, null, null, null);
        }
        Progress progress = shard.progress();
        return new EngineStatus.Partition(
                partition.partition(),
                partition.phase(),
                progress.position(),
                lag,
                instant(progress.newestEventTimeMs()),
                instant(progress.watermarkMs()),
                progress.openWindows(),
                progress.entries(),
                store.isIdle(progress, nowMs),
                progress.replaying(),
                instant(progress.publishedUpToMs()));
    }

    private EngineStatus.WaitingFor waitingFor(long nowMs) {
        Shard slowest = store.holdingBack(nowMs);
        if (slowest == null) {
            return null;
        }
        long watermarkMs = slowest.progress().watermarkMs();
        long highestMs = store.shards().stream()
                .mapToLong(shard -> shard.progress().watermarkMs())
                .max()
                .orElse(watermarkMs);
        return new EngineStatus.WaitingFor(
                slowest.partition(), watermarkMs == Shard.NO_TIME ? null : (highestMs - watermarkMs) / 1000.0);
    }

    private EngineStatus.Records records() {
        RecordCounts counts = store.counts();
        Map<String, Long> byReason = new TreeMap<>();
        deadLetters.totals().forEach((reason, total) -> byReason.put(reason.code(), total));
        Map<String, Long> byKind = new TreeMap<>();
        for (RowChange.Op kind : RowChange.Op.WITHOUT_ROW) {
            long count = counts.withoutRow(kind);
            if (count > 0) {
                byKind.put(kind.code(), count);
            }
        }
        Map<String, Long> byFault = new TreeMap<>();
        for (ValueFault fault : ValueFault.values()) {
            if (counts.faults(fault) > 0) {
                byFault.put(fault.code(), counts.faults(fault));
            }
        }
        return new EngineStatus.Records(
                counts.read(),
                counts.applied(),
                counts.duplicate(),
                counts.alreadyInTable(),
                counts.purged(),
                counts.snapshotRows(),
                counts.withoutRow(),
                counts.deadLetters(),
                counts.replayed(),
                byKind,
                byFault,
                byReason);
    }

    private static EngineStatus.Publishing publishing(PublishingState state) {
        boolean never = state.lastPublishedMs() == 0;
        return new EngineStatus.Publishing(
                never ? null : Instant.ofEpochMilli(state.lastPublishedMs()),
                never ? null : state.lastDurationMs(),
                state.publications(),
                state.rows(),
                state.corrections(),
                state.failing() ? Instant.ofEpochMilli(state.failingSinceMs()) : null,
                state.lastFailure(),
                state.latest().stream().map(Engine::round).toList());
    }

    private static EngineStatus.Round round(PublishingState.Round round) {
        boolean closed = round.closedUpToMs() != 0;
        long doneMs = round.sentAtMs() + round.tookMs();
        return new EngineStatus.Round(
                Instant.ofEpochMilli(doneMs),
                round.tookMs(),
                round.transactions(),
                round.rows(),
                round.corrections(),
                closed ? Instant.ofEpochMilli(round.closedUpToMs()) : null,
                closed ? doneMs - round.closedUpToMs() : null);
    }

    private static EngineStatus.Filling filling(FillState state, Optional<OwedFill.Owed> owed) {
        List<EngineStatus.Fill> latest = state.latest().stream()
                .map(fill -> new EngineStatus.Fill(
                        fill.reason(), fill.explanation(), Instant.ofEpochMilli(fill.atMs()), fill.tookMs()))
                .toList();
        Optional<EngineStatus.Fill> last = latest.stream().findFirst();
        return new EngineStatus.Filling(
                state.fills(),
                last.map(EngineStatus.Fill::reason).orElse(null),
                last.map(EngineStatus.Fill::explanation).orElse(null),
                last.map(EngineStatus.Fill::at).orElse(null),
                last.map(EngineStatus.Fill::millis).orElse(null),
                latest,
                owed.map(Engine::owed).orElse(null));
    }

    private static EngineStatus.Owed owed(OwedFill.Owed owed) {
        return new EngineStatus.Owed(
                owed.why().reason().code(),
                owed.why().explanation(),
                owed.dueAtMs().map(Instant::ofEpochMilli).orElse(null));
    }

    private static EngineStatus.Source source(SourceFindings found) {
        return new EngineStatus.Source(
                found.lsn() < 0 ? null : found.lsn(), found.standby(), found.notFull(), found.problems());
    }

    private static EngineStatus.Audit audit(AuditState state) {
        return new EngineStatus.Audit(
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
