package io.tally.simulation;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * The server with the results: transactions that lock checkpoints, wait for each other, take their time and commit. A
 * transaction takes all its locks at once and looks at the tables when it has them, as {@code READ COMMITTED} does after a
 * wait; what it did is seen when it commits.
 */
final class Database {

    /** A transaction that locks checkpoints. */
    abstract static class Transaction {
        /** Bits of the partitions whose checkpoints it locks; all bits for the whole table. */
        private final long locks;

        private boolean ended;

        Transaction(long locks) {
            this.locks = locks;
        }

        /** It has its locks. */
        abstract void run();

        /** Makes what it did last. */
        abstract void commit();

        /** Nothing of it has happened, and its client will hear so. */
        abstract void failed();

        private boolean conflictsWith(Transaction other) {
            return (locks & other.locks) != 0;
        }
    }

    static final long WHOLE_TABLE = -1;

    private static final long LOCK_TIMEOUT_MS = 10_000;

    private final World world;
    private final SplittableRandom random;
    Results results = new Results();
    /** The session that fills the results, or null. */
    private FillSession filler;
    /** How often an earlier state was brought back. */
    int restores;

    private long awayUntilMs;
    private long clockOffsetMs;

    private final List<Transaction> running = new ArrayList<>();
    private final Deque<Transaction> waiting = new ArrayDeque<>();

    /** @param name decides what happens by chance */
    Database(World world, String name) {
        this.world = world;
        this.random = world.random(name);
    }

    /** A transaction arrives. */
    void begin(Transaction transaction) {
        waiting.add(transaction);
        if (transaction.locks != WHOLE_TABLE) {
            world.timeline.after(LOCK_TIMEOUT_MS, () -> {
                if (waiting.remove(transaction)) {
                    transaction.failed();
                    grant();
                }
            });
        }
        grant();
    }

    /** Commits a transaction that has its locks, unless it was ended before. */
    void commit(Transaction transaction) {
        if (end(transaction)) {
            transaction.commit();
            grant();
        }
    }

    /** Rolls back a transaction that has its locks, unless it was ended before. */
    void rollBack(Transaction transaction) {
        if (end(transaction)) {
            transaction.failed();
            grant();
        }
    }

    /** Takes nothing for a while: all connections break, and no other is made. */
    void beAway(long ms) {
        awayUntilMs = world.timeline.nowMs() + ms;
        breakConnections();
    }

    void setClock(long offsetMs) {
        clockOffsetMs = offsetMs;
    }

    /** By its own clock. */
    long nowMs() {
        return world.timeline.nowMs() + clockOffsetMs;
    }

    boolean isAway() {
        return world.timeline.nowMs() < awayUntilMs;
    }

    private boolean end(Transaction transaction) {
        boolean was = !transaction.ended && running.remove(transaction);
        transaction.ended = true;
        return was;
    }

    private void grant() {
        List<Transaction> granted = new ArrayList<>(2);
        List<Transaction> before = new ArrayList<>(running);
        for (Iterator<Transaction> inLine = waiting.iterator(); inLine.hasNext(); ) {
            Transaction next = inLine.next();
            if (before.stream().noneMatch(next::conflictsWith)) {
                inLine.remove();
                granted.add(next);
            }
            before.add(next);
        }
        running.addAll(granted);
        granted.forEach(Transaction::run);
    }

    /** Brings the tables back to an earlier state. All connections break. */
    void restore(Results backup) {
        results = new Results(backup);
        restores++;
        breakConnections();
    }

    private void breakConnections() {
        List<Transaction> lost = new ArrayList<>(running);
        lost.addAll(waiting);
        running.clear();
        waiting.clear();
        filler = null;
        for (Transaction transaction : lost) {
            transaction.ended = true;
            transaction.failed();
        }
    }

    /** What keeps others from filling, and from taking over, as long as it lasts. */
    static final class FillSession {
        private final Instance engine;
        private boolean closed;

        FillSession(Instance engine) {
            this.engine = engine;
        }

        void close() {
            closed = true;
        }
    }

    void fillIn(FillSession session) {
        filler = session;
    }

    /** Whether a session fills the results; that of a process that stands still has soon been ended. */
    boolean isBeingFilled() {
        return filler != null && !filler.closed && filler.engine.isRunning();
    }

    /** How long a message takes. */
    long hop() {
        return random.nextInt(8) == 0 ? random.nextInt(60) : random.nextInt(4);
    }

    /** How long a transaction needs before it commits. */
    long work() {
        return world.byChance(FaultKind.SLOW_COMMIT, random) ? 500 + random.nextInt(8_000) : random.nextInt(15);
    }

    boolean isIdle() {
        return running.isEmpty() && waiting.isEmpty();
    }
}
