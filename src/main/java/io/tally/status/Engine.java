package io.tally.status;

import io.tally.cdc.Shape;
import io.tally.ingest.CompactedTopics;
import io.tally.ingest.DeadLetterLog;
import io.tally.ingest.DeadLetterTopic;
import io.tally.ingest.IngestSettings;
import io.tally.ingest.PollWaits;
import io.tally.ingest.ReaderState;
import io.tally.ingest.Readers;
import io.tally.ingest.Refusal;
import io.tally.ingest.ShapeLog;
import io.tally.publish.PublishingState;
import io.tally.publish.ViewEngine;
import io.tally.publish.ViewEngines;
import io.tally.status.Problem.NotThere;
import io.tally.status.Problem.Unavailable;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Puts together what the parts say about themselves. */
@ApplicationScoped
class Engine {

    /** From the best on: the engine is what its best view is, unless it has trouble of its own. */
    private static final List<EngineState> BEST_FIRST =
            List.of(EngineState.RUNNING, EngineState.STALLED, EngineState.WAITING, EngineState.FAILED);

    private final Readers readers;
    private final ViewEngines views;
    private final ViewStatuses statuses;
    private final DeadLetterLog deadLetters;
    private final ShapeLog shapes;
    private final IngestSettings ingest;
    private final PollWaits waits;
    private final DeadLetterTopic deadLetterTopic;
    private final CompactedTopics compacted;
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
            ViewStatuses statuses,
            DeadLetterLog deadLetters,
            ShapeLog shapes,
            IngestSettings ingest,
            PollWaits waits,
            DeadLetterTopic deadLetterTopic,
            CompactedTopics compacted,
            InstantSource clock,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.readers = readers;
        this.views = views;
        this.statuses = statuses;
        this.deadLetters = deadLetters;
        this.shapes = shapes;
        this.ingest = ingest;
        this.waits = waits;
        this.deadLetterTopic = deadLetterTopic;
        this.compacted = compacted;
        this.clock = clock;
        this.version = version;
    }

    void onRefusal(@Observes Refusal event) {
        refusal = event.message();
    }

    EngineStatus status() {
        List<ReaderState> states = readers.states();
        Verdict verdict = judge(states);
        return new EngineStatus(
                verdict.state,
                verdict.reason,
                since(verdict.state),
                warnings(verdict, states),
                version,
                ingest.topic(),
                startedAt,
                partitions(),
                shapes.seen().stream().map(Shape::code).toList(),
                new TreeMap<>(deadLetters.totals().entrySet().stream()
                        .collect(Collectors.toMap(entry -> entry.getKey().code(), entry -> entry.getValue()))),
                views(states));
    }

    private List<EngineStatus.Partition> partitions() {
        Map<List<?>, EngineStatus.Partition> partitions = new LinkedHashMap<>();
        readers.partitions()
                .forEach(one -> partitions.merge(
                        List.of(one.topic(), one.partition()),
                        new EngineStatus.Partition(
                                one.topic(),
                                one.partition(),
                                one.phase(),
                                one.lagRecords() < 0 ? null : one.lagRecords()),
                        EngineStatus.Partition::worst));
        return List.copyOf(partitions.values());
    }

    // ---- views -----------------------------------------------------------------------------------------------------

    /** The states of all views. */
    List<ViewStatus> views() {
        return views(readers.states());
    }

    private List<ViewStatus> views(List<ReaderState> states) {
        return views.all().stream()
                .map(view -> statuses.of(view, judge(view, states)))
                .toList();
    }

    ViewStatus status(ViewEngine view) {
        return statuses.of(view, judge(view));
    }

    /** The view of a name. */
    ViewEngine view(String name) {
        return views.named(name).orElseThrow(() -> missing(name));
    }

    private RuntimeException missing(String name) {
        List<String> names = views.all().stream().map(ViewEngine::name).toList();
        return names.isEmpty()
                ? new Unavailable(views.waiting() == null ? "no view is kept" : views.waiting())
                : new NotThere("view", name, "expected one of " + String.join(", ", names));
    }

    /** How a view is kept here, in one word, and why it is not {@code RUNNING}. */
    Verdict judge(ViewEngine view) {
        return judge(view, readers.states());
    }

    private static Verdict judge(ViewEngine view, List<ReaderState> states) {
        List<ReaderState.Partition> partitions = states.stream()
                .flatMap(state -> state.partitions().stream())
                .filter(partition -> partition.view().equals(view.name()))
                .toList();
        if (partitions.stream().anyMatch(partition -> partition.phase() == ReaderState.Phase.STOPPED)) {
            return new Verdict(EngineState.FAILED, problem(partitions, ReaderState.Phase.STOPPED));
        }
        if (partitions.stream().anyMatch(partition -> partition.phase() == ReaderState.Phase.LOADING)) {
            String filling = view.takeover()
                    .underWay()
                    .map(fill -> "filling %s from %s: %d rows so far"
                            .formatted(view.name(), view.view().sourceName(), fill.rows()))
                    .orElse(null);
            String problem = problem(partitions, ReaderState.Phase.LOADING);
            return new Verdict(
                    EngineState.WAITING,
                    Stream.of(filling, problem, problem(states.stream()))
                            .filter(Objects::nonNull)
                            .findFirst()
                            .orElse("taking over the checkpoints of its partitions"));
        }
        PublishingState publishing = view.publisher().state();
        return publishing.failing()
                ? new Verdict(EngineState.STALLED, publishing.lastFailure())
                : new Verdict(EngineState.RUNNING, null);
    }

    // ---- the engine ------------------------------------------------------------------------------------------------

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
        if (views.waiting() != null) {
            return new Verdict(EngineState.STARTING, views.waiting());
        }
        Verdict best =
                best(views.all().stream().map(view -> judge(view, states)).toList());
        if (best.state() == EngineState.FAILED) {
            return best;
        }
        String problem = problem(states.stream());
        if (!states.stream().allMatch(ReaderState::connected)) {
            return views.all().stream().allMatch(view -> view.store().shards().isEmpty())
                    ? new Verdict(EngineState.STARTING, withProblem("connecting to Kafka", problem))
                    : new Verdict(EngineState.STALLED, withProblem("no connection to Kafka", problem));
        }
        if (phases(states).isEmpty() && !views.all().isEmpty()) {
            return problem == null
                    ? new Verdict(EngineState.STANDBY, "other instances of the engine have all partitions")
                    : new Verdict(EngineState.WAITING, problem);
        }
        String waitsFor = waits.reason();
        return best.state() == EngineState.WAITING || waitsFor == null
                ? best
                : new Verdict(EngineState.STALLED, waitsFor);
    }

    /** One view that cannot be kept is a warning as long as another one is. */
    static Verdict best(List<Verdict> views) {
        return views.stream()
                .min(Comparator.comparingInt(view -> BEST_FIRST.indexOf(view.state())))
                .orElse(new Verdict(EngineState.WAITING, "no view is known yet"));
    }

    private static List<ReaderState.Phase> phases(List<ReaderState> states) {
        return states.stream()
                .flatMap(state -> state.partitions().stream())
                .map(ReaderState.Partition::phase)
                .toList();
    }

    private static String problem(List<ReaderState.Partition> partitions, ReaderState.Phase phase) {
        return partitions.stream()
                .filter(partition -> partition.phase() == phase && partition.problem() != null)
                .map(ReaderState.Partition::problem)
                .findFirst()
                .orElse(null);
    }

    private static String problem(Stream<ReaderState> states) {
        return states.map(ReaderState::problem)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private List<String> warnings(Verdict engine, List<ReaderState> states) {
        Stream<String> ofViews =
                views.all().stream().flatMap(view -> warning(engine, view.name(), judge(view, states)));
        return Stream.of(
                        Stream.ofNullable(deadLetterTopic.problem()),
                        compacted.problems().stream(),
                        views.refused().values().stream(),
                        ofViews)
                .flatMap(each -> each)
                .toList();
    }

    /** Says of a view that it is worse off than the engine. */
    static Stream<String> warning(Verdict engine, String name, Verdict view) {
        boolean isWorse = engine.state() == EngineState.RUNNING && view.state() != EngineState.RUNNING;
        return isWorse ? Stream.of("view %s is %s: %s".formatted(name, view.state(), view.reason())) : Stream.empty();
    }

    private static String withProblem(String what, String problem) {
        return problem == null ? what : what + ": " + problem;
    }
}
