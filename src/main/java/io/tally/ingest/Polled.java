package io.tally.ingest;

import io.tally.cdc.DebeziumDecoder;
import io.tally.cdc.RowChange;
import io.tally.cdc.Shape;
import io.tally.cdc.UndecodableException;
import io.tally.window.Shard;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/**
 * The records of one poll on their way from bytes to shards. Each partition's records are tied to the shard that was its
 * state when they were polled: if the partition is revoked meanwhile, they end in a shard that is dropped, and change
 * nothing.
 *
 * <p>There is one object per poll loop, filled again by every poll; the loop does not poll for records while they are in
 * use. The decoded changes are kept from poll to poll, so that decoding makes no garbage.
 */
final class Polled {

    private final DebeziumDecoder decoder;
    private final ShapeLog shapes;
    private final List<RowChange> changes = new ArrayList<>();
    private final List<DeadLetter> deadLetters = new ArrayList<>();

    private ConsumerRecords<ByteBuffer, ByteBuffer> records = ConsumerRecords.empty();
    private Map<Integer, Shard> shards = Map.of();
    private Shape lastShape;
    private boolean[] undecodable = new boolean[0];
    /** Decoded, but not to be believed. */
    private boolean[] voided = new boolean[0];

    Polled(DebeziumDecoder decoder, ShapeLog shapes) {
        this.decoder = decoder;
        this.shapes = shapes;
    }

    /** Takes a poll over. Until it is applied, none of its partitions has been read to its end. */
    void fill(ConsumerRecords<ByteBuffer, ByteBuffer> newRecords, Map<Integer, Shard> newShards, long nowMs) {
        records = newRecords;
        shards = newShards;
        for (TopicPartition partition : records.partitions()) {
            Shard shard = shards.get(partition.partition());
            synchronized (shard) {
                shard.drained(false, nowMs);
                shard.settle();
            }
        }
    }

    /** Lets go of the poll's memory. */
    void clear() {
        records = ConsumerRecords.empty();
        shards = Map.of();
        deadLetters.clear();
    }

    /** The ids of schemas that have to be at hand before the records can be decoded. */
    Set<Integer> lackingSchemas() {
        if (!decoder.needsSchemas()) {
            return Set.of();
        }
        Set<Integer> ids = new HashSet<>();
        for (ConsumerRecord<ByteBuffer, ByteBuffer> record : records) {
            ByteBuffer value = record.value();
            if (value != null && value.hasArray()) {
                decoder.lackingSchema(value.array(), value.arrayOffset() + value.position(), value.remaining())
                        .ifPresent(ids::add);
            } else if (value != null) {
                byte[] copy = Utils.toArray(value);
                decoder.lackingSchema(copy, 0, copy.length).ifPresent(ids::add);
            }
        }
        return ids;
    }

    /** Decodes all records. Returns those that are dead letters and have not been before. */
    List<DeadLetter> decode() {
        int count = records.count();
        while (changes.size() < count) {
            changes.add(new RowChange());
        }
        if (undecodable.length < count) {
            undecodable = new boolean[count];
            voided = new boolean[count];
        }
        deadLetters.clear();
        int i = 0;
        for (TopicPartition partition : records.partitions()) {
            Shard shard = shards.get(partition.partition());
            for (ConsumerRecord<ByteBuffer, ByteBuffer> record : records.records(partition)) {
                undecodable[i] = !decode(record, changes.get(i), shard);
                noteShape(record);
                noteVoid(record, i, shard);
                i++;
            }
        }
        return deadLetters;
    }

    private void noteVoid(ConsumerRecord<ByteBuffer, ByteBuffer> record, int i, Shard shard) {
        voided[i] = !undecodable[i] && shard.isVoid(changes.get(i));
        if (voided[i] && !shard.wasReadBefore(record.offset())) {
            deadLetters.add(new DeadLetter(record, UndecodableException.beforeNotBelieved()));
        }
    }

    private void noteShape(ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        Shape shape = decoder.shape();
        if (shape != lastShape) {
            lastShape = shape;
            shapes.note(shape, record);
        }
    }

    private boolean decode(ConsumerRecord<ByteBuffer, ByteBuffer> record, RowChange change, Shard shard) {
        try {
            ByteBuffer value = record.value();
            if (value == null) {
                change.reset(RowChange.Op.TOMBSTONE);
            } else if (value.hasArray()) {
                decoder.decode(value.array(), value.arrayOffset() + value.position(), value.remaining(), change);
            } else {
                byte[] copy = Utils.toArray(value);
                decoder.decode(copy, 0, copy.length, change);
            }
            return true;
        } catch (UndecodableException fault) {
            if (!shard.wasReadBefore(record.offset())) {
                deadLetters.add(new DeadLetter(record, fault));
            }
            return false;
        }
    }

    /** Applies all records to their shards. The broker has taken the dead letters before. */
    void apply(long nowMs) {
        int i = 0;
        for (TopicPartition partition : records.partitions()) {
            List<ConsumerRecord<ByteBuffer, ByteBuffer>> ofPartition = records.records(partition);
            Shard shard = shards.get(partition.partition());
            synchronized (shard) {
                try {
                    apply(ofPartition, i, shard, nowMs);
                } catch (Throwable e) {
                    // Half a record may have been applied: none of it may be published.
                    shard.drop();
                    throw e;
                }
                shard.settle();
            }
            i += ofPartition.size();
        }
    }

    private void apply(List<ConsumerRecord<ByteBuffer, ByteBuffer>> ofPartition, int first, Shard shard, long nowMs) {
        int i = first;
        for (ConsumerRecord<ByteBuffer, ByteBuffer> record : ofPartition) {
            RowChange change = changes.get(i);
            boolean goesOn;
            if (undecodable[i]) {
                goesOn = shard.passDeadLetter(record.offset(), change);
            } else if (voided[i]) {
                goesOn = shard.passVoid(record.offset(), change);
            } else {
                goesOn = shard.apply(record.offset(), change, nowMs);
            }
            if (!goesOn) {
                return;
            }
            i++;
        }
    }
}
