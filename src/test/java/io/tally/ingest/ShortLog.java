package io.tally.ingest;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;

/** A consumer of partitions that hold a tombstone at every offset up to their end. */
final class ShortLog extends MockConsumer<ByteBuffer, ByteBuffer> {

    final Map<TopicPartition, Long> positions = new TreeMap<>(PartitionReader.BY_NAME);
    final Map<TopicPartition, Long> committed = new HashMap<>();
    private final Map<TopicPartition, Long> ends;
    private final Set<TopicPartition> paused = new HashSet<>();
    private final int most;
    /** Where each seek went. */
    final List<Long> seeks = new ArrayList<>();
    /** What becomes of commits, or null if they are taken. */
    Exception commitFailure;

    /** @param most records of a partition in a poll */
    ShortLog(Map<TopicPartition, Long> ends, int most) {
        super("none");
        this.ends = ends;
        this.most = most;
    }

    boolean isPaused(TopicPartition partition) {
        return paused.contains(partition);
    }

    @Override
    public void assign(Collection<TopicPartition> partitions) {
        positions.keySet().retainAll(partitions);
        partitions.forEach(partition -> positions.putIfAbsent(partition, 0L));
    }

    @Override
    public ConsumerRecords<ByteBuffer, ByteBuffer> poll(Duration timeout) {
        Map<TopicPartition, List<ConsumerRecord<ByteBuffer, ByteBuffer>>> polled = new HashMap<>();
        positions.forEach((partition, from) -> {
            List<ConsumerRecord<ByteBuffer, ByteBuffer>> records = new ArrayList<>();
            long end = paused.contains(partition) ? from : Math.min(from + most, ends.get(partition));
            for (long offset = from; offset < end; offset++) {
                records.add(new ConsumerRecord<>(partition.topic(), partition.partition(), offset, null, null));
            }
            if (!records.isEmpty()) {
                polled.put(partition, records);
            }
        });
        polled.forEach((partition, records) ->
                positions.put(partition, records.getLast().offset() + 1));
        return polled.isEmpty() ? ConsumerRecords.empty() : new ConsumerRecords<>(polled, Map.of());
    }

    @Override
    public void seek(TopicPartition partition, long offset) {
        seeks.add(offset);
        positions.put(partition, offset);
    }

    @Override
    public void pause(Collection<TopicPartition> partitions) {
        paused.addAll(partitions);
    }

    @Override
    public void resume(Collection<TopicPartition> partitions) {
        paused.removeAll(partitions);
    }

    @Override
    public long position(TopicPartition partition, Duration timeout) {
        return positions.get(partition);
    }

    @Override
    public OptionalLong currentLag(TopicPartition partition) {
        return OptionalLong.of(ends.get(partition) - positions.get(partition));
    }

    @Override
    public void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
        if (commitFailure == null) {
            offsets.forEach((partition, offset) -> committed.put(partition, offset.offset()));
        }
        callback.onComplete(offsets, commitFailure);
    }
}
