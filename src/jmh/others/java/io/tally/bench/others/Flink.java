package io.tally.bench.others;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

/**
 * The settings of both Flink programs: a cluster within the process, parallelism 2, state on the heap, a checkpoint every ten
 * seconds, everything else by default. A job ends at the offsets that were the topic's end when it began.
 */
final class Flink {

    private static final int PARALLELISM = 2;
    private static final long CHECKPOINT_MS = 10_000;

    /** A job that runs to its end. */
    @FunctionalInterface
    interface Job {
        void run() throws Exception;
    }

    private Flink() {}

    static StreamExecutionEnvironment environment() {
        Configuration settings = new Configuration();
        settings.set(StateBackendOptions.STATE_BACKEND, "hashmap");
        settings.set(CheckpointingOptions.CHECKPOINT_STORAGE, "jobmanager");
        StreamExecutionEnvironment environment =
                StreamExecutionEnvironment.createLocalEnvironment(PARALLELISM, settings);
        environment.enableCheckpointing(CHECKPOINT_MS);
        return environment;
    }

    /** Runs a job and prints one line: {@code records seconds-of-the-job bytes-allocated}, the first of them unknown, so 0. */
    static void time(Job job) throws Exception {
        long begin = System.nanoTime();
        job.run();
        System.out.printf(
                Locale.ROOT,
                "0 %.3f %d%n",
                (System.nanoTime() - begin) / 1e9,
                ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes());
    }
}
