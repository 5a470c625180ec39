package io.tally.simulation;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/** A consumer of the log. Only the methods that {@code Assignments} calls do anything; the rest is never called. */
final class LogConsumer extends MockConsumer<ByteBuffer, ByteBuffer> {

    private static final class Fetch {
        long position;
        boolean paused;
        /** The end of the partition as of the last fetch, or below 0. */
        long knownEnd = -1;
    }

    private final World world;
    private final SplittableRandom random;
    private final Map<TopicPartition, Fetch> fetches =
            new TreeMap<>(Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition));

    LogConsumer(World world, SplittableRandom random) {
        super("none");
        this.world = world;
        this.random = random;
    }

    void gain(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> fetches.put(partition, new Fetch()));
    }

    void lose(Collection<TopicPartition> partitions) {
        partitions.forEach(fetches::remove);
    }

    /** Keeps where it is in those that it had. */
    @Override
    public void assign(Collection<TopicPartition> partitions) {
        fetches.keySet().retainAll(partitions);
        partitions.forEach(partition -> fetches.computeIfAbsent(partition, added -> new Fetch()));
    }

    /** Fails, and leaves all positions where they are, if one of them cannot be read. */
    ConsumerRecords<ByteBuffer, ByteBuffer> poll(int most) {
        fetches.forEach((name, fetch) -> {
            Topic.Partition partition = readable(name.partition(), fetch);
            if (partition != null && (fetch.position < partition.beginning || fetch.position > partition.end)) {
                throw new OffsetOutOfRangeException(Map.of(name, fetch.position));
            }
        });
        Map<TopicPartition, List<ConsumerRecord<ByteBuffer, ByteBuffer>>> polled = new LinkedHashMap<>();
        fetches.forEach((name, fetch) -> {
            Topic.Partition partition = readable(name.partition(), fetch);
            if (partition != null) {
                List<ConsumerRecord<ByteBuffer, ByteBuffer>> records =
                        fetch(partition, fetch, 1 + random.nextInt(most));
                if (!records.isEmpty()) {
                    polled.put(name, records);
                }
            }
        });
        return polled.isEmpty() ? ConsumerRecords.empty() : new ConsumerRecords<>(polled, Map.of());
    }

    private Topic.Partition readable(int number, Fetch fetch) {
        return fetch.paused || number >= world.topic.partitions.size() ? null : world.topic.partitions.get(number);
    }

    private List<ConsumerRecord<ByteBuffer, ByteBuffer>> fetch(Topic.Partition partition, Fetch fetch, int most) {
        fetch.knownEnd = partition.end;
        int from = partition.indexOf(fetch.position);
        int to = Math.min(partition.entries.size(), from + most);
        List<ConsumerRecord<ByteBuffer, ByteBuffer>> records = new ArrayList<>(to - from);
        for (int i = from; i < to; i++) {
            records.add(partition.entries.get(i).record());
        }
        if (to == partition.entries.size() && (records.isEmpty() || random.nextBoolean())) {
            fetch.position = partition.end;
        } else if (!records.isEmpty()) {
            fetch.position = records.getLast().offset() + 1;
        }
        return records;
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        fetches.get(partition).position = offset;
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> fetches.get(partition).paused = true);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        partitions.forEach(partition -> fetches.get(partition).paused = false);
    }

    @Override
    public long position(TopicPartition partition, Duration timeout) {
        return fetches.get(partition).position;
    }

    @Override
    public OptionalLong currentLag(TopicPartition partition) {
        Fetch fetch = fetches.get(partition);
        return fetch.knownEnd < 0
                ? OptionalLong.empty()
                : OptionalLong.of(Math.max(0, fetch.knownEnd - fetch.position));
    }

    @Override
    public void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
        callback.onComplete(offsets, null);
    }
}
