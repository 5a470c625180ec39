package io.tally.simulation;

import io.tally.publish.Ledger;
import io.tally.publish.Look;
import io.tally.publish.SourceState;
import io.tally.window.Batch;
import io.tally.window.Checkpoint;
import io.tally.window.DataLoss;
import io.tally.window.FillId;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.Visibility;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** The ledger of one engine: sends transactions to the {@link Database} and hears of their outcome, or does not. */
final class DatabaseClient implements Ledger {

    private final World world;
    private final Instance engine;
    private final KeptView view;
    private final Database database;
    private final Checker checker;
    /** How far the batches under way had read. */
    private final Map<Batch, Long> readUpTo = new IdentityHashMap<>();

    private final SplittableRandom random;

    DatabaseClient(World world, KeptView view, Instance engine, SplittableRandom random) {
        this.world = world;
        this.engine = engine;
        this.view = view;
        this.database = view.database;
        this.checker = view.checker;
        this.random = random;
    }

    // ---- statements that lock nothing ------------------------------------------------------------------------------

    @Override
    public CompletionStage<Optional<Misfit>> prepare() {
        return read(Optional::empty);
    }

    @Override
    public CompletionStage<Optional<Pipeline>> pipeline() {
        return read(this::seen);
    }

    @Override
    public boolean isSourceApart() {
        return world.plan.seed() % 2 == 0;
    }

    @Override
    public CompletionStage<Boolean> isCaptured() {
        return read(() -> world.connector.isRunning());
    }

    /** Answers at once: what it says moves seldom, and is asked for beside the transactions. */
    @Override
    public CompletionStage<List<SourceState>> sources(String topicId) {
        return CompletableFuture.completedStage(world.views.stream()
                .map(other -> other.database.results.pipeline)
                .filter(found -> found != null && found.topicId().equals(topicId))
                .flatMap(found -> found.source().stream())
                .toList());
    }

    @Override
    public CompletionStage<Transactions> transactions() {
        return read(() -> {
            long oldest = world.source.snapshot().xmin();
            return new Transactions(world.source.takeId(), oldest, world.source.system());
        });
    }

    @Override
    public CompletionStage<Seen> look() {
        return read(this::seen)
                .thenCompose(results -> read(() -> {
                    Look look = world.source.look();
                    return new Seen(look, world.connector.isRunning(), results.map(of -> of.on(look.system())));
                }))
                .thenCompose(this::slowly);
    }

    /** Who alters the table is waited for, and after that the answer is old. */
    private CompletionStage<Seen> slowly(Seen seen) {
        CompletableFuture<Seen> answer = new CompletableFuture<>();
        long laterMs = random.nextInt(4) == 0 ? random.nextInt(3_000) : 0;
        world.timeline.after(laterMs, engine.guarded(() -> answer.complete(seen)));
        return answer;
    }

    private Optional<Pipeline> seen() {
        return Optional.ofNullable(database.results.pipeline)
                .map(found -> new Pipeline(
                        found.settings(),
                        found.topicId(),
                        found.fillId(),
                        found.lost(),
                        new FillTimes(found.fillTimes().atMs(), database.nowMs()),
                        found.source(),
                        world.source.system()));
    }

    @Override
    public CompletionStage<Void> stop(DataLoss lost) {
        return read(() -> {
            checker.checkOffsetsGone(lost.reason());
            Pipeline found = database.results.pipeline;
            if (found != null && found.fillId().isSameAs(lost.fillId())) {
                database.results.pipeline = found.stopped(lost);
                checker.stopped(lost);
            }
            return null;
        });
    }

    @Override
    public CompletionStage<Map<Integer, Mark>> marks(Set<Integer> partitions) {
        return read(() -> {
            Map<Integer, Mark> marks = new HashMap<>();
            for (Integer partition : partitions) {
                Checkpoint found = database.results.checkpoints.get(partition);
                if (found != null) {
                    marks.put(partition, new Mark(found.owner(), found.sequence()));
                }
            }
            return marks;
        });
    }

