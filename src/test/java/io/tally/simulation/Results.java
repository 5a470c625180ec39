package io.tally.simulation;

import io.tally.publish.Ledger;
import io.tally.window.Checkpoint;
import io.tally.window.CustomerTotals;
import io.tally.window.FilterState;
import io.tally.window.Shard;
import io.tally.window.Visibility;
import io.tally.window.WindowDeltas;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

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

    /**
     * How far a partition was when it published.
     *
     * @param position what it had applied
     * @param readUpTo what its engine had at hand, or could have: see {@link Checker#readUpTo}
     * @param newestEventTimeMs of what it had applied
     */
    private record Passing(long position, long readUpTo, long newestEventTimeMs) {}

    final Map<Row, Total> orderAgg;
    final Map<Integer, Checkpoint> checkpoints;
    /** For each partition: up to which time it has published, and how far it was when it did. */
    private final Map<Integer, NavigableMap<Long, Passing>> passed;

    Ledger.Pipeline pipeline;
    Visibility snapshot;

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
    }

    /** Adds a window's deltas and deletes rows that become empty. */
    void add(WindowDeltas window) {
        changes(window).forEach((row, delta) -> {
            Total total = orderAgg.merge(row, delta, Total::plus);
            if (total.isEmpty()) {
                orderAgg.remove(row);
            }
        });
    }

    /** By how much a window's deltas change its rows. */
    static Map<Row, Total> changes(WindowDeltas window) {
        Map<Row, Total> changes = new HashMap<>();
        window.totals().forEach(new CustomerTotals.Visitor() {
            @Override
            public void delta(int customerId, long orderCount, long amountUnits) {
                Total delta = new Total(orderCount, amountUnits);
                if (!delta.isEmpty()) {
                    changes.put(new Row(window.startMs(), customerId), delta);
                }
            }

            @Override
            public void wideDelta(int customerId, long orderCount, BigInteger amountUnits) {
                throw new IllegalStateException("no amount of the simulation needs more than a long");
            }
        });
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

    /**
     * How far the partition had read when it had published everything up to the given time; beyond all if it has not. Its
     * own orders had passed that time by the bound, or else others decided: then what was at hand counts as read, too.
     */
    long readWhenPassed(int partition, long timeMs, long outOfOrdernessMs) {
        Map.Entry<Long, Passing> move =
                passed.getOrDefault(partition, new TreeMap<>()).ceilingEntry(timeMs);
        if (move == null) {
            return Long.MAX_VALUE;
        }
        Passing passing = move.getValue();
        return passing.newestEventTimeMs >= timeMs + outOfOrdernessMs
                ? passing.position
                : Math.max(passing.position, passing.readUpTo);
    }

    void move(Checkpoint to) {
        move(to, to.position());
    }

    void move(Checkpoint to, long readUpTo) {
        checkpoints.put(to.partition(), to);
        if (to.publishedUpToMs() != Shard.NO_TIME) {
            passed.computeIfAbsent(to.partition(), added -> new TreeMap<>())
                    .putIfAbsent(to.publishedUpToMs(), new Passing(to.position(), readUpTo, to.newestEventTimeMs()));
        }
    }

    void forgetCheckpoints() {
        checkpoints.clear();
        passed.clear();
    }

    /** A checkpoint that nobody owns. */
    Checkpoint fresh(int partition, long offset, long publishedUpToMs, long newestEventTimeMs) {
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
                pipeline.bootstrapLsn());
    }
}
