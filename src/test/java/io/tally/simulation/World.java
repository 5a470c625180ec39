package io.tally.simulation;

import io.tally.view.DefaultView;
import io.tally.window.WindowSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One run: everything there is, a time of faults, and then a calm in which results have to become exact. Nothing outside of
 * it is read or written, so runs may go side by side.
 */
final class World {

    private static final long START_MS = 1_800_000_000_000L;
    /** Long enough for the regular comparison of checkpoints, which notices what nothing else does. */
    private static final long CALM_MS = 33_000;

    /** Longer than the hour that lies between two fillings for one reason. */
    private static final long LONGEST_CALM_MS = 4_500_000;

    /** Longer than the time between two fills for one reason. */
    private static final long OWED_FILL_MS = 3_700_000;

    final Plan plan;
    final WindowSettings windowSettings;
    final Timeline timeline = new Timeline(START_MS);
    final Checker checker = new Checker(this);
    final Source source;
    final Database database;
    final Connector connector;
    final Writers writers;
    final Group group = new Group(this);
    final List<Instance> instances = new ArrayList<>();
    final List<Backup> backups = new ArrayList<>();
    Topic topic;
    /** How often the source was restored: a writer from before has lost its connection. */
    int restores;

    private final long[] happened = new long[FaultKind.count()];
    private final SplittableRandom pace;
    private boolean calm;

    /** @param source null if the orders cannot be restored to this moment, only the results */
    record Backup(Source.Backup source, Results results) {}

    World(Plan plan) {
        this.plan = plan;
        windowSettings = new WindowSettings(
                DefaultView.of(Duration.ofMillis(plan.windowMs())),
                plan.outOfOrdernessMs(),
                plan.idleTimeoutMs(),
                plan.maxFutureMs(),
                plan.maxEntries(),
                plan.maxPinnedMs(),
                plan.maxPinnedRecords(),
                true,
                true,
                WindowSettings.NEVER);
        pace = random("pace");
        // Transaction ids of 32 bits wrap around during some of the runs.
        long firstId = pace.nextInt(4) == 0 ? (1L << 32) - pace.nextInt(60) : 700 + pace.nextInt(1_000);
        source = new Source(plan.keys(), firstId);
        topic = new Topic(0, plan.partitions());
        database = new Database(this);
        connector = new Connector(this);
        writers = new Writers(this, plan.transactions());
    }

    SplittableRandom random(String name) {
        return new SplittableRandom(plan.seed() * 0x9E3779B97F4A7C15L ^ name.hashCode() * 0xBF58476D1CE4E5B9L);
    }

    boolean byChance(FaultKind kind, SplittableRandom random) {
        int chance = plan.chances()[kind.ordinal()];
        if (calm || chance == 0 || random.nextInt(1_000) >= chance) {
            return false;
        }
        happened(kind);
        return true;
    }

    void happened(FaultKind kind) {
        happened[kind.ordinal()]++;
    }

    void happened(FaultKind kind, long times) {
        happened[kind.ordinal()] += times;
    }

    long[] happened() {
        return happened;
    }

    boolean isCalm() {
        return calm;
    }

    long pollPauseMs(SplittableRandom random) {
        return calm ? 400 : 20 + random.nextInt(300);
    }

    // ---- a run -----------------------------------------------------------------------------------------------------

    /** Runs to the end. Returns what is wrong, or null. */
    String run() {
        try {
            timeline.at(START_MS + (plan.connectorFirst() ? 0 : 2_000), () -> connector.startFromNothing(true));
            writers.start();
            sendOn();
            for (int slot = 0; slot < plan.instances(); slot++) {
                instances.add(null);
                int mine = slot;
                timeline.after(pace.nextInt(3_000), () -> startEngine(mine, false));
            }
            if (plan.stopOnLostGround() || plan.has(FaultKind.OLD_CONNECTOR)) {
                new Operator(this).look();
            }
            Faults faults = new Faults(this);
            faults.plan();
            timeline.runUntil(START_MS + plan.chaosMs());
            calmDown(faults);
        } catch (RuntimeException e) {
            StackTraceElement[] at = e.getStackTrace();
            checker.broken(e + (at.length == 0 ? "" : " at " + at[0] + " " + at[Math.min(1, at.length - 1)]));
        }
        return checker.wrong();
    }

    void startEngine(int slot, boolean rebuild) {
        Instance engine = new Instance(this, slot, rebuild);
        instances.set(slot, engine);
        engine.start();
        group.rebalance(pace.split());
    }

    private void sendOn() {
        connector.send(1 + pace.nextInt(20));
        timeline.after(calm ? 100 : 10 + pace.nextInt(pace.nextInt(10) == 0 ? 3_000 : 200), this::sendOn);
    }

    private void calmDown(Faults faults) {
        calm = true;
        faults.end();
        timeline.runUntil(timeline.nowMs() + 12_000);
        // By now those that stood still go on and are members again.
        group.rebalance(pace.split());
        // A last order for each partition, but not always: a quiet one must notice by itself what has become of it.
        if (source.isEmpty() || pace.nextBoolean()) {
            writers.touchEveryPartition();
        }
        timeline.runUntil(timeline.nowMs() + CALM_MS);
        for (int hours = 1; awaitRest() && owesFill(); hours++) {
            fillAfter(hours);
        }
        instances.forEach(Instance::countRecords);
        checker.checkEnd();
    }

    /** Returns whether nothing is wrong so far. */
    private boolean awaitRest() {
        long deadlineMs = timeline.nowMs() + LONGEST_CALM_MS;
        while (!isAtRest() && checker.wrong() == null) {
            if (timeline.nowMs() > deadlineMs) {
                checker.broken("no rest: connector at end=" + connector.isAtEnd() + " source quiet=" + source.isQuiet()
                        + " database idle=" + database.isIdle() + " checkpoints=" + database.results.checkpoints
                        + " engines=" + instances);
                break;
            }
            timeline.runUntil(timeline.nowMs() + 3_000);
        }
        return checker.wrong() == null;
    }

    private boolean owesFill() {
        return database.results.checkpoints.values().stream().anyMatch(checkpoint -> checkpoint.owed() != null)
                || instances.stream().anyMatch(engine -> !engine.store().owed().isEmpty());
    }

    /** Lets the hour pass after which a fill comes, where it comes by itself; else somebody asks for it. */
    private void fillAfter(int hours) {
        if (plan.stopOnLostGround()) {
            instances.getFirst().crash();
            startEngine(0, true);
        } else {
            instances.forEach(engine -> engine.setClock(hours * OWED_FILL_MS));
        }
        timeline.runUntil(timeline.nowMs() + CALM_MS);
    }

    private boolean isAtRest() {
        return instances.stream().allMatch(engine -> engine.store().owed().isEmpty())
                && connector.isAtEnd()
                && source.isQuiet()
                && database.isIdle()
                && group.everyPartitionIsHeld()
                && instances.stream().allMatch(Instance::isAtRest)
                && topic.partitions.stream()
                        .allMatch(partition -> instances.stream()
                                .map(engine -> engine.store().shard(partition.name.partition()))
                                .anyMatch(shard -> shard != null && shard.position() == partition.end));
    }
}
