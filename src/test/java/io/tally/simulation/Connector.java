package io.tally.simulation;

import io.tally.simulation.Source.Change;
import io.tally.simulation.Source.Row;
import io.tally.simulation.Source.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The connector: reads the whole table once, then sends every committed transaction in commit order. It remembers where it
 * is only now and then, so a restart sends a stretch again.
 */
final class Connector {

    /** A place in the source's log: a transaction and a change in it. */
    private record Place(int transaction, int change) {}

    private final World world;
    private final SplittableRandom random;

    private boolean running;
    private final List<Integer> keysToRead = new ArrayList<>();
    private List<Row> rowsToRead = List.of();
    private int rowsRead;
    private long readLsn;
    private long readFirstPart;
    private long readMs;

    /** Where the slot began to keep the log, or what the present topic begins with. */
    private Place slotStart = new Place(0, 0);

    private Place next = slotStart;
    /** The place after the last record that was ever sent. */
    private Place furthest = slotStart;

    /** The first transaction after a start from nothing, whose records carry null instead of a last commit. */
    private int withoutFirstPart = -1;
    /** The last one of them that was ever sent so. */
    private int lastWithoutFirstPart = -1;
    /** How many changes to come have no sequence. */
    private int withoutSequence;
    /** What a restart may go back to: places sent since the last point from which everything goes elsewhere. */
    private final List<Place> sent = new ArrayList<>();

    Connector(World world) {
        this.world = world;
        this.random = world.random("connector");
    }

    boolean isRunning() {
        return running;
    }

    void stop() {
        running = false;
    }

    /**
     * Starts with a new slot and no offsets: what was not sent before is never streamed. PostgreSQL makes a slot only when
     * nothing is half committed.
     *
     * @param evenIfEmpty whether to start on a table without rows, whose snapshot leaves no trace
     */
    void startFromNothing(boolean evenIfEmpty) {
        if (!evenIfEmpty && world.isCalm() && world.source.isQuiet() && world.source.isEmpty()) {
            // Nobody else writes any more.
            world.writers.touchEveryPartition();
        }
        if (world.source.hasInvisible() || !evenIfEmpty && world.source.isEmpty()) {
            world.timeline.after(50, () -> startFromNothing(evenIfEmpty));
            return;
        }
        running = true;
        slotStart = new Place(world.source.log.size(), 0);
        furthest = slotStart;
        readTable();
    }

    /** Starts with the slot it had and no offsets. */
    void startAgainOnSlot() {
        readTable();
    }

    private void readTable() {
        next = slotStart;
        sent.clear();
        withoutFirstPart = next.transaction();
        lastWithoutFirstPart = Math.max(lastWithoutFirstPart, withoutFirstPart);
        keysToRead.clear();
        List<Row> rows = new ArrayList<>();
        for (int key = 0; key < world.source.rows.length; key++) {
            if (world.source.rows[key] != null) {
                keysToRead.add(key);
                rows.add(world.source.rows[key]);
            }
        }
        rowsToRead = rows;
        rowsRead = 0;
        readLsn = world.source.advance(7);
        readFirstPart = random.nextBoolean() ? readLsn : -1;
        readMs = world.timeline.nowMs();
    }

    boolean isReadingTable() {
        return rowsRead < rowsToRead.size();
    }

    /**
     * Goes back to a place sent before; in the middle of reading the table, begins that again, unless the table has become
     * empty: nobody can see that it was read.
     */
    void restart(SplittableRandom details) {
        if (isReadingTable()) {
            if (world.source.isEmpty()) {
                return;
            }
            if (rowsRead > 0) {
                world.happened(FaultKind.SNAPSHOT_CUT_SHORT);
            }
            readTable();
            return;
        }
        if (sent.isEmpty()) {
            return;
        }
        next = sent.get(Math.max(0, sent.size() - 1 - details.nextInt(1 + details.nextInt(40))));
        while (!sent.isEmpty() && !isBefore(sent.getLast(), next)) {
            sent.removeLast();
        }
        if (next.transaction() == withoutFirstPart) {
            world.happened(FaultKind.FIRST_PART_CHANGED);
        }
        withoutFirstPart = -1;
    }

    private static boolean isBefore(Place one, Place other) {
        return one.transaction() < other.transaction()
                || one.transaction() == other.transaction() && one.change() < other.change();
    }

    /** Whether the first transaction after a start from nothing has not been sent to its end. */
    boolean isInFirstTransaction() {
        return next.transaction() <= withoutFirstPart;
    }

