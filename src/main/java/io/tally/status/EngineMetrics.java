package io.tally.status;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.tally.cdc.DeadLetterReason;
import io.tally.ingest.DeadLetterLog;
import io.tally.ingest.PollWaits;
import io.tally.ingest.Readers;
import io.tally.publish.FillState;
import io.tally.publish.Publisher;
import io.tally.publish.SourceFindings;
import io.tally.publish.Takeover;
import io.tally.publish.ViewEngine;
import io.tally.publish.ViewEngines;
import io.tally.view.RowFault;
import io.tally.window.Progress;
import io.tally.window.RecordOutcome;
import io.tally.window.Shard;
import io.tally.window.WindowStore;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Binds the counts that the parts keep to Micrometer. docs/operations.md says what each means and when to worry. The sum
 * over the outcomes of {@code tally.ingest.records} is the number of records read for a view. A view's meters have its name.
 */
@ApplicationScoped
class EngineMetrics {

    private static final String VIEW = "view";

    private final MeterRegistry registry;
    private final ViewEngines views;
    private final Engine engine;
    private final Readers readers;
    private final DeadLetterLog deadLetters;
    private final PollWaits waits;
    private final InstantSource clock;
    private final List<Meter> bound = new ArrayList<>();
    /** Names of the views whose meters are bound. */
    private final Set<String> boundViews = new HashSet<>();

    EngineMetrics(
            MeterRegistry registry,
            ViewEngines views,
            Engine engine,
            Readers readers,
            DeadLetterLog deadLetters,
            PollWaits waits,
            InstantSource clock) {
        this.registry = registry;
        this.views = views;
        this.engine = engine;
        this.readers = readers;
        this.deadLetters = deadLetters;
        this.waits = waits;
        this.clock = clock;
    }

    void bind(@Observes StartupEvent event) {
        bindEngine();
        bindViews();
    }

