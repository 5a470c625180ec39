package io.tally.bench;

import java.util.concurrent.locks.LockSupport;

/** Holds a loop back to a rate, counted from its first step. Belongs to one thread. */
final class Pace {

    static final Pace UNBOUNDED = new Pace(Long.MAX_VALUE);

    private static final long NANOS = 1_000_000_000;

    private final long perSecond;
    private long startNanos;

    Pace(long perSecond) {
        this.perSecond = perSecond;
    }

    /** Waits until a step is due, the first one being 0. */
    void await(long step) {
        if (perSecond == Long.MAX_VALUE) {
            return;
        }
        if (step == 0) {
            startNanos = System.nanoTime();
        }
        long due = startNanos + step * NANOS / perSecond;
        long now = System.nanoTime();
        while (due > now) {
            LockSupport.parkNanos(due - now);
            now = System.nanoTime();
        }
    }
}
