package io.tally.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * One run: everything there is, a time of faults, and then a calm in which results have to become exact. Nothing outside of
 * it is read or written, so runs may go side by side.
 */
final class World {

    private static final long START_MS = 1_800_000_000_000L;
    /** Long enough for the regular comparison of checkpoints, which notices what nothing else does. */
    private static final long CALM_MS = 33_000;

    /** Longer than the hour that lies between two fills for one reason. */
    private static final long LONGEST_CALM_MS = 4_500_000;

    /** Longer than the time between two fills for one reason. */
    private static final long OWED_FILL_MS = 3_700_000;

    final Plan plan;
    final Timeline timeline = new Timeline(START_MS);
    /** The one that is always there first. */
    final List<KeptView> views = new ArrayList<>();
    /** Records that the broker has taken as dead letters. */
    final Set<String> deadLetters = new HashSet<>();

    final Source source;
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

    /**
     * What can be restored.
     *
     * @param source null if the orders cannot be restored to this moment, only the results
     * @param results of each view
     */
    record Backup(Source.Backup source, List<Results> results) {
        boolean hasResults() {
            return results.stream().allMatch(one -> one.pipeline != null);
        }
    }

    World(Plan plan) {
        this.plan = plan;
        pace = random("pace");
        // Transaction ids of 32 bits wrap around during some of the runs.
        long firstId = pace.nextInt(4) == 0 ? (1L << 32) - pace.nextInt(60) : 700 + pace.nextInt(1_000);
        source = new Source(plan.keys(), firstId);
        topic = new Topic(0, plan.partitions());
        views.add(new KeptView(this, 0, new Plan.Kept(plan.windowMs(), false, false, false, 0)));
        plan.views().forEach(view -> views.add(new KeptView(this, views.size(), view)));
        connector = new Connector(this);
        writers = new Writers(this, plan.transactions());
    }

    /** What is wrong, or null. */
    private String wrong() {
        return views.stream()
                .map(view -> view.checker.wrong())
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    void broken(String what) {
        views.getFirst().checker.broken(what);
    }

    void deadLetter(int partition, long offset) {
        deadLetters.add(topic.id() + "/" + partition + "/" + offset);
    }

    /** Whether nobody asks any of the servers for anything. */
    boolean databasesAreIdle() {
        return views.stream().allMatch(view -> view.database.isIdle());
    }

    /** Since the beginning of the run. */
    long elapsedMs() {
        return timeline.nowMs() - START_MS;
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
        return calm ? 800 : 20 + random.nextInt(300);
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
            if (plan.stopOnDataLoss() || plan.has(FaultKind.OLD_CONNECTOR)) {
                new Operator(this).look();
            }
            Faults faults = new Faults(this);
            faults.plan();
            timeline.runUntil(START_MS + plan.chaosMs());
            calmDown(faults);
        } catch (RuntimeException e) {
            StackTraceElement[] at = e.getStackTrace();
            broken(e + (at.length == 0 ? "" : " at " + at[0] + " " + at[Math.min(1, at.length - 1)]));
        }
        return wrong();
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
        views.forEach(view -> view.checker.checkEnd());
    }

    /** Returns whether nothing is wrong so far. */
    private boolean awaitRest() {
        long deadlineMs = timeline.nowMs() + LONGEST_CALM_MS;
        while (!isAtRest() && wrong() == null) {
            if (timeline.nowMs() > deadlineMs) {
                broken("no rest: connector at end=" + connector.isAtEnd() + " source quiet=" + source.isQuiet()
                        + " databases idle="
                        + views.stream().map(view -> view.database.isIdle()).toList() + " checkpoints="
                        + views.stream()
                                .map(view -> view.database.results.checkpoints)
                                .toList()
                        + " engines=" + instances);
                break;
            }
            timeline.runUntil(timeline.nowMs() + 3_000);
        }
        return wrong() == null;
    }

    private boolean owesFill() {
        return views.stream()
                        .flatMap(view -> view.database.results.checkpoints.values().stream())
                        .anyMatch(checkpoint -> checkpoint.owed() != null)
                || instances.stream().anyMatch(Instance::owesAnything);
    }

    /** Lets the hour pass after which a fill comes, where it comes by itself; else somebody asks for it. */
    private void fillAfter(int hours) {
        if (plan.stopOnDataLoss()) {
            instances.getFirst().crash();
            startEngine(0, true);
        } else {
            views.forEach(view -> view.database.setClock(hours * OWED_FILL_MS));
        }
        timeline.runUntil(timeline.nowMs() + CALM_MS);
    }

    private boolean isAtRest() {
        return connector.isAtEnd()
                && source.isQuiet()
                && databasesAreIdle()
                && group.everyPartitionIsHeld()
                && instances.stream().allMatch(Instance::isAtRest)
                && views.stream().allMatch(this::isReadToTheEnd);
    }

    /** Whoever still adds to results that were filled again notices within half a minute. */
    private boolean isReadToTheEnd(KeptView view) {
        return topic.partitions.stream()
                .allMatch(partition -> instances.stream()
                        .map(engine -> engine.shard(view, partition.name.partition()))
                        .anyMatch(shard -> shard != null
                                && shard.fillId().isSameAs(view.database.results.pipeline.fillId())
                                && shard.position() == partition.end));
    }
}
