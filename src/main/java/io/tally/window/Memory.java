package io.tally.window;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/** Memory and replay turns, shared by the stores of one engine. Safe for use by many threads. */
public final class Memory {

    private final List<WindowStore> stores = new CopyOnWriteArrayList<>();
    private final AtomicReference<Shard> replayTurn = new AtomicReference<>();

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
     * partitions holds no more than one replay beyond the bound.
     */
    boolean mayReplay(Shard shard) {
        Shard holder = replayTurn.get();
        boolean free = holder == null || holder.dropped() || !holder.progress().replaying();
        return holder == shard || free && replayTurn.compareAndSet(holder, shard);
    }
}
