package io.tally.bench.others;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** What the bench reads of a program. */
final class Measured {

    /** Something that runs to its end. */
    @FunctionalInterface
    interface Job {
        void run() throws Exception;
    }

    private Measured() {}

    /** Runs a job and prints one line: {@code records seconds-of-the-job bytes-allocated}, the first of them unknown, so 0. */
    static void run(Job job) throws Exception {
        long begin = System.nanoTime();
        job.run();
        System.out.printf(
                Locale.ROOT,
                "0 %.3f %d%n",
                (System.nanoTime() - begin) / 1e9,
                ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes());
    }
}
