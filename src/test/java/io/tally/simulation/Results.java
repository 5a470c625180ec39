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

    final Map<Row, Total> orderAgg;
    final Map<Integer, Checkpoint> checkpoints;
    Ledger.Pipeline pipeline;
    Visibility snapshot;

    Results() {
        orderAgg = new HashMap<>();
        checkpoints = new TreeMap<>();
    }

    /** A copy, for a backup and back. */
    Results(Results other) {
        orderAgg = new HashMap<>(other.orderAgg);
        checkpoints = new TreeMap<>(other.checkpoints);
        pipeline = other.pipeline;
        snapshot = other.snapshot;
    }

    /** Adds a window's deltas and deletes rows that become empty. */
    void add(WindowDeltas window) {
        window.totals().forEach(new CustomerTotals.Visitor() {
            @Override
            public void delta(int customerId, long orderCount, long amountUnits) {
                Row row = new Row(window.startMs(), customerId);
                Total total = orderAgg.merge(row, new Total(orderCount, amountUnits), Total::plus);
                if (total.isEmpty()) {
                    orderAgg.remove(row);
                }
            }

            @Override
            public void wideDelta(int customerId, long orderCount, BigInteger amountUnits) {
                throw new IllegalStateException("no amount of the simulation needs more than a long");
            }
        });
    }

    /** A checkpoint that nobody owns. */
    Checkpoint fresh(int partition, long offset, long newestEventTimeMs) {
        return new Checkpoint(
                partition,
                null,
                0,
                offset,
                offset,
                Shard.NO_TIME,
                new long[0],
                newestEventTimeMs,
                FilterState.NOTHING_SEEN,
                snapshot,
                pipeline.bootstrapLsn());
    }
}