    /** Whether a transaction from here on was sent without the first part of its sequence, lowest of all. */
    boolean sentWithoutFirstPartSince(int transaction) {
        return lastWithoutFirstPart >= transaction;
    }

    /** Whether what comes next was sent before. */
    boolean isSendingAgain() {
        return isBefore(next, furthest);
    }

    /** From here on records go to other places in the log: no restart goes back before this. */
    void forgetSent() {
        sent.clear();
        slotStart = next;
    }

    /** The source's log was cut: goes on at its end, or before if it was not that far. */
    void sourceWentBack() {
        int end = world.source.log.size();
        if (next.transaction() > end) {
            next = new Place(end, 0);
        }
        if (next.transaction() == end) {
            next = new Place(end, 0);
        }
        if (withoutFirstPart >= end) {
            withoutFirstPart = -1;
        }
        furthest = next;
        keysToRead.clear();
        rowsToRead = List.of();
        rowsRead = 0;
        forgetSent();
    }

    void sendWithoutSequence(int changes) {
        withoutSequence = changes;
    }

    void readIncrementally(SplittableRandom details) {
        for (int key = 0; key < world.source.rows.length; key++) {
            Row row = world.source.rows[key];
            if (row != null && details.nextBoolean()) {
                append(key, Envelope.read(key, row, "incremental", world.source.lsn(), world.timeline.nowMs(), -1));
            }
        }
    }

    boolean isAtEnd() {
        return running && !isReadingTable() && next.transaction() == world.source.log.size();
    }

    /** Sends up to so many records, in one transaction of the producer. */
    void send(int most) {
        if (!running) {
            return;
        }
        long before = endsOfAll();
        int left = most;
        while (left > 0 && isReadingTable()) {
            readRow();
            left--;
        }
        while (left > 0 && next.transaction() < world.source.log.size()) {
            sendNext();
            left--;
        }
        if (endsOfAll() != before && random.nextBoolean()) {
            // Markers: every partition of the transaction gets one; a partition without records does no harm.
            world.topic.partitions.forEach(partition -> partition.end += random.nextInt(2));
        }
    }

    private long endsOfAll() {
        long sum = 0;
        for (Topic.Partition partition : world.topic.partitions) {
            sum += partition.end;
        }
        return sum;
    }

    private void readRow() {
        String kind = rowsRead == 0 ? "first" : rowsRead == rowsToRead.size() - 1 ? "last" : "true";
        int key = keysToRead.get(rowsRead);
        append(key, Envelope.read(key, rowsToRead.get(rowsRead), kind, readLsn, readMs, readFirstPart));
        rowsRead++;
    }

    private void sendNext() {
        Tx tx = world.source.log.get(next.transaction());
        if (next.change() < tx.changes.size()) {
            Change change = tx.changes.get(next.change());
            long firstPart = next.transaction() == withoutFirstPart ? -1 : tx.previousCommitLsn;
            sent.add(next);
            if (world.byChance(FaultKind.DEAD_LETTER, random)) {
                Topic.Partition bad = world.topic.partitionOf(change.key());
                bad.appendUndecodable(Envelope.UNDECODABLE, world.timeline.nowMs());
            }
            if (!change.full() && change.before() != null) {
                world.happened(FaultKind.MADE_UP);
            }
            boolean old = !world.isCalm() && withoutSequence-- > 0;
            byte[] record = old
                    ? Envelope.withoutSequence(change, tx.id, tx.commitMs)
                    : Envelope.streamed(change, tx.id, firstPart, tx.commitMs);
            Topic.Partition partition = world.topic.partitionOf(change.key());
            if (change.op() != 't' && world.byChance(FaultKind.VOID_CHANGE, random)) {
                if (random.nextBoolean()) {
                    partition.append(Envelope.withoutQuantity(record), change, false, world.timeline.nowMs());
                } else {
                    partition.appendUndecodable(Envelope.cutOff(record), world.timeline.nowMs());
                }
            } else {
                partition.append(record, change, true, world.timeline.nowMs());
            }
            if (change.op() == 'd') {
                append(change.key(), null);
            } else if (random.nextInt(32) == 0) {
                append(random.nextInt(), Envelope.MESSAGE);
            }
        }
        next = next.change() + 1 < tx.changes.size()
                ? new Place(next.transaction(), next.change() + 1)
                : new Place(next.transaction() + 1, 0);
        if (isBefore(furthest, next)) {
            furthest = next;
        }
    }

    private void append(int key, byte[] value) {
        world.topic.partitionOf(key).append(value, world.timeline.nowMs());
    }
}
