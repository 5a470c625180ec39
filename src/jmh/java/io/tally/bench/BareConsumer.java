package io.tally.bench;

import com.sun.management.ThreadMXBean;
import io.tally.cdc.DebeziumDecoder;
import io.tally.cdc.RowChange;
import io.tally.cdc.UndecodableException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The limit: consumers that read the topic and throw the bytes away, or decode them before, in a process of their own. Prints
 * one line: {@code records seconds-from-first-record bytes-allocated seconds-for-the-second-half}.
 */
final class BareConsumer {

    private BareConsumer() {}

    /** Arguments: bootstrap servers, topic, partitions, records, threads, whether to decode. */
    public static void main(String[] args) throws InterruptedException {
        String topic = args[1];
        int partitions = Integer.parseInt(args[2]);
        long records = Long.parseLong(args[3]);
        int threads = Integer.parseInt(args[4]);
        boolean decode = Boolean.parseBoolean(args[5]);
        AtomicLong read = new AtomicLong();
        AtomicLong first = new AtomicLong();
        AtomicLong half = new AtomicLong();
        Thread[] readers = new Thread[threads];
        for (int thread = 0; thread < threads; thread++) {
            int number = thread;
            readers[thread] = new Thread(() -> {
                Map<String, Object> config = Map.of(
                        "bootstrap.servers",
                        args[0],
                        "group.id",
                        "bare-" + UUID.randomUUID(),
                        "isolation.level",
                        "read_committed",
                        "enable.auto.commit",
                        false,
                        "max.poll.records",
                        5000,
                        "max.partition.fetch.bytes",
                        4 * 1024 * 1024);
                try (KafkaConsumer<byte[], byte[]> consumer =
                        new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
                    List<TopicPartition> mine = java.util.stream.IntStream.range(0, partitions)
                            .filter(partition -> partition % threads == number)
                            .mapToObj(partition -> new TopicPartition(topic, partition))
                            .toList();
                    consumer.assign(mine);
                    consumer.seekToBeginning(mine);
                    DebeziumDecoder decoder = new DebeziumDecoder();
                    RowChange change = new RowChange();
                    while (read.get() < records) {
                        ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofMillis(100));
                        if (polled.isEmpty()) {
                            continue;
                        }
                        first.compareAndSet(0, System.nanoTime());
                        if (decode) {
                            for (ConsumerRecord<byte[], byte[]> one : polled) {
                                decoder.decode(one.value(), change);
                            }
                        }
                        if (read.addAndGet(polled.count()) >= records / 2) {
                            half.compareAndSet(0, System.nanoTime());
                        }
                    }
                } catch (UndecodableException e) {
                    throw new IllegalStateException(e);
                }
            });
            readers[thread].start();
        }
        for (Thread reader : readers) {
            reader.join();
        }
        System.out.printf(
                Locale.ROOT,
                "%d %.3f %d %.3f%n",
                read.get(),
                (System.nanoTime() - first.get()) / 1e9,
                ManagementFactory.getPlatformMXBean(ThreadMXBean.class).getTotalThreadAllocatedBytes(),
                (System.nanoTime() - half.get()) / 1e9);
    }
}
