package io.tally.simulation;

import io.tally.window.OffsetRange;
import io.tally.window.TopicFacts;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The log: partitions of records with offsets that rise and have gaps where the broker keeps markers. */
final class Topic {

    static final String NAME = "orders";

    /** Another topic with the same records at the same offsets. */
    static final String MIRROR = "orders_again";

    record Entry(ConsumerRecord<ByteBuffer, ByteBuffer> record, long timeMs) {
        long offset() {
            return record.offset();
        }
    }

    /** One partition. */
    static final class Partition {
        final TopicPartition name;
        final List<Entry> entries = new ArrayList<>();
        /** Offsets of records that nobody can decode. */
        final NavigableSet<Long> undecodable = new TreeSet<>();

        /** The same, with those that whoever reads the quantity cannot. */
        final NavigableSet<Long> undecodableWithQuantity = new TreeSet<>();

        /** Changes of orders by offset, trimmed ones as well. */
        final NavigableMap<Long, Source.Change> changes = new TreeMap<>();

        /** The same, without those that whoever reads the quantity cannot decode. */
        final NavigableMap<Long, Source.Change> changesWithQuantity = new TreeMap<>();

        long beginning;
        long end;

        Partition(int number) {
            name = new TopicPartition(NAME, number);
        }

        long append(byte[] value, long nowMs) {
            ByteBuffer buffer = value == null ? null : ByteBuffer.wrap(value);
            entries.add(new Entry(new ConsumerRecord<>(NAME, name.partition(), end, null, buffer), nowMs));
            return end++;
        }

        /** Appends a record that nobody can decode. */
        void appendUndecodable(byte[] value, long nowMs) {
            long offset = append(value, nowMs);
            undecodable.add(offset);
            undecodableWithQuantity.add(offset);
        }

        void append(byte[] value, Source.Change change, boolean withQuantity, long nowMs) {
            long offset = append(value, nowMs);
            changes.put(offset, change);
            if (withQuantity) {
                changesWithQuantity.put(offset, change);
            } else {
                undecodableWithQuantity.add(offset);
            }
        }

        /** The index of the first entry at or after an offset. */
        int indexOf(long offset) {
            int low = 0;
            int high = entries.size();
            while (low < high) {
                int middle = (low + high) / 2;
                if (entries.get(middle).offset() < offset) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        void trim(int count) {
            if (count > 0) {
                beginning = entries.get(count - 1).offset() + 1;
                entries.subList(0, count).clear();
            }
        }

        private OffsetRange range(long restartMs) {
            return new OffsetRange(beginning, end, endAt(restartMs));
        }

        /** The offset of the first record that is not older than this. */
        long endAt(long timeMs) {
            long offset = end;
            for (int i = entries.size() - 1; i >= 0 && entries.get(i).timeMs() >= timeMs; i--) {
                offset = entries.get(i).offset();
            }
            return offset;
        }
    }

    final List<Partition> partitions = new ArrayList<>();
    private final int made;

    /** @param made how many topics of this name there were before */
    Topic(int made, int partitionCount) {
        this.made = made;
        for (int i = 0; i < partitionCount; i++) {
            addPartition();
        }
    }

    Topic madeAgain() {
        return new Topic(made + 1, partitions.size());
    }

    void addPartition() {
        partitions.add(new Partition(partitions.size()));
    }

    String id() {
        return "topic-" + made;
    }

    /** Where the records of an order go. */
    Partition partitionOf(int key) {
        return partitions.get((key * 0x9E3779B9 >>> 8) % partitions.size());
    }

    /** What the probe finds; see {@code TopicProbe}. */
    TopicFacts facts(long restartMs) {
        Map<Integer, OffsetRange> ranges = new HashMap<>();
        for (Partition partition : partitions) {
            ranges.put(partition.name.partition(), partition.range(restartMs));
        }
        return new TopicFacts(NAME, id(), ranges);
    }
}
