package io.tally.bench;

import io.tally.cdc.RowChange;
import io.tally.window.Batch;
import io.tally.window.Shard;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Decoded inserts to the sums of one partition, {@value #CHANGES} in a row over so many windows, and the batch of all
 * of them. Each invocation begins with windows that hold every customer already, as a running engine's do.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class ApplyBenchmark {

    /** In which order the orders of many windows come. */
    public enum Order {
        IN_ORDER,
        SHUFFLED
    }

    private static final int CHANGES = 100_000;
    private static final long FIRST_MS = 1_767_225_600_000L;

    @Param({"100", "10000", "1000000"})
    public int customers;

    @Param({"1", "1000"})
    public int windows;

    @Param
    public Order order;

    private final RowChange change = new RowChange();
    private int[] customerOf;
    private long[] timeOf;
    private WindowStore store;
    private Shard shard;
    private long offset;

    @Setup(Level.Iteration)
    public void makeChanges() {
        SplittableRandom random = new SplittableRandom(1);
        customerOf = new int[CHANGES];
        timeOf = new long[CHANGES];
        for (int i = 0; i < CHANGES; i++) {
            customerOf[i] = 1 + random.nextInt(customers);
            long window = order == Order.SHUFFLED ? random.nextInt(windows) : (long) i * windows / CHANGES;
            timeOf[i] = FIRST_MS + window * OneShard.WINDOW_MS + random.nextLong(OneShard.WINDOW_MS);
        }
        // No groups allowed: everything is published at once.
        WindowSettings settings = OneShard.settings(0);
        shard = OneShard.empty(settings);
        store = new WindowStore(settings);
        store.add(shard);
        offset = 0;
        apply();
    }

    /** Time for one change. */
    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public Shard apply() {
        for (int i = 0; i < CHANGES; i++) {
            OneShard.insert(shard, change, offset++, timeOf[i], customerOf[i]);
        }
        shard.settle();
        return shard;
    }

    /** Time for one change, the share in filling empty windows and in taking a batch of all of them included. */
    @Benchmark
    @OperationsPerInvocation(CHANGES)
    public List<Batch> applyAndTake() {
        apply();
        List<Batch> taken = store.take(0);
        taken.forEach(store::published);
        return taken;
    }
}