    void bindEngine() {
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            counter(
                    "tally.ingest.dead.letters",
                    "Records sent to the dead-letter topic",
                    deadLetters,
                    from -> from.totals().getOrDefault(reason, 0L),
                    "reason",
                    reason.code());
        }
        gauge("tally.ingest.partitions", null, "Partitions that this engine reads, each for every view", readers::read);
        for (PollWaits.Cause cause : PollWaits.Cause.values()) {
            gauge(
                    "tally.ingest.waiting",
                    "seconds",
                    "How long records have waited for dead letters to be taken, or for the schema registry",
                    () -> waits.longestMs(cause) / 1000.0,
                    "cause",
                    cause.code());
        }
    }

    /** Binds the meters of views that have become known since this was called last. */
    synchronized void bindViews() {
        for (ViewEngine view : views.all()) {
            if (boundViews.add(view.name())) {
                bind(view);
            }
        }
        for (String name : views.refused().keySet()) {
            if (boundViews.add(name)) {
                // Nobody keeps it, so there is nothing else to say of it.
                bindStopped(name, () -> 1);
            }
        }
    }

    private void bind(ViewEngine view) {
        String name = view.name();
        WindowStore store = view.store();
        for (RecordOutcome outcome : RecordOutcome.values()) {
            counter(
                    "tally.ingest.records",
                    "Records read for a view, by what became of them",
                    store,
                    from -> from.counts().of(outcome),
                    VIEW,
                    name,
                    "outcome",
                    outcome.code());
        }
        gauge(
                "tally.ingest.lag",
                "records",
                "Records the broker has beyond the positions of a view",
                () -> readers.lagRecords(name),
                VIEW,
                name);
        gauge(
                "tally.ingest.partitions.unread",
                null,
                "Partitions assigned to this engine that a view has not taken over, or has stopped reading",
                () -> readers.unread(name),
                VIEW,
                name);
        counter(
                "tally.ingest.replayed",
                "Records read again after a restart or rebalance",
                store,
                from -> from.counts().replayed(),
                VIEW,
                name);
        for (RowFault fault : RowFault.values()) {
            counter(
                    "tally.window.left.out",
                    "Row images that count nothing because of a value of the row",
                    store,
                    from -> from.counts().faults(fault),
                    VIEW,
                    name,
                    "fault",
                    fault.code());
        }
        counter(
                "tally.window.corrections",
                "Row images for windows published before",
                store,
                from -> from.counts().corrections(),
                VIEW,
                name);
        gauge(
                "tally.window.watermark.lag",
                "seconds",
                "Clock minus watermark",
                () -> watermarkLagSeconds(store),
                VIEW,
                name);
        gauge(
                "tally.window.open",
                null,
                "Windows with deltas that are not published",
                () -> openWindows(store),
                VIEW,
                name);
        gauge("tally.window.groups", null, "Groups in memory", store::groups, VIEW, name);
        view.view()
                .window()
                .ifPresent(window -> gauge(
                        "tally.window",
                        "seconds",
                        "Length of a window, of the longest where they differ",
                        () -> window.longestMs() / 1000.0,
                        VIEW,
                        name));
        bindPublishing(view);
        bindTruth(view);
    }

    private void bindPublishing(ViewEngine view) {
        String name = view.name();
        counter(
                "tally.publish.batches",
                "Checkpoints moved",
                view.publisher(),
                from -> from.state().batches(),
                VIEW,
                name);
        counter(
                "tally.publish.rows",
                "Deltas of a group in a window sent",
                view.publisher(),
                from -> from.state().rows(),
                VIEW,
                name);
        gauge(
                "tally.publish.failing",
                "seconds",
                "How long the database has taken nothing",
                () -> failingSeconds(view.publisher()),
                VIEW,
                name);
        for (String reason : FillState.REASONS) {
            counter(
                    "tally.publish.fills",
                    "Times the result was filled from the source",
                    view.takeover(),
                    from -> from.state().fills(reason),
                    VIEW,
                    name,
                    "reason",
                    reason);
        }
        gauge(
                "tally.publish.fill.rows",
                null,
                "Rows of the result that the fill under way has received from the source so far, 0 if there is none",
                () -> view.takeover().underWay().map(FillState.UnderWay::rows).orElse(0L),
                VIEW,
                name);
        gauge(
                "tally.publish.fill",
                "seconds",
                "How long the fill under way has taken so far, 0 if there is none",
                () -> fillSeconds(view.takeover()),
                VIEW,
                name);
        gauge(
                "tally.publish.fill.owed",
                null,
                "1 while the result has to be filled again to be exact, else 0",
                () -> view.owedFill().owed().isPresent() ? 1 : 0,
                VIEW,
                name);
    }

    private void bindTruth(ViewEngine view) {
        String name = view.name();
        bindStopped(name, () -> engine.judge(view).state() == EngineState.FAILED ? 1 : 0);
        gauge(
                "tally.source.problems",
                null,
                "Problems that the last look at the source has found: replica identity, columns, a standby",
                () -> view.sourceWatch().findings().problems().size(),
                VIEW,
                name);
        gauge(
                "tally.source.slot.active",
                null,
                "1 while the connector's replication slot is in use in the source's database, else 0",
                () -> slotActive(view.sourceWatch().findings()),
                VIEW,
                name);
        counter(
                "tally.audit.runs",
                "Comparisons of the result with the source",
                view.auditor(),
                from -> from.state().runs(),
                VIEW,
                name);
        gauge(
                "tally.audit.mismatched.rows",
                null,
                "Rows of the result that the last audit found wrong",
                () -> view.auditor().state().mismatchedRows(),
                VIEW,
                name);
        gauge(
                "tally.audit.clean.until",
                "seconds",
                "End of the windows that the last audit found right, epoch",
                () -> view.auditor().state().cleanUntilMs() / 1000.0,
                VIEW,
                name);
    }

    private void bindStopped(String name, Supplier<Number> stopped) {
        gauge(
                "tally.view.stopped",
                null,
                "1 while the view is not kept and only a person can decide how it goes on, else 0",
                stopped,
                VIEW,
                name);
    }

    /** The registry outlives the application when that is reloaded, and would go on to ask the parts of the old one. */
    @PreDestroy
    void unbind() {
        bound.forEach(registry::remove);
    }

    /**
     * @param source is referenced weakly by the registry, so it must be something that stays anyway
     * @param tags names and values, in turn
     */
    private <T> void counter(String name, String description, T source, ToDoubleFunction<T> count, String... tags) {
        bound.add(FunctionCounter.builder(name, source, count)
                .tags(tags)
                .description(description)
                .register(registry));
    }

    private void gauge(String name, String unit, String description, Supplier<Number> value, String... tags) {
        bound.add(Gauge.builder(name, value)
                .baseUnit(unit)
                .tags(tags)
                .description(description)
                .register(registry));
    }

    private double watermarkLagSeconds(WindowStore store) {
        long nowMs = clock.millis();
        long watermarkMs = store.watermarkMs(nowMs);
        return watermarkMs == Shard.NO_TIME ? Double.NaN : (nowMs - watermarkMs) / 1000.0;
    }

    private static long openWindows(WindowStore store) {
        return store.shards().stream()
                .map(Shard::progress)
                .mapToLong(Progress::openWindows)
                .sum();
    }

    /** Unknown before the first look, at a standby, and while the source does not answer. */
    private static double slotActive(SourceFindings found) {
        if (found.captured() == null) {
            return Double.NaN;
        }
        return found.captured() ? 1 : 0;
    }

    private double fillSeconds(Takeover takeover) {
        return takeover.underWay()
                .map(fill -> (clock.millis() - fill.sinceMs()) / 1000.0)
                .orElse(0.0);
    }

    private double failingSeconds(Publisher publisher) {
        long since = publisher.state().failingSinceMs();
        return since == 0 ? 0 : (clock.millis() - since) / 1000.0;
    }
}
