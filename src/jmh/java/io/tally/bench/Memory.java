package io.tally.bench;

import io.tally.cdc.RowChange;
import io.tally.window.Shard;
import java.util.Locale;

/**
 * What open windows take on the heap: bytes for each pair of window and customer, from many customers in few windows to one
 * customer in many.
 *
 * <pre>
 * ./mvnw -P bench verify -DskipTests -Dbench.main=io.tally.bench.Memory
 * </pre>
 */
public final class Memory {

    private static final long FIRST_MS = 1_767_225_600_000L;

    private static final int[][] CUSTOMERS_AND_WINDOWS = {
        {1_000_000, 1},
        {800_000, 1},
        {100_000, 10},
        {10_000, 100},
        {1_000, 1_000},
        {100, 10_000},
        {10, 100_000},
        {1, 500_000}
    };

    private Memory() {}

    public static void main(String[] args) {
        usedAfter(10, 10);
        System.out.println("customers   windows  bytes/pair  bytes/window");
        for (int[] shape : CUSTOMERS_AND_WINDOWS) {
            long bytes = usedAfter(shape[0], shape[1]);
            System.out.printf(
                    Locale.ROOT,
                    "%9d %9d %11.1f %13.1f%n",
                    shape[0],
                    shape[1],
                    (double) bytes / shape[0] / shape[1],
                    (double) bytes / shape[1]);
        }
    }

    private static long usedAfter(int customers, int windows) {
        long before = used();
        Shard shard = OneShard.empty(OneShard.settings(Long.MAX_VALUE));
        RowChange change = new RowChange();
        long offset = 0;
        for (int window = 0; window < windows; window++) {
            for (int customer = 1; customer <= customers; customer++) {
                OneShard.insert(shard, change, offset++, FIRST_MS + window * OneShard.WINDOW_MS, customer);
            }
        }
        shard.settle();
        long bytes = used() - before;
        if (shard.progress().groups() != (long) customers * windows) {
            throw new IllegalStateException("groups=" + shard.progress().groups());
        }
        return bytes;
    }

    private static long used() {
        // Once is not always enough for what was freed a moment ago.
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
