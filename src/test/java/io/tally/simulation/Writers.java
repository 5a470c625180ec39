package io.tally.simulation;

import io.tally.simulation.Source.Row;
import io.tally.simulation.Source.Tx;
import java.util.SplittableRandom;

/** Programs that write orders: transactions of a few statements each, several at a time. */
final class Writers {

    private static final int CUSTOMERS = 4;

    private final World world;
    private final SplittableRandom random;
    private int left;
    private long silentUntilMs;

    Writers(World world, int transactions) {
        this.world = world;
        this.random = world.random("writers");
        this.left = transactions;
    }

    void start() {
        if (left-- > 0) {
            long pauseMs = 1 + random.nextLong(2 * world.plan.meanPauseMs());
            world.timeline.at(Math.max(world.timeline.nowMs() + pauseMs, silentUntilMs), () -> {
                begin();
                start();
            });
        }
    }

    void silence(long ms) {
        silentUntilMs = world.timeline.nowMs() + ms;
    }

    private void begin() {
        Tx tx = world.source.begin();
        goOn(tx, random.nextInt(6), world.restores);
    }

    private void goOn(Tx tx, int statements, int restores) {
        if (world.restores != restores) {
            return;
        }
        if (statements > 0) {
            statement(tx);
            long pauseMs = random.nextInt(4) == 0 ? random.nextInt(3_000) : random.nextInt(20);
            world.timeline.after(pauseMs, () -> goOn(tx, statements - 1, restores));
        } else if (random.nextInt(12) == 0) {
            world.source.rollBack(tx);
        } else {
            commit(tx, restores);
        }
    }

    private void commit(Tx tx, int restores) {
        // The time is read before the commit takes its place in the log, so times are not quite in order.
        world.source.commit(tx, world.timeline.nowMs() - random.nextInt(3));
        if (world.byChance(FaultKind.STANDBY_AWAY, random)) {
            show(tx, restores, random.nextLong(3 * world.plan.restartMarginMs()));
        } else if (world.byChance(FaultKind.VISIBLE_LATE, random)) {
            show(tx, restores, random.nextLong(world.plan.restartMarginMs() / 2));
        } else {
            world.source.show(tx);
        }
    }

    private void show(Tx tx, int restores, long afterMs) {
        world.timeline.after(afterMs, () -> {
            if (world.restores == restores) {
                world.source.show(tx);
            }
        });
    }

    private void statement(Tx tx) {
        switch (random.nextInt(8)) {
            case 0 -> copy(tx);
            case 1 -> changeKey(tx);
            case 2 -> {
                int key = find(tx, true);
                if (key >= 0) {
                    world.source.change(tx, key, null, nextLsn());
                }
            }
            case 3, 4, 5 -> {
                int key = find(tx, true);
                if (key >= 0) {
                    world.source.change(tx, key, changed(world.source.seenBy(tx, key)), nextLsn());
                }
            }
            default -> insert(tx);
        }
    }

    private void insert(Tx tx) {
        int key = find(tx, false);
        if (key >= 0) {
            world.source.change(tx, key, row(), nextLsn());
        }
    }

    /** Rows of one COPY share an LSN. */
    private void copy(Tx tx) {
        long lsn = nextLsn();
        int rows = 1 + random.nextInt(6);
        for (int i = 0; i < rows; i++) {
            int key = find(tx, false);
            if (key >= 0) {
                world.source.change(tx, key, row(), lsn);
                if (i > 0) {
                    world.happened(FaultKind.COPY);
                }
            }
        }
    }

    /** An update of the key is a delete and an insert at one LSN. */
    private void changeKey(Tx tx) {
        int from = find(tx, true);
        int to = find(tx, false);
        if (from >= 0 && to >= 0) {
            Row row = world.source.seenBy(tx, from);
            long lsn = nextLsn();
            world.source.change(tx, from, null, lsn);
            world.source.change(tx, to, row, lsn);
        }
    }

    private long nextLsn() {
        return world.source.advance(20 + random.nextInt(20));
    }

    /** A key this transaction may write, with a row or without; negative if none was found at once. */
    private int find(Tx tx, boolean withRow) {
        int keys = world.source.rows.length;
        for (int attempt = 0; attempt < 4; attempt++) {
            int key = random.nextInt(keys);
            if (world.source.isFree(key, tx) && (world.source.seenBy(tx, key) != null) == withRow) {
                return key;
            }
        }
        return -1;
    }

    private Row row() {
        return new Row(1 + random.nextInt(CUSTOMERS), 1 + random.nextInt(3), priceCents(), eventMs());
    }

    private Row changed(Row row) {
        return switch (random.nextInt(4)) {
            case 0 -> new Row(row.customerId(), row.quantity(), row.priceCents(), eventMs());
            case 1 -> new Row(1 + random.nextInt(CUSTOMERS), row.quantity(), row.priceCents(), row.eventMs());
            default -> new Row(row.customerId(), row.quantity(), priceCents(), row.eventMs());
        };
    }

    private long priceCents() {
        return random.nextInt(20) == 0 ? Source.NAN : random.nextInt(500);
    }

    private long eventMs() {
        long nowMs = world.timeline.nowMs();
        return switch (random.nextInt(40)) {
            case 0 -> Source.INFINITE;
            case 1 -> nowMs + 3_600_000L * (1 + random.nextInt(3));
            case 2, 3, 4 -> nowMs - random.nextInt(60_000);
            case 5 -> nowMs + random.nextInt(20_000);
            default -> nowMs - random.nextInt(2_000);
        };
    }

    /**
     * One transaction with an order in every partition, new rows only where there is no other way. After a restore it is
     * the first, and its LSNs lie close together, so that they are lower than all that was undone.
     */
    void touchEveryPartition() {
        Tx tx = world.source.begin();
        boolean[] touched = new boolean[world.topic.partitions.size()];
        for (int key = 0; key < world.source.rows.length; key++) {
            int partition = world.topic.partitionOf(key).name.partition();
            if (!touched[partition] && world.source.isFree(key, tx)) {
                touched[partition] = true;
                Row before = world.source.rows[key];
                Row after = new Row(1, 1, random.nextInt(500), world.timeline.nowMs());
                world.source.change(tx, key, before == null ? after : changed(before), world.source.advance(1));
            }
        }
        // Later than all that was undone, whose times may be of this very millisecond.
        world.source.commit(tx, world.timeline.nowMs() + 1);
        world.source.show(tx);
    }
}
