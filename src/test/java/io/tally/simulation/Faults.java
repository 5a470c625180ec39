package io.tally.simulation;

import io.tally.simulation.Plan.Planned;
import io.tally.simulation.World.Backup;
import java.util.Collections;
import java.util.Set;
import java.util.SplittableRandom;

/** Makes the planned faults happen. One that cannot happen at its time, or that nothing could survive then, does not. */
final class Faults {

    private static final int MOST_PARTITIONS = 6;

    private final World world;
    private final boolean needsBackups;
    private long lastRestoreMs;
    private int timelines = 1;

    Faults(World world) {
        this.world = world;
        this.needsBackups = world.plan.faults().stream()
                .map(Planned::kind)
                .anyMatch(kind -> kind == FaultKind.DATABASE_RESTORED
                        || kind == FaultKind.RESULTS_RESTORED
                        || kind == FaultKind.FAILED_OVER);
    }

    void plan() {
        for (Planned fault : world.plan.faults()) {
            world.timeline.after(fault.atMs(), () -> {
                if (!world.isCalm() && happens(fault.kind(), new SplittableRandom(fault.seed()))) {
                    world.happened(fault.kind());
                }
            });
        }
        if (needsBackups) {
            backUp();
        }
    }

    /** Brings back what is away. */
    void end() {
        changeIdentityBack();
        for (int slot = 0; slot < world.instances.size(); slot++) {
            Instance engine = world.instances.get(slot);
            if (engine == null || !engine.isAlive()) {
                world.startEngine(slot, false);
            } else if (engine.lacksViews()) {
                engine.crash();
                world.startEngine(slot, false);
            } else {
                engine.setClock(0);
            }
        }
    }

    private boolean happens(FaultKind kind, SplittableRandom details) {
        return switch (kind) {
            case CRASH -> crash(engine(details), details, false);
            case PAUSE -> pause(engine(details), details);
            case REBALANCE -> {
                world.group.rebalance(details);
                yield true;
            }
            case CLOCK_JUMP -> setClock(engine(details), details);
            case CONNECTOR_RESTART -> restartConnector(details);
            case SNAPSHOT_REPEATED -> repeatSnapshot();
            case SLOT_LOST -> loseSlot(details);
            case OLD_CONNECTOR -> {
                world.connector.sendWithoutSequence(1 + details.nextInt(20));
                yield true;
            }
            case INCREMENTAL_SNAPSHOT -> readIncrementally(details);
            case DATABASE_RESTORED -> restoreDatabase(details);
            case RESULTS_RESTORED -> restoreResults(details);
            case REBUILD -> rebuild(details);
            case LOG_TRIMMED -> trimLog(details);
            case RETENTION -> deleteWhatNobodyNeeds();
            case TOPIC_RECREATED -> recreateTopic();
            case PARTITION_ADDED -> addPartition(details);
            case TRUNCATE -> truncate();
            case IDS_PASSED -> passIds();
            case IDENTITY_CHANGED -> changeIdentity(details);
            case ALTERED -> alter();
            case FAILED_OVER -> failOver(details);
            case VIEW_DROPPED -> dropShards(details);
            case VIEW_LOST -> loseView(details);
            case VIEW_AWAY -> {
                view(details).database.beAway(details.nextInt(12_000));
                yield true;
            }
            case VIEW_ADDED -> startWithAnother(details);
            case CHECKPOINT_DELETED -> deleteCheckpoint(details);
            case SILENCE -> {
                world.writers.silence(3_000 + details.nextInt(8_000));
                yield true;
            }
            default -> throw new IllegalArgumentException("not planned, kind=" + kind);
        };
    }

    // ---- engines ---------------------------------------------------------------------------------------------------

    private Instance engine(SplittableRandom details) {
        return world.instances.get(details.nextInt(world.instances.size()));
    }

    private boolean crash(Instance engine, SplittableRandom details, boolean rebuild) {
        if (engine == null || !engine.isAlive()) {
            return false;
        }
        int slot = world.instances.indexOf(engine);
        engine.crash();
        world.timeline.after(100 + details.nextInt(2_000), () -> world.group.rebalance(details));
        world.timeline.after(details.nextInt(6_000), () -> {
            if (!world.instances.get(slot).isAlive()) {
                world.startEngine(slot, rebuild);
            }
        });
        return true;
    }

    private boolean pause(Instance engine, SplittableRandom details) {
        if (engine == null || !engine.isRunning()) {
            return false;
        }
        engine.pause(200 + details.nextInt(10_000));
        world.timeline.after(details.nextInt(3_000), () -> world.group.rebalance(details));
        return true;
    }

    private KeptView view(SplittableRandom details) {
        return world.views.get(details.nextInt(world.views.size()));
    }

    /** An engine reads again from the checkpoints of one view, in some of its partitions or in all. */
    private boolean dropShards(SplittableRandom details) {
        Instance engine = engine(details);
        return engine != null && engine.isRunning() && engine.dropShards(view(details), details);
    }

    /** The results of one view are found to be worthless; the others' are not. */
    private boolean loseView(SplittableRandom details) {
        Instance engine = engine(details);
        return engine != null && engine.isRunning() && engine.lose(view(details));
    }

