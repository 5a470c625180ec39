package io.tally.status;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.StartupEvent;
import io.tally.cdc.DeadLetterReason;
import io.tally.cdc.RowChange;
import io.tally.ingest.DeadLetterLog;
import io.tally.ingest.PollWaits;
import io.tally.ingest.Readers;
import io.tally.publish.Auditor;
import io.tally.publish.FillState;
import io.tally.publish.OwedFill;
import io.tally.publish.Publisher;
import io.tally.publish.SourceWatch;
import io.tally.publish.Takeover;
import io.tally.publish.ViewEngine;
import io.tally.publish.ViewEngines;
import io.tally.window.Progress;
import io.tally.window.RecordCounts;
import io.tally.window.Shard;
import io.tally.window.ValueFault;
import io.tally.window.WindowStore;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * Binds the counts that the parts keep to Micrometer. docs/operations.md says what each means and when to worry. The sum
 * over the outcomes of {@code tally.ingest.records} is the number of records read.
 */
@ApplicationScoped
class EngineMetrics {

    private final MeterRegistry registry;
    private final WindowStore store;
    private final Readers readers;
    private final Publisher publisher;
    private final Takeover takeover;
    private final OwedFill owedFill;
    private final SourceWatch sourceWatch;
    private final Auditor auditor;
    private final DeadLetterLog deadLetters;
    private final PollWaits waits;
    private final InstantSource clock;
    private final List<Meter> bound = new ArrayList<>();

    EngineMetrics(
            MeterRegistry registry,
            ViewEngines views,
            Readers readers,
            DeadLetterLog deadLetters,
            PollWaits waits,
            InstantSource clock) {
        this.registry = registry;
        ViewEngine view = views.all().getFirst();
        this.store = view.store();
        this.readers = readers;
        this.publisher = view.publisher();
        this.takeover = view.takeover();
        this.owedFill = view.owedFill();
        this.sourceWatch = view.sourceWatch();
        this.auditor = view.auditor();
        this.deadLetters = deadLetters;
        this.waits = waits;
        this.clock = clock;
    }

    void bind(@Observes StartupEvent event) {
        records("applied", RecordCounts::applied);
        records("duplicate", RecordCounts::duplicate);
        records("already-in-table", RecordCounts::alreadyInTable);
        records("purged", RecordCounts::purged);
        records("snapshot-row", RecordCounts::snapshotRows);
        for (RowChange.Op kind : RowChange.Op.WITHOUT_ROW) {
            records(kind.code(), counts -> counts.withoutRow(kind));
        }
        records("dead-letter", RecordCounts::deadLetters);
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            counter(
                    "tally.ingest.dead.letters",
                    "Records sent to the dead-letter topic",
                    deadLetters,
                    from -> from.totals().getOrDefault(reason, 0L),
                    "reason",
                    reason.code());
        }
        counter(
                "tally.ingest.replayed",
                "Records read again after a restart or rebalance",
                store,
                from -> from.counts().replayed());
        for (ValueFault fault : ValueFault.values()) {
            counter(
                    "tally.window.left.out",
                    "Row images that count nothing because of a value of the row",
                    store,
                    from -> from.counts().faults(fault),
                    "fault",
                    fault.code());
        }
        counter(
                "tally.window.corrections",
                "Row images for windows published before",
                store,
                from -> from.counts().corrections());
        counter(
                "tally.publish.publications",
                "Checkpoints moved",
                publisher,
                from -> from.state().publications());
        counter(
                "tally.publish.rows",
                "Deltas of a customer in a window sent",
                publisher,
                from -> from.state().rows());
        for (String reason : FillState.REASONS) {
            counter(
                    "tally.publish.fills",
                    "Times order_agg was filled from the orders table",
                    takeover,
                    from -> from.state().fills(reason),
                    "reason",
                    reason);
        }
        gauge(
                "tally.publish.fill.owed",
                null,
                "1 while order_agg has to be filled again to be exact, else 0",
                () -> owedFill.owed().isPresent() ? 1 : 0);
        gauge(
                "tally.source.problems",
                null,
                "What the last look at the source has found wrong: replica identity, columns, a standby",
                () -> sourceWatch.findings().problems().size());
        counter(
                "tally.audit.runs",
                "Comparisons of order_agg with the orders table",
                auditor,
                from -> from.state().runs());
        gauge(
                "tally.audit.mismatched.rows",
                null,
                "Rows of order_agg that the last audit found wrong",
                () -> auditor.state().mismatchedRows());
        gauge(
                "tally.audit.clean.until",
                "seconds",
                "End of the windows that the last audit found right, epoch",
                () -> auditor.state().cleanUntilMs() / 1000.0);
        gauge("tally.ingest.lag", "records", "Records the broker has beyond the position", readers::lagRecords);
        gauge(
                "tally.ingest.partitions",
                null,
                "Partitions owned by this engine",
                () -> store.shards().size());
        gauge(
                "tally.ingest.partitions.unread",
                null,
                "Partitions assigned to this engine and not taken over, or stopped",
                readers::unread);
        for (PollWaits.Cause cause : PollWaits.Cause.values()) {
            gauge(
                    "tally.ingest.waiting",
                    "seconds",
                    "How long records have waited for dead letters to be taken, or for the schema registry",
                    () -> waits.longestMs(cause) / 1000.0,
                    "cause",
                    cause.code());
        }
        gauge("tally.window.watermark.lag", "seconds", "Clock minus watermark", this::watermarkLagSeconds);
        gauge("tally.window.open", null, "Windows with deltas that are not published", this::openWindows);
        gauge("tally.window.entries", null, "Pairs of window and customer in memory", store::entries);
        gauge("tally.publish.failing", "seconds", "How long the database has taken nothing", this::failingSeconds);
    }

    /** The registry outlives the application when that is reloaded, and would go on to ask the parts of the old one. */
    @PreDestroy
    void unbind() {
        bound.forEach(registry::remove);
    }

    private void records(String outcome, ToDoubleFunction<RecordCounts> count) {
        counter(
                "tally.ingest.records",
                "Records read from the orders topic, by what became of them",
                store,
                from -> count.applyAsDouble(from.counts()),
                "outcome",
                outcome);
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

    private double watermarkLagSeconds() {
        long nowMs = clock.millis();
        long watermarkMs = store.watermarkMs(nowMs);
        return watermarkMs == Shard.NO_TIME ? Double.NaN : (nowMs - watermarkMs) / 1000.0;
    }

    private long openWindows() {
        return store.shards().stream()
                .map(Shard::progress)
                .mapToLong(Progress::openWindows)
                .sum();
    }

    private double failingSeconds() {
        long since = publisher.state().failingSinceMs();
        return since == 0 ? 0 : (clock.millis() - since) / 1000.0;
    }
}
