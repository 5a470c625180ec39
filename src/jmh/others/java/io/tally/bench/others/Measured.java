package io.tally.bench.others;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.FutureTask;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** The figures that the bench reads of a program. */
final class Measured {

    private static final String CONSUMERS = "kafka.consumer:type=consumer-fetch-manager-metrics,client-id=*";
    private static final String CONSUMED = "records-consumed-total";
    private static final long LOOK_MS = 10;

    /** Something that runs to its end. */
    @FunctionalInterface
    interface Job {
        void run() throws Exception;
    }

    private Measured() {}

    /**
     * Runs a job, prints one line and ends the process: {@code records seconds-from-first-record bytes-allocated}; records are
     * unknown, so 0.
     */
    static void run(Job job) throws Exception {
        FutureTask<Long> first = new FutureTask<>(Measured::awaitFirstRecord);
        Thread.ofPlatform().daemon().start(first);
        job.run();
        System.out.printf(
                Locale.ROOT,
                "0 %.3f %d%n",
                (System.nanoTime() - first.get()) / 1e9,
                ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes());
        System.exit(0);
    }

    /** Asks Kafka's own metrics, because a job is not told when its source begins. */
    private static long awaitFirstRecord() throws JMException, InterruptedException {
        MBeanServer metrics = ManagementFactory.getPlatformMBeanServer();
        ObjectName consumers = new ObjectName(CONSUMERS);
        while (metrics.queryNames(consumers, null).stream().noneMatch(consumer -> hasConsumed(metrics, consumer))) {
            Thread.sleep(LOOK_MS);
        }
        return System.nanoTime();
    }

    private static boolean hasConsumed(MBeanServer metrics, ObjectName consumer) {
        try {
            return metrics.getAttributes(consumer, new String[] {CONSUMED}).asList().stream()
                    .anyMatch(consumed -> (double) consumed.getValue() > 0);
        } catch (JMException e) {
            // Kafka takes it away for a moment whenever it adds an attribute.
            return false;
        }
    }
}
