package io.tally.simulation;

import io.tally.publish.Ledger;
import io.tally.window.Batch;
import io.tally.window.Checkpoint;
import io.tally.window.DataLoss;
import io.tally.window.FillId;
import io.tally.window.Shard;
import io.tally.window.WindowDeltas;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** Judges a run, without looking at how the engine came to its results. The first thing found to be wrong is kept. */
final class Checker {

    /** A new start of the connector seems to go back at its first transaction, whose sequence has no first part. */
    private static final Set<FaultKind> LOOKS_LIKE_GOING_BACK = EnumSet.of(
            FaultKind.DATABASE_RESTORED,
            FaultKind.SNAPSHOT_REPEATED,
            FaultKind.SLOT_LOST,
            FaultKind.CONNECTOR_RESTART,
            FaultKind.FAILED_OVER);

    private static final Set<FaultKind> MAY_CHANGE_IDENTITY = EnumSet.of(FaultKind.IDENTITY_CHANGED, FaultKind.ALTERED);

    /** Longer than a partition may count as idle without being looked at, with an error of the clock that goes unnoticed. */
    private static final long LONGEST_UNSEEN_MS = 3_000;

    private static final Set<FaultKind> DELETE_WHAT_IS_NEEDED = EnumSet.of(
            FaultKind.LOG_TRIMMED, FaultKind.IDS_PASSED, FaultKind.DATABASE_RESTORED, FaultKind.RESULTS_RESTORED);

    private record Stop(int partition, FillId fillId) {}

    private final World world;
    private final KeptView view;
    /** For partitions that were stopped: a position that the results, as they were filled, must never pass. */
    private final Map<Stop, Long> stops = new HashMap<>();

    /** Where in the source's log the results were filled. */
    private final Set<Long> filledAt = new HashSet<>();

    private String wrong;

    Checker(World world, KeptView view) {
        this.world = world;
        this.view = view;
    }

    /** What is wrong, or null. */
    String wrong() {
        return wrong;
    }

    void broken(String what) {
        if (wrong == null) {
            wrong = view.name + ": " + what;
        }
    }

    void refused(String message) {
        broken("an engine refused to run: " + message);
    }

    /** An engine stops because of what it has written down: if a record shows it, these results must not pass it. */
    void stopped(DataLoss lost) {
        checkIsAbout(lost, view.database.results.pipeline.fillId());
        boolean ofThisTopic = view.database.results.pipeline.topicId().equals(world.topic.id());
        if (ofThisTopic && lost.partition() != DataLoss.NOWHERE) {
            stops.merge(new Stop(lost.partition(), lost.fillId()), lost.offset(), Math::min);
        }
    }

    /** Results are not worthless for what was wrong with others. */
    void checkIsAbout(DataLoss lost, FillId fillId) {
        if (lost != null && !lost.fillId().equals(fillId)) {
            broken("results were given up for what was wrong with others, fill=" + fillId + " lost=" + lost);
        }
    }

    /** Results of an earlier moment know of no stop that was written down since. What is read again is judged anew. */
    void restored() {
        stops.clear();
        known().ifPresent(this::stopped);
    }

    /** Why engines have stopped, as long as the results are the same. */
    Optional<DataLoss> known() {
        return Optional.ofNullable(view.database.results.pipeline).flatMap(Ledger.Pipeline::lost);
    }

    /** Whoever finds partitions that were stopped must learn from the status what to do. */
    void checkSaysWhatToDo(String problem) {
        if (problem == null || !problem.contains("tally.rebuild=true")) {
            broken("an engine has stopped and does not say what to do, problem=" + problem);
        }
    }