    private <T> CompletionStage<T> read(java.util.function.Supplier<T> statement) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        if (database.isAway() || world.byChance(FaultKind.REQUEST_LOST, random)) {
            giveUp(answer, random.nextInt(2_000));
        } else {
            world.timeline.after(database.hop(), () -> answer(answer, statement.get()));
        }
        return answer;
    }

    // ---- transactions ----------------------------------------------------------------------------------------------

    /** A transaction with a client that waits for its answer. */
    private abstract class Sent<T> extends Database.Transaction {
        final CompletableFuture<T> answer = new CompletableFuture<>();
        T outcome;

        Sent(long locks) {
            super(locks);
        }

        @Override
        void run() {
            outcome = look();
            if (world.byChance(FaultKind.ZOMBIE_COMMIT, random)) {
                giveUp(answer, random.nextInt(500));
                world.timeline.after(500 + random.nextInt(9_000), () -> database.commit(this));
            } else {
                world.timeline.after(database.work(), this::finish);
            }
        }

        /** Asks for the commit. */
        void finish() {
            database.commit(this);
        }

        /** What it finds once it has its locks. */
        abstract T look();

        @Override
        void commit() {
            apply();
            if (world.byChance(FaultKind.ANSWER_LOST, random)) {
                giveUp(answer, random.nextInt(2_000));
            } else {
                answer(answer, outcome);
            }
        }

        abstract void apply();

        @Override
        void failed() {
            giveUp(answer, database.hop());
        }

        CompletionStage<T> send() {
            if (database.isAway() || world.byChance(FaultKind.REQUEST_LOST, random)) {
                giveUp(answer, random.nextInt(2_000));
            } else {
                world.timeline.after(database.hop(), () -> database.begin(this));
            }
            return answer;
        }
    }

    @Override
    public CompletionStage<Boolean> publish(List<Batch> batches) {
        return new Publish(batches).send();
    }

    /** Mirrors {@code PublishTransaction}. */
    private final class Publish extends Sent<Boolean> {
        private final List<Batch> batches;
        private final Map<Batch, Long> read;

        Publish(List<Batch> batches) {
            super(locksOf(batches.stream().map(Batch::partition).toList()));
            this.batches = batches;
            // Sent once more after a lost answer, it says what it said when it was taken.
            if (!readUpTo.keySet().containsAll(batches)) {
                readUpTo.clear();
                batches.forEach(batch -> readUpTo.put(batch, checker.readUpTo(engine, batch)));
            }
            this.read = new IdentityHashMap<>(readUpTo);
        }

        @Override
        Boolean look() {
            for (Batch batch : batches) {
                Checkpoint found = database.results.checkpoints.get(batch.partition());
                if (found == null
                        || !batch.owner().equals(found.owner())
                        || batch.expectedSequence() != found.sequence()) {
                    world.happened(FaultKind.FENCED);
                    return false;
                }
            }
            return true;
        }

        @Override
        void apply() {
            if (!outcome) {
                return;
            }
            long finalUpToMs = database.results.finalUpToMs();
            for (Batch batch : batches) {
                checker.checkMove(database.results.checkpoints.get(batch.partition()), batch.next());
                checker.checkPassed(database.results.checkpoints.get(batch.partition()), batch.next(), read.get(batch));
                checker.checkFinal(finalUpToMs, batch);
                database.results.move(batch.next());
                batch.deltas().forEach(window -> database.results.add(window, view.hasSales()));
                if (batch.next().publishedEarly().length > 0) {
                    world.happened(FaultKind.PUBLISHED_EARLY);
                }
                if (!engine.isAlive()) {
                    world.happened(FaultKind.COMMITTED_AFTER_CRASH);
                }
            }
        }
    }

    @Override
    public CompletionStage<List<Checkpoint>> takeOver(Set<Integer> partitions, UUID owner) {
        Set<Integer> inOrder = new TreeSet<>(partitions);
        if (!engine.assigned.containsAll(inOrder)) {
            view.checker.broken("partitions were taken over after they had been revoked, taken=" + inOrder
                    + " assigned=" + engine.assigned);
        }
        return new TakeOver(locksOf(inOrder), inOrder, owner)
                .send()
                .thenCompose(found -> found.size() == inOrder.size()
                        ? CompletableFuture.completedStage(found)
                        : new TakeOver(Database.WHOLE_TABLE, inOrder, owner).send());
    }

    /** Mirrors {@code PgLedger.ADD_PARTITIONS} and {@code TAKE_OVER}; adds checkpoints only if it locks the whole table. */
    private final class TakeOver extends Sent<List<Checkpoint>> {
        private final boolean mayAdd;
        private final Set<Integer> partitions;
        private final UUID owner;

        TakeOver(long locks, Set<Integer> partitions, UUID owner) {
            super(locks);
            this.mayAdd = locks == Database.WHOLE_TABLE;
            this.partitions = partitions;
            this.owner = owner;
        }

        @Override
        List<Checkpoint> look() {
            List<Checkpoint> mine = new ArrayList<>();
            boolean filling = database.results.filling != null && database.isBeingFilled();
            if (database.results.pipeline != null && !filling) {
                for (Integer partition : partitions) {
                    Checkpoint found = database.results.checkpoints.get(partition);
                    if (found == null && !mayAdd) {
                        continue;
                    }
                    boolean isGone = found == null && partition < database.results.partitions;
                    Checkpoint row =
                            found == null ? isGone ? database.results.gone(partition) : added(partition) : found;
                    mine.add(TestCheckpoints.withOwner(row, owner));
                }
            }
            return mine;
        }

        @Override
        void apply() {
            long finalUpToMs = database.results.finalUpToMs();
            if (mayAdd && !outcome.isEmpty()) {
                addBelow(Collections.max(partitions));
            }
            if (!outcome.isEmpty()) {
                database.results.filling = null;
            }
            for (Checkpoint mine : outcome) {
                Checkpoint found = database.results.checkpoints.get(mine.partition());
                database.results.move(found == null ? mine : TestCheckpoints.withOwner(found, owner));
            }
            checker.checkStaysFinal(finalUpToMs);
        }

        private Checkpoint added(int partition) {
            return database.results.fresh(partition, 0, database.results.publishedByAllMs(), Shard.NO_TIME);
        }

        /** Those in between come to have an owner later, or are never counted. */
        private void addBelow(int highest) {
            for (int between = database.results.partitions; between < highest; between++) {
                if (!database.results.checkpoints.containsKey(between)) {
                    database.results.move(added(between));
                }
            }
            database.results.partitions = Math.max(database.results.partitions, highest + 1);
        }
    }

    @Override
    public CompletionStage<Boolean> remember(FillId fillId, SourceState before, SourceState next) {
        return new Remember(fillId, before, next).send();
    }

    /** Mirrors {@code PgLedger.REMEMBER}. It waits for who fills only. */
    private final class Remember extends Sent<Boolean> {
        private final FillId fillId;
        private final SourceState before;
        private final SourceState next;

        Remember(FillId fillId, SourceState before, SourceState next) {
            super(1L << 62);
            this.fillId = fillId;
            this.before = before;
            this.next = next;
        }

        @Override
        Boolean look() {
            Pipeline found = database.results.pipeline;
            return found != null
                    && found.fillId().equals(fillId)
                    && found.source().equals(Optional.ofNullable(before));
        }

        @Override
        void apply() {
            if (outcome) {
                database.results.pipeline = database.results.pipeline.knowing(next);
            }
        }
    }

    @Override
    public CompletionStage<Begun> beginFill(Fill fill) {
        Database.FillSession session = new Database.FillSession(engine);
        return new BeginFill(fill, session).send().whenComplete((begun, failure) -> {
            if (failure != null) {
                session.close();
            }
        });
    }

    /** A step of a fill. The client drives it on: without one it is rolled back. */
    private abstract class FillStep<T> extends Sent<T> {
        FillStep() {
            super(Database.WHOLE_TABLE);
        }

        @Override
        void finish() {
            if (engine.isRunning()) {
                world.timeline.after(3, () -> database.commit(this));
            } else {
                database.rollBack(this);
            }
        }
    }

    /** Mirrors the first step of {@code FillSteps}. */
    private final class BeginFill extends FillStep<Begun> {
        private final Fill fill;
        private final Steps steps;

        BeginFill(Fill fill, Database.FillSession session) {
            this.fill = fill;
            this.steps = new Steps(fill, session);
        }

        @Override
        Begun look() {
            if (database.isBeingFilled()) {
                return new Begun(FillOutcome.UNDER_WAY, null);
            }
            Pipeline found = database.results.pipeline;
            if (!Optional.ofNullable(found).map(Pipeline::fillId).equals(fill.supersedes())) {
                world.happened(FaultKind.FILL_SUPERSEDED);
                return new Begun(FillOutcome.SUPERSEDED, null);
            }
            if (fill.reason().isEmpty() && !database.results.orderAgg.isEmpty()) {
                return new Begun(FillOutcome.HOLDS_FOREIGN_ROWS, null);
            }
            database.fillIn(steps.session);
            steps.keepHistory(found != null);
            return new Begun(FillOutcome.DONE, steps);
        }

        @Override
        void apply() {
            if (outcome.outcome() == FillOutcome.DONE) {
                database.results.filling = steps.filling;
                database.results.checkpoints.replaceAll((partition, found) -> TestCheckpoints.withOwner(found, null));
            }
        }
    }

    /** The others. Its connection to the results is gone when these are restored, that to the source when that is. */
    private final class Steps implements Filling {
        private final Fill fill;
        private final UUID filling = new UUID(random.nextLong(), random.nextLong());
        private final Database.FillSession session;
        private final int databaseRestores = database.restores;
        /** Windows that end at or before stay as they are. */
        private long historyEndMs = Shard.NO_TIME;
        /** How far each partition had been applied when it was taken from its owner. */
        private final Map<Integer, Long> positions = new HashMap<>();

        private Set<Source.Change> seen;
        private Visibility snapshot;
        private long snapshotLsn;
        private Map<Results.Row, Results.Total> rows;
        private long fillLsn;
        private Look source;

        Steps(Fill fill, Database.FillSession session) {
            this.fill = fill;
            this.session = session;
        }

        /** @param isOurs whether the rows that are there are known to be results */
        void keepHistory(boolean isOurs) {
            database.results.checkpoints.forEach((partition, found) -> positions.put(partition, found.position()));
            if (isOurs && view.hasHistory()) {
                historyEndMs = Math.min(
                        world.timeline.nowMs() - view.settings.historyOlderThanMs(), database.results.finalUpToMs());
            }
        }

        boolean keeps(Results.Row row) {
            return view.endMs(row) <= historyEndMs;
        }

        @Override
        public CompletionStage<FillOutcome> read() {
            CompletableFuture<FillOutcome> answer = new CompletableFuture<>();
            if (world.byChance(FaultKind.REQUEST_LOST, random)) {
                giveUp(answer, random.nextInt(2_000));
            } else {
                world.timeline.after(database.hop(), () -> {
                    takeSnapshot();
                    readOn(answer);
                });
            }
            return answer;
        }

        @Override
        public long rows() {
            return rows == null ? 0 : rows.size();
        }

        private void takeSnapshot() {
            snapshot = world.source.snapshot();
            seen = world.source.visible();
            snapshotLsn = world.source.lsn();
            rows = view.recount(world.source.rows);
            rows.keySet().removeIf(this::keeps);
        }

        private void readOn(CompletableFuture<FillOutcome> answer) {
            int restores = world.restores;
            // The place in the log is read after the snapshot is taken: somebody may commit between the two.
            world.timeline.after(random.nextInt(3), () -> {
                fillLsn = world.source.lsn();
                source = world.source.look();
                boolean other =
                        fill.system().isPresent() && !fill.system().get().equals(source.system());
                long readingMs = random.nextInt(4) == 0 ? random.nextInt(6_000) : random.nextInt(50);
                world.timeline.after(readingMs, () -> {
                    if (restores != world.restores || databaseRestores != database.restores) {
                        giveUp(answer, database.hop());
                    } else {
                        answer(answer, other ? FillOutcome.SUPERSEDED : FillOutcome.DONE);
                    }
                });
            });
        }

        @Override
        public CompletionStage<FillOutcome> replace() {
            return new Replace(this).send();
        }

        @Override
        public void close() {
            world.timeline.after(database.hop(), session::close);
        }
    }

    /** Mirrors the last step of {@code FillSteps}. */
    private final class Replace extends FillStep<FillOutcome> {
        private final Steps read;

        Replace(Steps read) {
            this.read = read;
        }

        @Override
        FillOutcome look() {
            if (!read.filling.equals(database.results.filling)) {
                world.happened(FaultKind.FILL_SUPERSEDED);
                return FillOutcome.SUPERSEDED;
            }
            return FillOutcome.DONE;
        }

        @Override
        void finish() {
            if (read.databaseRestores == database.restores) {
                super.finish();
            } else {
                database.rollBack(this);
            }
        }

        @Override
        void apply() {
            if (outcome != FillOutcome.DONE) {
                return;
            }
            checker.checkSeen(read.snapshotLsn);
            Fill fill = read.fill;
            Results results = database.results;
            results.filling = null;
            checker.checkHistory(read::keeps, read.positions);
            results.orderAgg.keySet().removeIf(row -> !read.keeps(row));
            if (!results.orderAgg.isEmpty()) {
                world.happened(FaultKind.HISTORY_KEPT);
            }
            results.orderAgg.putAll(read.rows);
            results.filled = Map.copyOf(results.orderAgg);
            results.seen = read.seen;
            results.forgetCheckpoints();
            results.snapshot = read.snapshot;
            results.partitions = fill.startOffsets().size();
            Map<String, Long> filledAtMs = new HashMap<>(
                    results.pipeline == null
                            ? Map.of()
                            : results.pipeline.fillTimes().atMs());
            fill.reason().ifPresent(reason -> filledAtMs.put(reason.code(), database.nowMs()));
            results.pipeline = new Pipeline(
                    fill.settings(),
                    fill.topicId(),
                    new FillId(read.filling, read.fillLsn),
                    Optional.empty(),
                    new FillTimes(filledAtMs, database.nowMs()),
                    Optional.of(SourceState.filled(read.source, true, fill.logStarts())),
                    read.source.system());
            long newestMs = results.orderAgg.keySet().stream()
                    .mapToLong(Results.Row::windowStartMs)
                    .filter(startMs -> startMs <= world.timeline.nowMs() + world.plan.maxFutureMs())
                    .max()
                    .orElse(Shard.NO_TIME);
            fill.startOffsets()
                    .forEach((partition, offset) ->
                            results.move(results.fresh(partition, offset, read.historyEndMs, newestMs)));
            world.source.advance(5);
            world.happened(FaultKind.FILLED);
            checker.checkFill(fill.reason());
        }
    }

    // ---- answers ---------------------------------------------------------------------------------------------------

    private <T> void answer(CompletableFuture<T> stage, T value) {
        world.timeline.after(database.hop(), engine.guarded(() -> stage.complete(value)));
    }

    private void giveUp(CompletableFuture<?> stage, long afterMs) {
        world.timeline.after(
                afterMs,
                engine.guarded(() -> stage.completeExceptionally(new IllegalStateException("connection lost"))));
    }

    private static long locksOf(Iterable<Integer> partitions) {
        long locks = 0;
        for (int partition : partitions) {
            locks |= 1L << partition;
        }
        return locks;
    }
}
