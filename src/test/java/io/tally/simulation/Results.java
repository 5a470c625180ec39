package io.tally.simulation;

import io.tally.publish.Ledger;
import io.tally.view.DefaultView;
import io.tally.view.View;
import io.tally.window.Checkpoint;
import io.tally.window.FillId;
import io.tally.window.FilterState;
import io.tally.window.Groups;
import io.tally.window.Shard;
import io.tally.window.Visibility;
import io.tally.window.WindowDeltas;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What is committed in the three tables the engine owns. */
final class Results {

    record Row(long windowStartMs, int customerId) {}

    record Total(long orderCount, long grossSalesCents) {
        Total plus(Total other) {
            return new Total(orderCount + other.orderCount, grossSalesCents + other.grossSalesCents);
        }

        boolean isEmpty() {
            return orderCount == 0 && grossSalesCents == 0;
        }
    }

    final Map<Row, Total> orderAgg;
    final Map<Integer, Checkpoint> checkpoints;
    /** For each partition: up to which time it has published, and from which position on it did. */
    private final Map<Integer, NavigableMap<Long, Long>> passed;

    Ledger.Pipeline pipeline;
    Visibility snapshot;
    /** How many have a checkpoint, unless somebody has deleted it. */
    int partitions;
    /** What the last fill has left there. */
    Map<Row, Total> filled = Map.of();
    /** The changes that it has seen. */
    Set<Source.Change> seen = Set.of();
    /** Names the fill that has begun and not ended, or null. */
    UUID filling;

    Results() {
        orderAgg = new HashMap<>();
        checkpoints = new TreeMap<>();
        passed = new HashMap<>();
    }

    /** A copy, for a backup and back. */
    Results(Results other) {
        orderAgg = new HashMap<>(other.orderAgg);
        checkpoints = new TreeMap<>(other.checkpoints);
        passed = new HashMap<>();
        other.passed.forEach((partition, times) -> passed.put(partition, new TreeMap<>(times)));
        pipeline = other.pipeline;
        snapshot = other.snapshot;
        partitions = other.partitions;
        filled = other.filled;
        seen = other.seen;
        filling = other.filling;
    }

    /** Adds a window's deltas and deletes rows that become empty. */
    void add(WindowDeltas window, boolean hasSales) {
        changes(window, hasSales).forEach((row, delta) -> {
            Total total = orderAgg.merge(row, delta, Total::plus);
            if (total.isEmpty()) {
                orderAgg.remove(row);
            }
        });
    }

    /**
     * By how much a window's deltas change its rows.
     *
     * @param hasSales whether the view sums them up; if not, they are zero
     */
    static Map<Row, Total> changes(WindowDeltas window, boolean hasSales) {
        Map<Row, Total> changes = new HashMap<>();
        Groups groups = window.groups();
        groups.forEach(slot -> changes.put(
                new Row(window.startMs(), ((Long) groups.key(slot, DefaultView.CUSTOMER)).intValue()),
                new Total(groups.units(slot, View.ROWS), hasSales ? groups.units(slot, DefaultView.SALES) : 0)));
        return changes;
    }

    /** Up to where {@code order_agg_final} shows windows. */
    long finalUpToMs() {
        return checkpoints.values().stream()
                .mapToLong(Checkpoint::publishedUpToMs)
                .min()
                .orElse(Shard.NO_TIME);
    }

    /** As much as all partitions have published that have published anything. */
    long publishedByAllMs() {
        return checkpoints.values().stream()
                .mapToLong(Checkpoint::publishedUpToMs)
                .filter(timeMs -> timeMs != Shard.NO_TIME)
                .min()
                .orElse(Shard.NO_TIME);
    }

    /** Whether a partition is read to its end, and all its windows are published. */
    boolean isAtRest(Topic.Partition partition, World world, KeptView view) {
        Checkpoint checkpoint = checkpoints.get(partition.name.partition());
        return checkpoint != null
                && pipeline.topicId().equals(world.topic.id())
                && checkpoint.position() == partition.end
                && view.changes(partition).values().stream()
                        .flatMap(change ->
                                Stream.of(change.before(), change.after()).filter(Objects::nonNull))
                        .map(view::rowOf)
                        .filter(Objects::nonNull)
                        .allMatch(row -> isPublished(checkpoint, row.windowStartMs(), view.windowMs()));
    }

    private static boolean isPublished(Checkpoint checkpoint, long startMs, long windowMs) {
        long[] early = checkpoint.publishedEarly();
        return startMs + windowMs <= checkpoint.publishedUpToMs()
                || IntStream.range(0, early.length / 2)
                        .anyMatch(i -> early[2 * i] <= startMs && startMs < early[2 * i + 1]);
    }

    /** Where the partition was when it had published everything up to the given time; beyond all if it has not. */
    long positionWhenPassed(int partition, long timeMs) {
        Map.Entry<Long, Long> move =
                passed.getOrDefault(partition, new TreeMap<>()).ceilingEntry(timeMs);
        return move == null ? Long.MAX_VALUE : move.getValue();
    }

    void move(Checkpoint to) {
        checkpoints.put(to.partition(), to);
        if (to.publishedUpToMs() != Shard.NO_TIME) {
            passed.computeIfAbsent(to.partition(), added -> new TreeMap<>())
                    .putIfAbsent(to.publishedUpToMs(), to.position());
        }
    }

    void forgetCheckpoints() {
        checkpoints.clear();
        passed.clear();
    }

    /** A checkpoint that nobody owns. */
    Checkpoint fresh(int partition, long offset, long publishedUpToMs, long newestEventTimeMs) {
        return fresh(partition, offset, publishedUpToMs, newestEventTimeMs, pipeline.fillId());
    }

    /** What tells that there was one. */
    Checkpoint gone(int partition) {
        FillId none = new FillId(pipeline.fillId().id(), Ledger.CHECKPOINT_GONE);
        return fresh(partition, 0, publishedByAllMs(), Shard.NO_TIME, none);
    }

    private Checkpoint fresh(int partition, long offset, long publishedUpToMs, long newestEventTimeMs, FillId fillId) {
        return new Checkpoint(
                partition,
                null,
                0,
                offset,
                offset,
                publishedUpToMs,
                new long[0],
                newestEventTimeMs,
                FilterState.NOTHING_SEEN,
                snapshot,
                fillId,
                null,
                0);
    }
}
