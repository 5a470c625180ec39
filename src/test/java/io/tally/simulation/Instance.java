package io.tally.simulation;

import io.tally.ingest.ReaderState;
import io.tally.ingest.SteppedPollLoop;
import io.tally.ingest.SteppedReaders;
import io.tally.ingest.ViewInput;
import io.tally.publish.OwedFill;
import io.tally.publish.PublishSettings;
import io.tally.publish.Publisher;
import io.tally.publish.SourceWatch;
import io.tally.publish.Takeover;
import io.tally.view.RowFault;
import io.tally.window.Checkpoints;
import io.tally.window.DataLoss;
import io.tally.window.Memory;
import io.tally.window.RecordCounts;
import io.tally.window.RecordOutcome;
import io.tally.window.Shard;
import io.tally.window.TopicFacts;
import io.tally.window.WindowStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;

/** One engine process, from its start to its end: the real parts, wired as the product wires them. */
final class Instance {

    private static final long TICK_MS = 1_000;
    private static final long LOOK_MS = 5_000;

    private final World world;
    private final SplittableRandom random;
    private final InstantSource clock;
    private final Memory memory = new Memory();
    private final List<Kept> kept = new ArrayList<>();
    private final List<Reader> readers = new ArrayList<>();
    private final Reader catchUp;

    /** What the group will tell it at its next poll. */
    final Set<Integer> toLose = new TreeSet<>();

    final Set<Integer> toGain = new TreeSet<>();
    /** What it has been told to have. */
    final Set<Integer> assigned = new TreeSet<>();

    private boolean alive = true;
    private long pausedUntilMs;
    private long clockOffsetMs;
    private long lastTaskMs;

