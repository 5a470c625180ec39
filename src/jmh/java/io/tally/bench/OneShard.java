package io.tally.bench;

import io.tally.cdc.RowChange;
import io.tally.view.DefaultView;
import io.tally.window.Changes;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowSettings;
import java.time.Duration;
import java.util.UUID;

/** A partition's windows without Kafka and PostgreSQL. */
final class OneShard {

    static final long WINDOW_MS = 60_000;

    private static final byte[] ORDER_ID = new byte[8];

    private OneShard() {}

    /** @param maxGroups bound on groups */
    static WindowSettings settings(long maxGroups) {
        return new WindowSettings(
                DefaultView.of(Duration.ofMillis(WINDOW_MS)),
                5_000,
                1_000,
                300_000,
                maxGroups,
                Long.MAX_VALUE,
                Long.MAX_VALUE,
                false,
                false,
                WindowSettings.NEVER,
                false);
    }

    /** Partition 0, from its beginning. */
    static Shard empty(WindowSettings settings) {
        return new Shard(TestCheckpoints.fresh(0, new UUID(0, 0), 0, null, 0), settings, 0);
    }

    /**
     * Applies an insert.
     *
     * @param change that it is written into
     */
    static void insert(Shard shard, RowChange change, long offset, long eventTimeMs, int customerId) {
        change.reset(RowChange.Op.INSERT);
        change.setTransactionId((int) offset);
        change.setLsn(offset);
        change.setLastCommitLsn(offset);
        change.setCommitTimeMs(eventTimeMs);
        change.setKey(ORDER_ID, 0, ORDER_ID.length);
        Changes.set(change.after(), eventTimeMs, customerId, 1, 100);
        shard.apply(offset, change, Long.MAX_VALUE / 2);
    }
}
