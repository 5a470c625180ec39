package io.tally.bench.messaging;

import com.sun.management.ThreadMXBean;
import io.quarkus.runtime.Quarkus;
import jakarta.enterprise.context.ApplicationScoped;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Counts records to {@code RECORDS} and ends. Prints one line, as the bare consumer does: {@code records
 * seconds-from-first-record bytes-allocated}.
 */
@ApplicationScoped
class Nothing {

    private final AtomicLong read = new AtomicLong();
    private final AtomicLong first = new AtomicLong();
    private final long all;

    Nothing(@ConfigProperty(name = "RECORDS") long all) {
        this.all = all;
    }

    @Incoming("orders")
    void ignore(ConsumerRecords<byte[], byte[]> polled) {
        first.compareAndSet(0, System.nanoTime());
        if (read.addAndGet(polled.count()) == all) {
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
