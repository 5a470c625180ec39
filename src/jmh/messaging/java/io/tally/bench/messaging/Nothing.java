package io.tally.bench.messaging;

import com.sun.management.ThreadMXBean;
import io.quarkus.runtime.Quarkus;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Reads {@code RECORDS} records, which begin at offset 0 of each partition, and ends. Prints one line, as the bare consumer
 * does: {@code records seconds-from-first-record bytes-allocated}.
 */
@ApplicationScoped
class Nothing {

    /** How far each partition is read: after a rebalance, records come a second time. */
    private final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();

    private final AtomicBoolean done = new AtomicBoolean();
    private final AtomicLong first = new AtomicLong();
    private final long all;

    Nothing(@ConfigProperty(name = "RECORDS") long all) {
        this.all = all;
    }

    @Incoming("orders")
    void ignore(ConsumerRecords<byte[], byte[]> polled) {
        first.compareAndSet(0, System.nanoTime());
        for (TopicPartition partition : polled.partitions()) {
            positions.merge(partition, polled.records(partition).getLast().offset() + 1, Math::max);
        }
        long read = positions.values().stream().mapToLong(Long::longValue).sum();
        if (read == all && done.compareAndSet(false, true)) {
            System.out.printf(
                    Locale.ROOT,
                    "%d %.3f %d%n",
                    all,
                    (System.nanoTime() - first.get()) / 1e9,
                    ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes());
            Quarkus.asyncExit();
        }
    }
}