    /** All engines are stopped one after another, and started with one view more. */
    private boolean startWithAnother(SplittableRandom details) {
        boolean any = false;
        for (Instance engine : world.instances.toArray(Instance[]::new)) {
            any |= crash(engine, details, false);
        }
        return any;
    }

    private boolean rebuild(SplittableRandom details) {
        boolean any = false;
        for (Instance engine : world.instances.toArray(Instance[]::new)) {
            any |= (!any || details.nextBoolean()) && crash(engine, details, true);
        }
        return any;
    }

    private boolean setClock(Instance engine, SplittableRandom details) {
        if (engine == null || !engine.isAlive()) {
            return false;
        }
        int mostMs = details.nextBoolean() ? 20_000 : 3_600_000;
        engine.setClock(details.nextInt(-mostMs, mostMs));
        return true;
    }

    // ---- connector -------------------------------------------------------------------------------------------------

    private boolean restartConnector(SplittableRandom details) {
        if (!world.connector.isRunning()) {
            return false;
        }
        world.connector.restart(details);
        return true;
    }

    private boolean readIncrementally(SplittableRandom details) {
        if (!world.connector.isRunning()) {
            return false;
        }
        world.connector.readIncrementally(details);
        return true;
    }

    private boolean repeatSnapshot() {
        if (!world.connector.isRunning() || world.source.isEmpty()) {
            return false;
        }
        world.connector.startAgainOnSlot();
        return true;
    }

    /** Changes until the new slot is there are not streamed, so no backup of the orders may lead back before it. */
    private boolean loseSlot(SplittableRandom details) {
        if (!world.connector.isRunning()) {
            return false;
        }
        world.backups.replaceAll(backup -> new Backup(null, backup.results()));
        world.connector.stop();
        world.timeline.after(details.nextInt(4_000), () -> world.connector.startFromNothing(false));
        return true;
    }

    private boolean truncate() {
        if (!world.source.isQuiet()) {
            return false;
        }
        Source.Tx tx = world.source.begin();
        tx.changes.add(new Source.Change('t', -1, null, null, world.source.advance(20), true));
        world.source.commit(tx, world.timeline.nowMs());
        world.source.show(tx);
        return true;
    }

    private boolean passIds() {
        if (!world.source.isQuiet() || !world.connector.isRunning()) {
            return false;
        }
        world.connector.send(Integer.MAX_VALUE);
        if (world.connector.isInFirstTransaction()) {
            return false;
        }
        world.connector.forgetSent();
        world.topic.partitions.forEach(partition -> partition.trim(partition.entries.size()));
        world.backups.replaceAll(backup -> new Backup(null, backup.results()));
        world.source.passIds(1L << 31);
        Source.Tx lastOfThem = world.source.begin();
        world.source.commit(lastOfThem, world.timeline.nowMs());
        world.source.show(lastOfThem);
        return true;
    }

    // ---- catalog ---------------------------------------------------------------------------------------------------

    /** Rows before changes are not in the log for a while. */
    private boolean changeIdentity(SplittableRandom details) {
        if (!world.source.isUnlocked() || !world.source.catalog().full()) {
            return false;
        }
        world.source.alter(false);
        if (details.nextInt(3) == 0) {
            // Whoever applied a row that is made up may be gone before anybody looks.
            world.timeline.after(details.nextInt(4_000), () -> world.group.rebalance(details));
        }
        world.timeline.after(1 + details.nextInt(details.nextBoolean() ? 3_000 : 15_000), this::changeIdentityBack);
        return true;
    }

    private void changeIdentityBack() {
        if (world.source.catalog().full()) {
            return;
        }
        if (world.source.isUnlocked()) {
            world.source.alter(true);
        } else {
            world.timeline.after(20, this::changeIdentityBack);
        }
    }

    /** Nothing that matters: the engines cannot know. */
    private boolean alter() {
        if (!world.source.isUnlocked()) {
            return false;
        }
        world.source.alter(world.source.catalog().full());
        return true;
    }

    /**
     * A standby that was a bit behind goes on in the place of the server; it is on another timeline.
     */
    private boolean failOver(SplittableRandom details) {
        int chosen = details.nextInt(world.backups.size());
        while (chosen >= 0 && world.backups.get(chosen).source() == null) {
            chosen--;
        }
        if (chosen < 0 || !world.connector.isRunning() || world.connector.isReadingTable()) {
            return false;
        }
        Backup backup = world.backups.get(chosen);
        if (!backup.hasResults()
                || world.connector.sentWithoutFirstPartSince(backup.source().logSize())) {
            return false;
        }
        world.backups.subList(chosen + 1, world.backups.size()).clear();
        world.restores++;
        world.source.restore(backup.source());
        world.source.promote(++timelines);
        restoreResults(backup);
        world.connector.sourceWentBack();
        // Writers have to connect again; till then nobody takes the ids of transactions that are no more.
        world.writers.silence(details.nextInt(8_000));
        if (details.nextInt(3) == 0) {
            // Somebody helps, and so the results are filled once more, by an engine that knows nothing.
            world.timeline.after(1_000 + details.nextInt(6_000), () -> rebuild(details));
        }
        return true;
    }