    Instance(World world, int slot, boolean rebuild) {
        this.world = world;
        this.random = world.random("engine " + slot + " " + world.timeline.nowMs());
        clock = new InstantSource() {
            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(millis());
            }

            @Override
            public long millis() {
                return world.timeline.nowMs() + clockOffsetMs;
            }
        };
        for (KeptView view : world.views) {
            if (view.isThere(world)) {
                SplittableRandom ofView = kept.isEmpty()
                        ? random.split()
                        : world.random(view.name + " " + slot + " " + world.timeline.nowMs());
                kept.add(new Kept(view, ofView, rebuild));
            }
        }
        List<ViewInput> inputs = kept.stream().map(Kept::input).toList();
        // Of numbers of its own, like all that a single view does not need.
        SplittableRandom ofCatchUp = world.random("catch-up " + slot + " " + world.timeline.nowMs());
        SteppedReaders loops = new SteppedReaders(
                inputs, name -> this::facts, world.views.getFirst().checker::refused, 1 + ofCatchUp.nextInt(60));
        int count = 1 + random.nextInt(2);
        for (int i = 0; i < count; i++) {
            LogConsumer consumer = new LogConsumer(world, random.split());
            readers.add(new Reader(consumer, loops.loop(consumer), random));
        }
        LogConsumer again = new LogConsumer(world, ofCatchUp.split());
        catchUp = new Reader(again, loops.catchUp(again), ofCatchUp);
    }

    private PublishSettings settings(KeptView view, boolean rebuild) {
        return new PublishSettings(
                Map.of("tally.window.size", Long.toString(view.windowMs())),
                view.settings.view(),
                world.plan.maxFutureMs() / 1_000,
                view.history(),
                true,
                "orders_slot",
                Duration.ofMillis(world.plan.restartMarginMs()),
                true,
                rebuild,
                world.plan.stopOnDataLoss(),
                new PublishSettings.Audit(
                        Optional.of("not part of the simulation"), Duration.ofMinutes(1), Duration.ofHours(1)));
    }

    void start() {
        kept.forEach(Kept::start);
        readers.forEach(Reader::readOn);
        if (kept.size() > 1) {
            catchUp.readOn();
        }
    }

    // ---- life ------------------------------------------------------------------------------------------------------

    boolean isAlive() {
        return alive;
    }

    /** Whether it lives and is not standing still. */
    boolean isRunning() {
        return alive && world.timeline.nowMs() >= pausedUntilMs;
    }

    void crash() {
        alive = false;
        countRecords();
    }

    void pause(long ms) {
        pausedUntilMs = world.timeline.nowMs() + ms;
    }

    void setClock(long offsetMs) {
        clockOffsetMs = offsetMs;
    }

    /** A step of this process: not taken if it is dead, taken later if it stands still. */
    Runnable guarded(Runnable step) {
        return new Runnable() {
            @Override
            public void run() {
                if (isRunning()) {
                    step.run();
                } else if (alive) {
                    world.timeline.at(pausedUntilMs, this);
                }
            }
        };
    }

    /** The publishing thread: one task after another, each a moment later. */
    private void execute(Runnable task) {
        lastTaskMs = Math.max(lastTaskMs, world.timeline.nowMs() + (random.nextInt(4) == 0 ? random.nextInt(30) : 0));
        world.timeline.at(lastTaskMs, guarded(task));
    }

    // ---- keeping a view --------------------------------------------------------------------------------------------

    /** All that is one view's own, with what Ticker does for it. */
    private final class Kept {
        final KeptView view;
        final WindowStore store;
        final OwedFill owedFill;
        private final Publisher publisher;
        private final SourceWatch watch;
        private final Checkpoints checkpoints;
        private boolean roundRuns;
        private boolean roundWanted;

        Kept(KeptView view, SplittableRandom ofView, boolean rebuild) {
            this.view = view;
            store = new WindowStore(view.settings, memory);
            DatabaseClient ledger = new DatabaseClient(world, view, Instance.this, ofView);
            publisher = new Publisher(store, ledger, clock, Instance.this::execute);
            checkpoints =
                    watched(new Takeover(ledger, settings(view, rebuild), store::doubt, clock, Instance.this::execute));
            store.onDue(this::tick);
            owedFill = new OwedFill(store, ledger, !world.plan.stopOnDataLoss(), Instance.this::execute);
            watch = new SourceWatch(store, ledger, settings(view, rebuild), Instance.this::execute);
        }

        ViewInput input() {
            return new ViewInput(view.name, view.topic(), store, checkpoints);
        }

        /** Once one has stopped, nobody goes on with the same results. */
        private Checkpoints watched(Checkpoints checkpoints) {
            return (partitions, isWanted, topic, lost) -> {
                Optional<DataLoss> before = view.checker.known();
                int restores = view.database.restores;
                return checkpoints.takeOver(partitions, isWanted, topic, lost).whenComplete((taken, failure) -> {
                    boolean allTheWhile = before.isPresent()
                            && before.equals(view.checker.known())
                            && restores == view.database.restores;
                    if (failure == null && allTheWhile) {
                        view.checker.broken("partitions were taken over that had been stopped, " + before);
                    }
                });
            };
        }

        void start() {
            heartbeat();
            watch();
        }

        private void heartbeat() {
            tick();
            owedFill.step();
            world.timeline.after(TICK_MS, guarded(this::heartbeat));
        }

        /** One look after the other. */
        private void watch() {
            watch.step().whenComplete((done, failure) -> {
                checkLosses();
                world.timeline.after(LOOK_MS, guarded(this::watch));
            });
        }

        private void checkLosses() {
            store.shards().forEach(shard -> {
                view.checker.checkIsAbout(shard.progress().dataLoss(), shard.fillId());
                view.checker.checkIsAbout(shard.progress().owed(), shard.fillId());
            });
        }

        private void tick() {
            if (roundRuns) {
                roundWanted = true;
                return;
            }
            roundRuns = true;
            execute(() -> publisher.round().whenComplete((done, failure) -> {
                if (failure != null) {
                    view.checker.broken("a publishing round failed: " + failure);
                }
                roundRuns = false;
                if (roundWanted) {
                    roundWanted = false;
                    tick();
                }
            }));
        }
    }

    private Optional<Kept> kept(KeptView view) {
        return kept.stream().filter(one -> one.view == view).findFirst();
    }

    // ---- reading, as PollLoop does it ------------------------------------------------------------------------------

    /** The reader of a partition: they share the shards, and nothing else. */
    private Reader reader(int partition) {
        return readers.get(partition % readers.size());
    }

    /** One consumer with its loop. */
    private final class Reader {
        private final LogConsumer consumer;
        private final SteppedPollLoop loop;
        private final SplittableRandom random;
        private int losses;

        Reader(LogConsumer consumer, SteppedPollLoop loop, SplittableRandom random) {
            this.consumer = consumer;
            this.loop = loop;
            this.random = random;
        }

        private void readOn() {
            long fed = loop.fed();
            long ended = loop.step(this::poll, this::handOver, nowMs());
            if (ended > 0 && !world.plan.has(FaultKind.TOPIC_RECREATED)) {
                world.broken("shards were ended for nothing, count=" + ended);
            }
            if (this == catchUp) {
                world.happened(FaultKind.CAUGHT_UP, Math.max(0, fed - loop.fed()));
            }
            if (kept.stream().anyMatch(one -> !one.store.hasRoom())) {
                world.happened(FaultKind.MEMORY_FULL);
            }
            world.timeline.after(world.pollPauseMs(random), guarded(this::readOn));
        }

        private ConsumerRecords<ByteBuffer, ByteBuffer> poll() {
            List<TopicPartition> lost = take(toLose);
            if (!lost.isEmpty()) {
                losses++;
                lost.forEach(one -> assigned.remove(one.partition()));
                loop.revoked(lost);
                consumer.lose(lost);
                lost.stream()
                        .map(TopicPartition::partition)
                        .distinct()
                        .forEach(partition -> world.group.hasLost(Instance.this, partition));
            }
            List<TopicPartition> gained = take(toGain);
            if (!gained.isEmpty()) {
                consumer.gain(gained);
                gained.forEach(one -> assigned.add(one.partition()));
                loop.assigned(gained);
            }
            return consumer.poll(1 + random.nextInt(40));
        }

        private void handOver() {
            int lossesBefore = losses;
            if (world.byChance(FaultKind.POLL_WAITS, random)) {
                world.timeline.after(random.nextInt(30_000), guarded(() -> work(lossesBefore)));
            } else if (world.byChance(FaultKind.SLOW_POLL, random)) {
                world.timeline.after(random.nextInt(4_000), guarded(() -> work(lossesBefore)));
            } else {
                work(lossesBefore);
            }
        }

        private void work(int lossesBefore) {
            if (world.byChance(FaultKind.POLL_FAILED, random)) {
                loop.fail();
                return;
            }
            List<ConsumerRecord<ByteBuffer, ByteBuffer>> deadLetters = loop.decode();
            if (deadLetters.isEmpty()) {
                apply(lossesBefore);
            } else {
                long brokerTakesMs = random.nextInt(4) == 0
                        ? random.nextInt(3_000)
                        : world.views.getFirst().database.hop();
                world.timeline.after(brokerTakesMs, guarded(() -> {
                    deadLetters.forEach(this::deadLetter);
                    apply(lossesBefore);
                }));
            }
        }

        private void deadLetter(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
            world.deadLetter(record.partition(), record.offset());
            if (!world.topic
                    .partitions
                    .get(record.partition())
                    .undecodableWithQuantity
                    .contains(record.offset())) {
                world.happened(FaultKind.MADE_UP_VOID);
            }
        }

        private void apply(int lossesBefore) {
            if (losses != lossesBefore) {
                world.happened(FaultKind.STALE_POLL);
            }
            Throwable failure = loop.apply(nowMs());
            if (failure != null) {
                world.broken("a shard could not apply its records: " + failure);
            }
        }

        private List<TopicPartition> take(Set<Integer> partitions) {
            if (partitions.isEmpty()) {
                return List.of();
            }
            List<Integer> mine = partitions.stream()
                    .filter(partition -> reader(partition) == this)
                    .toList();
            mine.forEach(partitions::remove);
            Set<String> topics =
                    kept.stream().map(one -> one.view.topic()).collect(Collectors.toCollection(TreeSet::new));
            return mine.stream()
                    .flatMap(partition -> topics.stream().map(topic -> new TopicPartition(topic, partition)))
                    .toList();
        }
    }

    /** What the broker says, after a while. */
    private CompletionStage<TopicFacts> facts() {
        CompletableFuture<TopicFacts> answer = new CompletableFuture<>();
        long restartMs = nowMs() - world.plan.restartMarginMs();
        if (world.byChance(FaultKind.PROBE_FAILED, random)) {
            world.timeline.after(
                    random.nextInt(500),
                    guarded(() -> answer.completeExceptionally(new IllegalStateException("no broker"))));
        } else {
            world.timeline.after(world.views.getFirst().database.hop(), () -> {
                TopicFacts facts = world.topic.facts(restartMs);
                world.timeline.after(world.views.getFirst().database.hop(), guarded(() -> answer.complete(facts)));
            });
        }
        return answer;
    }

    private long nowMs() {
        return world.timeline.nowMs() + clockOffsetMs;
    }

    // ---- for the operator ------------------------------------------------------------------------------------------

    boolean isLoading() {
        return alive && readers.stream().anyMatch(reader -> reader.loop.isLoading());
    }

    boolean hasStopped() {
        return readers.stream()
                .anyMatch(reader -> reader.loop.stopped().findAny().isPresent());
    }

    /** Whether it says that the results are not exact until they are filled again, which it does not do by itself. */
    boolean owesFill() {
        return kept.stream().anyMatch(one -> one.owedFill.owed().isPresent());
    }

    /** What the status says of the first partition that was stopped, or null. */
    String stoppedBecause() {
        return readers.stream()
                .map(reader -> reader.loop.stopped().findFirst())
                .flatMap(Optional::stream)
                .findFirst()
                .map(ReaderState.Partition::problem)
                .orElse(null);
    }

    /** Up to where the records of a partition were polled, applied or not, for the shard that a view has of it now. */
    long polledUpTo(KeptView view, int partition) {
        Shard shard = shard(view, partition);
        return Math.max(reader(partition).loop.polledUpTo(shard), catchUp.loop.polledUpTo(shard));
    }

    // ---- for faults ------------------------------------------------------------------------------------------------

    /** Drops shards of one view. Returns whether there were any. */
    boolean dropShards(KeptView view, SplittableRandom details) {
        List<Shard> shards = kept(view).stream()
                .flatMap(one -> one.store.shards().stream())
                .filter(shard -> details.nextBoolean())
                .toList();
        shards.forEach(shard -> kept(view).orElseThrow().store.drop(shard));
        return !shards.isEmpty();
    }

    /** Finds the results of one view to be worthless. Returns whether it knew them. */
    boolean lose(KeptView view) {
        Optional<WindowStore> store =
                kept(view).map(one -> one.store).filter(one -> !one.shards().isEmpty());
        store.ifPresent(one -> one.loseData(new DataLoss(
                DataLoss.Reason.AUDIT,
                "somebody says so",
                one.shards().iterator().next().fillId())));
        return store.isPresent();
    }

    /** Whether a view is there by now that it does not know. */
    boolean lacksViews() {
        return kept.size() < world.views.size();
    }

    // ---- for the checker -------------------------------------------------------------------------------------------

    /** The shard that a view has of a partition, or null. */
    Shard shard(KeptView view, int partition) {
        return kept(view).map(one -> one.store.shard(partition)).orElse(null);
    }

    boolean owesAnything() {
        return kept.stream().anyMatch(one -> !one.store.owed().isEmpty());
    }

    boolean isAtRest() {
        return readers.stream().allMatch(reader -> reader.loop.hasReadAll())
                && kept.stream().allMatch(one -> one.store.groups() == 0 && !one.roundRuns)
                && toLose.isEmpty()
                && toGain.isEmpty();
    }

    void countRecords() {
        for (Kept one : kept) {
            RecordCounts counts = one.store.counts();
            world.happened(FaultKind.DUPLICATE, counts.of(RecordOutcome.DUPLICATE));
            for (RowFault fault : RowFault.values()) {
                world.happened(FaultKind.LEFT_OUT, counts.faults(fault));
            }
            world.happened(FaultKind.ALREADY_IN_TABLE, counts.of(RecordOutcome.ALREADY_IN_TABLE));
            world.happened(FaultKind.LATE_ORDER, counts.corrections());
        }
    }

    @Override
    public String toString() {
        return "alive=" + alive + " paused=" + (pausedUntilMs - world.timeline.nowMs()) + " toLose=" + toLose
                + " toGain=" + toGain + " "
                + Stream.concat(readers.stream(), Stream.of(catchUp))
                        .map(reader -> reader.loop.describe())
                        .toList()
                + kept.stream()
                        .map(one -> "\n " + one.view.name + " groups=" + one.store.groups() + " publishing="
                                + one.publisher.state() + " "
                                + one.store.shards().stream()
                                        .map(Shard::progress)
                                        .toList())
                        .toList();
    }
}
