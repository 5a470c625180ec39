package io.tally.simulation;

import io.tally.ingest.SteppedPollLoop;
import io.tally.publish.OwedFill;
import io.tally.publish.PublishSettings;
import io.tally.publish.Publisher;
import io.tally.publish.SourceWatch;
import io.tally.publish.Takeover;
import io.tally.view.RowFault;
import io.tally.window.Checkpoints;
import io.tally.window.LostGround;
import io.tally.window.RecordCounts;
import io.tally.window.TopicFacts;
import io.tally.window.WindowStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
    private final WindowStore store;
    private final Publisher publisher;
    private final OwedFill owedFill;
    private final SourceWatch watch;
    private final List<Reader> readers;

    /** What the group will tell it at its next poll. */
    final Set<Integer> toLose = new TreeSet<>();

    final Set<Integer> toGain = new TreeSet<>();

    private boolean alive = true;
    private long pausedUntilMs;
    private long clockOffsetMs;
    private long lastTaskMs;
    private boolean roundRuns;
    private boolean roundWanted;

    Instance(World world, int slot, boolean rebuild) {
        this.world = world;
        this.random = world.random("engine " + slot + " " + world.timeline.nowMs());
        store = new WindowStore(world.windowSettings);
        InstantSource clock = new InstantSource() {
            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(millis());
            }

            @Override
            public long millis() {
                return world.timeline.nowMs() + clockOffsetMs;
            }
        };
        DatabaseClient ledger = new DatabaseClient(world, this, random.split());
        publisher = new Publisher(store, ledger, clock, this::execute);
        Takeover takeover = new Takeover(ledger, settings(rebuild), store::doubt, clock, this::execute);
        Checkpoints checkpoints = watched(takeover);
        readers = Stream.generate(() -> new Reader(checkpoints))
                .limit(1 + random.nextInt(2))
                .toList();
        store.onDue(this::tick);
        owedFill = new OwedFill(store, ledger, !world.plan.stopOnLostGround(), clock, this::execute);
        watch = new SourceWatch(store, ledger, settings(rebuild), this::execute);
    }

    private PublishSettings settings(boolean rebuild) {
        return new PublishSettings(
                Map.of("tally.window.size", Long.toString(world.plan.windowMs())),
                world.windowSettings.view(),
                world.plan.maxFutureMs() / 1_000,
                Optional.empty(),
                true,
                "orders_slot",
                Duration.ofMillis(world.plan.restartMarginMs()),
                true,
                rebuild,
                world.plan.stopOnLostGround(),
                new PublishSettings.Audit(
                        Optional.of("not part of the simulation"), Duration.ofMinutes(1), Duration.ofHours(1)));
    }

    /** Once one has stopped, nobody goes on with the same results. */
    private Checkpoints watched(Checkpoints checkpoints) {
        return (partitions, topic, lost) -> {
            Optional<LostGround> before = world.checker.known();
            int restores = world.database.restores;
            return checkpoints.takeOver(partitions, topic, lost).whenComplete((taken, failure) -> {
                boolean allTheWhile = before.isPresent()
                        && before.equals(world.checker.known())
                        && restores == world.database.restores;
                if (failure == null && allTheWhile) {
                    world.checker.broken("partitions were taken over that had been stopped, " + before);
                }
            });
        };
    }

    void start() {
        heartbeat();
        watch();
        readers.forEach(Reader::readOn);
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

    // ---- publishing, as Ticker does it -----------------------------------------------------------------------------

    private void heartbeat() {
        tick();
        owedFill.step();
        world.timeline.after(TICK_MS, guarded(this::heartbeat));
    }

    /** One look after the other. */
    private void watch() {
        watch.step().whenComplete((done, failure) -> world.timeline.after(LOOK_MS, guarded(this::watch)));
    }

    private void tick() {
        if (roundRuns) {
            roundWanted = true;
            return;
        }
        roundRuns = true;
        execute(() -> publisher.round().whenComplete((done, failure) -> {
            if (failure != null) {
                world.checker.broken("a publishing round failed: " + failure);
            }
            roundRuns = false;
            if (roundWanted) {
                roundWanted = false;
                tick();
            }
        }));
    }

    // ---- reading, as PollLoop does it ------------------------------------------------------------------------------

    /** The reader of a partition: they share the shards, and nothing else. */
    private Reader reader(int partition) {
        return readers.get(partition % readers.size());
    }

    /** One consumer with its loop. */
    private final class Reader {
        private final LogConsumer consumer = new LogConsumer(world, random.split());
        private final SteppedPollLoop loop;
        private int losses;

        Reader(Checkpoints checkpoints) {
            loop = new SteppedPollLoop(
                    consumer, checkpoints, Instance.this::facts, store, world.windowSettings, world.checker::refused);
        }

        private void readOn() {
            loop.step(this::poll, this::handOver, nowMs());
            if (!store.hasRoom()) {
                world.happened(FaultKind.MEMORY_FULL);
            }
            world.timeline.after(world.pollPauseMs(random), guarded(this::readOn));
        }

        private ConsumerRecords<ByteBuffer, ByteBuffer> poll() {
            List<TopicPartition> lost = take(toLose);
            if (!lost.isEmpty()) {
                losses++;
                loop.revoked(lost);
                consumer.lose(lost);
                lost.forEach(partition -> world.group.hasLost(Instance.this, partition.partition()));
            }
            List<TopicPartition> gained = take(toGain);
            if (!gained.isEmpty()) {
                consumer.gain(gained);
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
                long brokerTakesMs = random.nextInt(4) == 0 ? random.nextInt(3_000) : world.database.hop();
                world.timeline.after(brokerTakesMs, guarded(() -> {
                    deadLetters.forEach(this::deadLetter);
                    apply(lossesBefore);
                }));
            }
        }

        private void deadLetter(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
            world.checker.deadLetter(record.partition(), record.offset());
            if (!world.topic.partitions.get(record.partition()).undecodable.contains(record.offset())) {
                world.happened(FaultKind.MADE_UP_VOID);
            }
        }

        private void apply(int lossesBefore) {
            if (losses != lossesBefore) {
                world.happened(FaultKind.STALE_POLL);
            }
            loop.apply(nowMs());
        }

        private List<TopicPartition> take(Set<Integer> partitions) {
            List<TopicPartition> mine = partitions.stream()
                    .filter(partition -> reader(partition) == this)
                    .map(partition -> new TopicPartition(Topic.NAME, partition))
                    .toList();
            mine.forEach(partition -> partitions.remove(partition.partition()));
            return mine;
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
            world.timeline.after(world.database.hop(), () -> {
                TopicFacts facts = world.topic.facts(restartMs);
                world.timeline.after(world.database.hop(), guarded(() -> answer.complete(facts)));
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
        return readers.stream().anyMatch(reader -> reader.loop.hasStopped());
    }

    /** Whether it says that the results are not exact until they are filled again, which it does not do by itself. */
    boolean owesFill() {
        return owedFill.owed().isPresent();
    }

    String problem() {
        return readers.stream()
                .map(reader -> reader.loop)
                .filter(SteppedPollLoop::hasStopped)
                .findFirst()
                .map(SteppedPollLoop::problem)
                .orElse(null);
    }

    /** Up to where the records of a partition were polled, applied or not, for the shard that it has now. */
    long polledUpTo(int partition) {
        return reader(partition).loop.polledUpTo(partition);
    }

    // ---- for the checker -------------------------------------------------------------------------------------------

    WindowStore store() {
        return store;
    }

    boolean isAtRest() {
        return readers.stream().allMatch(reader -> reader.loop.hasReadAll())
                && store.entries() == 0
                && !roundRuns
                && toLose.isEmpty()
                && toGain.isEmpty();
    }

    void countRecords() {
        RecordCounts counts = store.counts();
        world.happened(FaultKind.DUPLICATE, counts.duplicate());
        for (RowFault fault : RowFault.values()) {
            world.happened(FaultKind.LEFT_OUT, counts.faults(fault));
        }
        world.happened(FaultKind.ALREADY_IN_TABLE, counts.alreadyInTable());
        world.happened(FaultKind.LATE_ORDER, counts.corrections());
    }

    @Override
    public String toString() {
        return "alive=" + alive + " paused=" + (pausedUntilMs - world.timeline.nowMs()) + " entries=" + store.entries()
                + " toLose=" + toLose + " toGain=" + toGain + " publishing=" + publisher.state() + " "
                + readers.stream().map(reader -> reader.loop.describe()).toList()
                + " " + store.shards().stream().map(shard -> shard.progress()).toList();
    }
}