    // ---- log -------------------------------------------------------------------------------------------------------

    private boolean trimLog(SplittableRandom details) {
        if (world.source.hasInvisible()) {
            return false;
        }
        for (Topic.Partition partition : world.topic.partitions) {
            partition.trim(details.nextInt(partition.entries.size() + 1));
        }
        return true;
    }

    /** Not while somebody may be about to fill the results, and to read on from some time ago: retention is slower than that. */
    private boolean deleteWhatNobodyNeeds() {
        if (world.source.hasInvisible()
                || !world.databasesAreIdle()
                || world.instances.stream().anyMatch(engine -> engine != null && engine.isLoading())) {
            return false;
        }
        boolean any = false;
        for (Topic.Partition partition : world.topic.partitions) {
            if (!partition.entries.isEmpty()
                    && world.views.stream().allMatch(view -> view.database.results.isAtRest(partition, world, view))) {
                partition.trim(partition.entries.size());
                partition.beginning = partition.end;
                any = true;
            }
        }
        return any;
    }

    private boolean recreateTopic() {
        if (world.source.hasInvisible()) {
            return false;
        }
        world.topic = world.topic.madeAgain();
        world.group.startOver();
        return true;
    }

    /** Records sent again would go elsewhere than the first time, so the connector forgets what it has sent. */
    private boolean addPartition(SplittableRandom details) {
        if (world.topic.partitions.size() >= MOST_PARTITIONS || world.connector.isSendingAgain()) {
            return false;
        }
        world.connector.forgetSent();
        world.backups.replaceAll(backup -> new Backup(null, backup.results()));
        world.topic.addPartition();
        world.timeline.after(details.nextInt(3_000), () -> world.group.rebalance(details));
        return true;
    }

    // ---- database --------------------------------------------------------------------------------------------------

    /** Most often the one that was made last. */
    private boolean deleteCheckpoint(SplittableRandom details) {
        Database database = view(details).database;
        Set<Integer> found = database.results.checkpoints.keySet();
        if (found.isEmpty()) {
            return false;
        }
        int partition = details.nextInt(3) > 0 ? Collections.max(found) : details.nextInt(found.size());
        database.begin(new Database.Transaction(1L << partition) {
            @Override
            void run() {
                database.commit(this);
            }

            @Override
            void commit() {
                database.results.checkpoints.remove(partition);
            }

            @Override
            void failed() {}
        });
        return true;
    }

    private void backUp() {
        boolean whole = world.source.isQuiet() && world.connector.isRunning() && !world.connector.isReadingTable();
        world.backups.add(new Backup(
                whole ? world.source.backUp() : null,
                world.views.stream()
                        .map(view -> new Results(view.database.results))
                        .toList()));
        if (!world.isCalm()) {
            world.timeline.after(1_000, this::backUp);
        }
    }

    private boolean restoreResults(SplittableRandom details) {
        Backup backup = world.backups.get(details.nextInt(world.backups.size()));
        restoreResults(backup);
        return true;
    }

    private void restoreResults(Backup backup) {
        for (int i = 0; i < world.views.size(); i++) {
            world.views.get(i).database.restore(backup.results().get(i));
            world.views.get(i).checker.restored();
        }
    }

    /**
     * The first transaction after it touches every partition, with LSNs below those of all that was undone. Two restores
     * to one backup within a millisecond would make two such transactions that nobody can tell apart.
     */
    private boolean restoreDatabase(SplittableRandom details) {
        int chosen = details.nextInt(world.backups.size());
        while (chosen >= 0 && world.backups.get(chosen).source() == null) {
            chosen--;
        }
        if (chosen < 0) {
            return false;
        }
        Backup backup = world.backups.get(chosen);
        boolean done = restoreDatabase(backup);
        if (done && details.nextInt(4) == 0) {
            // Nobody writes until it is restored once more, so the log may come to one place twice.
            int againMs = 500 + details.nextInt(8_000);
            world.writers.silence(againMs + details.nextInt(8_000));
            world.timeline.after(againMs, () -> {
                if (!world.isCalm() && world.backups.contains(backup) && restoreDatabase(backup)) {
                    world.happened(FaultKind.DATABASE_RESTORED);
                }
            });
        }
        return done;
    }

    private boolean restoreDatabase(Backup backup) {
        boolean isSecondInThisMoment = lastRestoreMs == world.timeline.nowMs();
        if (isSecondInThisMoment || !world.connector.isRunning() || world.connector.isReadingTable()) {
            return false;
        }
        if (world.connector.sentWithoutFirstPartSince(backup.source().logSize())) {
            return false;
        }
        lastRestoreMs = world.timeline.nowMs();
        world.backups
                .subList(world.backups.indexOf(backup) + 1, world.backups.size())
                .clear();
        world.restores++;
        world.source.restore(backup.source());
        restoreResults(backup);
        world.connector.sourceWentBack();
        world.writers.touchEveryPartition();
        world.connector.send(Integer.MAX_VALUE);
        return true;
    }
}