    /**
     * A fill puts what it has seen in the place of rows: some of the old ones may stay, so what they hold must have been
     * seen. What was in the log before the snapshot, and could not be seen yet, the fill has waited for.
     */
    void checkSeen(long snapshotLsn) {
        Results results = view.database.results;
        if (results.pipeline == null || !results.pipeline.topicId().equals(world.topic.id())) {
            return;
        }
        Set<Source.Change> unseen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Source.Tx tx : world.source.log.reversed()) {
            if (tx.commitLsn <= snapshotLsn) {
                break;
            }
            unseen.addAll(tx.changes);
        }
        for (Checkpoint checkpoint : unseen.isEmpty() ? List.<Checkpoint>of() : results.checkpoints.values()) {
            view.changes(world.topic.partitions.get(checkpoint.partition()))
                    .headMap(checkpoint.position())
                    .forEach((offset, change) -> {
                        if (unseen.contains(change)) {
                            broken("old rows hold what their fill has not seen, partition=" + checkpoint.partition()
                                    + " offset=" + offset);
                        }
                    });
        }
    }

    /** The results are filled again: not without being asked, where engines are told to stop. */
    void checkFill(Optional<DataLoss.Reason> reason) {
        stops.clear();
        if (!filledAt.add(view.database.results.pipeline.fillId().lsn())) {
            world.happened(FaultKind.FILLED_AT_SAME_PLACE);
        }
        if (reason.filter(DataLoss.Reason.NO_SEQUENCE::equals).isPresent()) {
            broken("the results were filled again for what that does not mend");
        }
        if (world.plan.stopOnDataLoss() && reason.isPresent() && reason.get() != DataLoss.Reason.REQUESTED) {
            broken("the results were filled again without being asked, reason=" + reason.get());
        }
        reason.ifPresent(this::checkOffsetsGone);
        if (reason.filter(DataLoss.Reason.LSN_WENT_BACK::equals).isPresent()) {
            world.happened(FaultKind.WENT_BACK_NOTICED);
            checkWentBack();
        }
        checkPlanned(reason, DataLoss.Reason.OTHER_SYSTEM, EnumSet.of(FaultKind.FAILED_OVER));
        checkPlanned(reason, DataLoss.Reason.REPLICA_IDENTITY, MAY_CHANGE_IDENTITY);
        checkPlanned(reason, DataLoss.Reason.CHECKPOINT_GONE, EnumSet.of(FaultKind.CHECKPOINT_DELETED));
    }

    private void checkPlanned(Optional<DataLoss.Reason> found, DataLoss.Reason reason, Set<FaultKind> kinds) {
        if (found.filter(reason::equals).isPresent()
                && world.plan.faults().stream().noneMatch(fault -> kinds.contains(fault.kind()))) {
            broken("the results were filled again for nothing, reason=" + reason);
        }
    }

    /** A batch moves a checkpoint: forward only, and never past a record that is in neither place. */
    void checkMove(Checkpoint from, Checkpoint to) {
        if (to.position() < from.position()) {
            broken("a position went back, from=" + from + " to=" + to);
        }
        if (to.publishedUpToMs() < from.publishedUpToMs()) {
            broken("windows are no longer published, from=" + from + " to=" + to);
        }
        if (view.database.results.pipeline.topicId().equals(world.topic.id())) {
            Stop stop = new Stop(to.partition(), to.fillId());
            if (to.position() > stops.getOrDefault(stop, Long.MAX_VALUE)) {
                broken("a partition that was stopped went on, from=" + from + " to=" + to);
            }
            Topic.Partition partition = world.topic.partitions.get(to.partition());
            if (view.undecodable(partition) == partition.undecodable) {
                world.happened(
                        FaultKind.COUNTED_BY_SOME,
                        between(from, to, partition.undecodableWithQuantity).size()
                                - between(from, to, partition.undecodable).size());
            }
            for (long offset : between(from, to, view.undecodable(partition))) {
                if (!world.deadLetters.contains(world.topic.id() + "/" + to.partition() + "/" + offset)) {
                    broken("a dead letter was passed before it was taken, partition=" + to.partition() + " offset="
                            + offset);
                }
            }
        }
    }

    private static Set<Long> between(Checkpoint from, Checkpoint to, NavigableSet<Long> offsets) {
        return offsets.subSet(from.position(), to.position());
    }

    /** Results are not filled again for nothing: the log goes back, or seems to, only where one of these was planned. */
    private void checkWentBack() {
        if (!isPlanned(LOOKS_LIKE_GOING_BACK)) {
            broken("the source's log was taken to have gone back");
        }
    }

    /** Nothing that a partition needs is missing because of what it does not need. */
    void checkOffsetsGone(DataLoss.Reason reason) {
        if (reason == DataLoss.Reason.OFFSETS_GONE && !isPlanned(DELETE_WHAT_IS_NEEDED)) {
            broken("offsets were taken to be gone that nobody needs");
        }
    }

    private boolean isPlanned(Set<FaultKind> kinds) {
        return kinds.stream().anyMatch(world.plan::has);
    }

    /**
     * A reader of {@code order_agg_final} looks before and after a batch. What it has seen may change only because of
     * an order that was not read yet when its partition passed the window.
     *
     * @param finalUpToMs the view shows windows up to here
     */
    void checkFinal(long finalUpToMs, Batch batch) {
        Results results = view.database.results;
        if (!results.pipeline.topicId().equals(world.topic.id())) {
            return;
        }
        int partition = batch.partition();
        long readUpTo = batch.next().position();
        NavigableMap<Long, Source.Change> changes = view.changes(world.topic.partitions.get(partition));
        for (WindowDeltas window : batch.deltas()) {
            if (window.endMs() <= finalUpToMs) {
                long passedAt = results.positionWhenPassed(partition, window.endMs());
                List<Source.Change> late = changes.tailMap(passedAt).entrySet().stream()
                        .takeWhile(change -> change.getKey() < readUpTo)
                        .map(Map.Entry::getValue)
                        .toList();
                Results.changes(window, view.hasSales()).forEach((row, delta) -> {
                    if (late.stream().noneMatch(change -> touches(change, row))) {
                        broken("a final row changed, but no order was late, partition=" + partition + " " + row + " by "
                                + delta);
                    }
                    world.happened(FaultKind.FINAL_CORRECTED);
                });
            }
        }
    }

    /**
     * A partition passes windows that its own orders have not passed only if none of theirs is at hand: else they would be
     * shown as final, and change.
     */
    void checkPassed(Checkpoint from, Checkpoint to, long readUpTo) {
        if (to.position() >= readUpTo
                || !view.database.results.pipeline.topicId().equals(world.topic.id())) {
            return;
        }
        long ownMs = to.newestEventTimeMs() == Shard.NO_TIME
                ? from.publishedUpToMs()
                : Math.max(from.publishedUpToMs(), to.newestEventTimeMs() - world.plan.outOfOrdernessMs());
        view.changes(world.topic.partitions.get(to.partition()))
                .subMap(to.position(), readUpTo)
                .forEach((offset, change) -> {
                    for (Source.Row order : new Source.Row[] {change.before(), change.after()}) {
                        Results.Row row = view.rowOf(order);
                        if (row != null) {
                            long endMs = row.windowStartMs() + view.windowMs();
                            if (endMs > ownMs && endMs <= to.publishedUpToMs()) {
                                broken("a window was passed though its order was at hand, offset=" + offset + " " + row
                                        + " to=" + to);
                            }
                        }
                    }
                });
    }

    /**
     * How far an engine can have read when it takes out what is due. Polled is read, applied or not; and so is what has been in
     * the log for long: an engine that does not look must not take a partition for one without orders.
     */
    long readUpTo(Instance engine, Batch taken) {
        Topic.Partition partition = world.topic.partitions.get(taken.partition());
        long polledUpTo = engine.polledUpTo(view, taken.partition());
        boolean gone = taken.next().position() < partition.beginning;
        return gone ? polledUpTo : Math.max(polledUpTo, partition.endAt(world.timeline.nowMs() - LONGEST_UNSEEN_MS));
    }

    private boolean touches(Source.Change change, Results.Row row) {
        return row.equals(view.rowOf(change.told())) || row.equals(view.rowOf(change.after()));
    }

    /** Windows that were final do not disappear from the view. */
    void checkStaysFinal(long finalUpToMs) {
        if (view.database.results.finalUpToMs() < finalUpToMs) {
            broken("windows are no longer final, before=" + finalUpToMs + " now="
                    + view.database.results.finalUpToMs());
        }
    }

    /**
     * Results that keep history hold what their last fill has left there and every change that it has not seen, but for
     * deletes of history.
     *
     * @param upTo how far each partition was applied
     */
    private Map<Results.Row, Results.Total> withHistory(Map<Integer, Long> upTo) {
        Results results = view.database.results;
        Map<Results.Row, Results.Total> rows = new HashMap<>(results.filled);
        Set<Source.Change> counted = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Topic.Partition partition : world.topic.partitions) {
            long end = upTo.getOrDefault(partition.name.partition(), 0L);
            for (Source.Change change : view.changes(partition).headMap(end).values()) {
                if (results.seen.contains(change) || !counted.add(change)) {
                    continue;
                }
                if (view.isPurge(change, world.source.committedAtMs.get(change))) {
                    world.happened(FaultKind.PURGED);
                } else {
                    add(rows, change.before(), -1);
                    add(rows, change.after(), 1);
                }
            }
        }
        return rows;
    }

    private void add(Map<Results.Row, Results.Total> rows, Source.Row order, int sign) {
        Results.Row row = view.rowOf(order);
        if (row != null) {
            Results.Total total = view.totalOf(order);
            rows.merge(
                    row,
                    new Results.Total(sign * total.orderCount(), sign * total.grossSalesCents()),
                    Results.Total::plus);
            rows.values().removeIf(Results.Total::isEmpty);
        }
    }

    /**
     * A fill leaves rows alone: they have to be right by then.
     *
     * @param keeps whether it leaves a row alone
     * @param positions how far each partition was applied
     */
    void checkHistory(Predicate<Results.Row> keeps, Map<Integer, Long> positions) {
        if (view.hasHistory()) {
            Map<Results.Row, Results.Total> truth = withHistory(positions);
            truth.keySet().removeIf(keeps.negate());
            Map<Results.Row, Results.Total> found = new HashMap<>(view.database.results.orderAgg);
            found.keySet().removeIf(keeps.negate());
            check(truth, found, "history is not what was counted:");
        }
    }

    /** At the end of a run, when nothing is under way any more. */
    void checkEnd() {
        Map<Integer, Long> ends = new HashMap<>();
        world.topic.partitions.forEach(partition -> ends.put(partition.name.partition(), partition.end));
        check(
                view.hasHistory() ? withHistory(ends) : view.recount(world.source.rows),
                view.database.results.orderAgg,
                "it is not what orders add up to:");
    }

    private void check(Map<Results.Row, Results.Total> truth, Map<Results.Row, Results.Total> results, String what) {
        if (!truth.equals(results)) {
            StringBuilder difference = new StringBuilder(what);
            Set<Results.Row> rows = new HashSet<>(truth.keySet());
            rows.addAll(results.keySet());
            for (Results.Row row : rows) {
                Results.Total expected = truth.get(row);
                Results.Total found = results.get(row);
                if (expected == null || !expected.equals(found)) {
                    difference.append("\n  ").append(row).append(" expected ").append(expected);
                    difference.append(" found ").append(found);
                }
            }
            broken(difference.toString());
        }
    }
}
