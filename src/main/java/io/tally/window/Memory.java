package io.tally.window;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Memory and replay turns, shared by the stores of one engine. Safe for use by many threads. */
public final class Memory {

    /** Longer than the first poll of a consumer takes. */
    static final long LONGEST_STANDSTILL_MS = 5_000;

    private final List<WindowStore> stores = new CopyOnWriteArrayList<>();
    /** The shard whose turn to replay it is, with its position and when that was seen to move. */
    private Shard holder;

    private long holderPosition;
    private long movedAtMs;

    void add(WindowStore store) {
        stores.add(store);
    }

    /** Groups of all stores together, as {@link WindowStore#groups()} counts. */
    long groups() {
        long sum = 0;
        for (WindowStore store : stores) {
            sum += store.groups();
        }
        return sum;
    }

    /**
     * Whether it is this shard's turn to replay, or becomes it now. Shards do so one after another, so that a takeover of many
     * partitions holds no more than one replay beyond the bound. One that does not get on, because its poll waits for the
     * dead-letter topic or its broker is away, keeps the turn for a moment only.
     */
    synchronized boolean mayReplay(Shard shard, long nowMs) {
        if (shard != holder && mayPassOn(nowMs)) {
            holder = shard;
            holderPosition = shard.progress().position();
            movedAtMs = nowMs;
        }
        return shard == holder;
    }

    private boolean mayPassOn(long nowMs) {
        if (holder == null || holder.dropped() || !holder.progress().replaying()) {
            return true;
        }
        long position = holder.progress().position();
        if (position != holderPosition) {
            holderPosition = position;
            movedAtMs = nowMs;
        }
        return !Waiting.lasts(nowMs, movedAtMs + LONGEST_STANDSTILL_MS, LONGEST_STANDSTILL_MS);
    }
}
