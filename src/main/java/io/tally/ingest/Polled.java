package io.tally.ingest;

import io.tally.cdc.DebeziumDecoder;
import io.tally.cdc.RowChange;
import io.tally.cdc.Shape;
import io.tally.cdc.UndecodableException;
import io.tally.window.Shard;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/**
 * The records of one poll on their way from bytes to shards. Each record is decoded once, if a shard needs it, and handed to
 * each shard that does. Each partition's records are tied to the shards that were fed when they were polled: if the
 * partition is revoked meanwhile, they end in shards that are dropped, and change nothing.
 *
 * <p>There is one object per poll loop, filled again by every poll; the loop does not poll for records while they are in
 * use. The decoded changes are kept from poll to poll, so that decoding makes no garbage.
 */
final class Polled {

    /** One shard's share of the poll. */
    private static final class Share {
        final Feed feed;
        /** The first offset that it needs. */
        final long position;
        /** Places of records that could not be read, or not in a column that the view reads. */
        final BitSet unreadable = new BitSet();
        /** Places of records that were read, and are not to be believed. */
        final BitSet voided = new BitSet();

        Share(Feed feed) {
            this.feed = feed;
            this.position = feed.position();
        }

        boolean needs(long offset) {
            return offset >= position;
        }
    }

    private final Map<String, DebeziumDecoder> decoders;
    private final ShapeLog shapes;
    private final List<RowChange> changes = new ArrayList<>();
    private final List<DeadLetter> deadLetters = new ArrayList<>();

    private ConsumerRecords<ByteBuffer, ByteBuffer> records = ConsumerRecords.empty();
    private Reading reading;
    private Map<TopicPartition, List<Share>> shares = Map.of();
    private Shape lastShape;

    /** @param decoders one for each topic */
    Polled(Map<String, DebeziumDecoder> decoders, ShapeLog shapes) {
        this.decoders = decoders;
        this.shapes = shapes;
    }

    /** Takes a poll over. Until it is applied, none of its partitions has been read to its end. */
    void fill(ConsumerRecords<ByteBuffer, ByteBuffer> newRecords, Reading newReading, long nowMs) {
        records = newRecords;
        reading = newReading;
        Map<TopicPartition, List<Feed>> feeds = reading.feeds();
        shares = new HashMap<>();
        for (TopicPartition partition : records.partitions()) {
            List<Share> ofPartition = new ArrayList<>();
            for (Feed feed : feeds.get(partition)) {
                ofPartition.add(new Share(feed));
                synchronized (feed.shard()) {
                    feed.shard().drained(false, nowMs);
                    feed.shard().settle();
                }
            }
            shares.put(partition, ofPartition);
        }
    }

    /** Lets go of the poll's memory. */
    void clear() {
        for (int i = Math.min(records.count(), changes.size()) - 1; i >= 0; i--) {
            changes.get(i).letGo();
        }
        records = ConsumerRecords.empty();
        shares = Map.of();
        deadLetters.clear();
    }

    /** The ids of schemas that have to be at hand before the records can be decoded. */
    Set<Integer> lackingSchemas() {
        Set<Integer> ids = new HashSet<>();
        for (TopicPartition partition : records.partitions()) {
            DebeziumDecoder decoder = decoders.get(partition.topic());
            if (decoder.needsSchemas()) {
                long needed = lowestNeeded(shares.get(partition));
                for (ConsumerRecord<ByteBuffer, ByteBuffer> record : records.records(partition)) {
                    if (record.offset() >= needed) {
                        lackingSchema(decoder, record.value()).ifPresent(ids::add);
                    }
                }
            }
        }
        return ids;
    }

    private static OptionalInt lackingSchema(DebeziumDecoder decoder, ByteBuffer value) {
        if (value == null) {
            return OptionalInt.empty();
        }
        if (value.hasArray()) {
            return decoder.lackingSchema(value.array(), value.arrayOffset() + value.position(), value.remaining());
        }
        byte[] copy = Utils.toArray(value);
        return decoder.lackingSchema(copy, 0, copy.length);
    }

    /** The lowest offset that one of the shards needs. */
    private static long lowestNeeded(List<Share> shares) {
        long lowest = Long.MAX_VALUE;
        for (Share share : shares) {
            lowest = Math.min(lowest, share.position);
        }
        return lowest;
    }

    /**
     * Decodes the records that are needed. Returns those that are dead letters for one of the views and have not been before,
     * each once.
     */
    List<DeadLetter> decode() {
        int count = records.count();
        while (changes.size() < count) {
            changes.add(new RowChange());
        }
        deadLetters.clear();
        int i = 0;
        for (TopicPartition partition : records.partitions()) {
            DebeziumDecoder decoder = decoders.get(partition.topic());
            List<Share> ofPartition = shares.get(partition);
            long needed = lowestNeeded(ofPartition);
            for (ConsumerRecord<ByteBuffer, ByteBuffer> record : records.records(partition)) {
                if (record.offset() >= needed) {
                    decode(record, i, decoder, ofPartition);
                }
                i++;
            }
        }
        return deadLetters;
    }

    private void decode(
            ConsumerRecord<ByteBuffer, ByteBuffer> record, int i, DebeziumDecoder decoder, List<Share> ofPartition) {
        RowChange change = changes.get(i);
        UndecodableException fault = decode(record.value(), decoder, change);
        noteShape(decoder.shape(), record);
        boolean isWhole = fault == null && !change.isFaulty();
        UndecodableException why = fault;
        List<String> concerned = List.of();
        for (Share share : ofPartition) {
            Shard shard = share.feed.shard();
            if (!share.needs(record.offset())) {
                continue;
            }
            if (!isWhole && (fault != null || !shard.canRead(change))) {
                share.unreadable.set(i);
                why = fault == null ? change.fault() : fault;
            } else if (shard.isVoid(change)) {
                share.voided.set(i);
                why = why == null ? UndecodableException.beforeNotBelieved() : why;
            } else {
                continue;
            }
            if (!shard.wasReadBefore(record.offset())) {
                concerned = plus(concerned, share.feed.view().view());
            }
        }
        if (!concerned.isEmpty()) {
            deadLetters.add(new DeadLetter(record, why, concerned));
        }
    }

    /** A list is made only for the rare record that somebody lacks. */
    private static List<String> plus(List<String> views, String another) {
        List<String> more = new ArrayList<>(views);
        more.add(another);
        return more;
    }

    private void noteShape(Shape shape, ConsumerRecord<ByteBuffer, ByteBuffer> record) {
        // A decoder that has decoded nothing yet knows none.
        if (shape != null && shape != lastShape) {
            lastShape = shape;
            shapes.note(shape, record);
        }
    }

    /** Returns what is wrong with the record, or null. */
    private static UndecodableException decode(ByteBuffer value, DebeziumDecoder decoder, RowChange change) {
        try {
            if (value == null) {
                change.reset(RowChange.Op.TOMBSTONE);
            } else if (value.hasArray()) {
                decoder.decode(value.array(), value.arrayOffset() + value.position(), value.remaining(), change);
            } else {
                byte[] copy = Utils.toArray(value);
                decoder.decode(copy, 0, copy.length, change);
            }
            return null;
        } catch (UndecodableException fault) {
            return fault;
        }
    }

    /**
     * Applies all records to the shards that need them. The broker has taken the dead letters before. A shard that fails ends,
     * and is read again alone.
     */
    void apply(long nowMs) {
        int i = 0;
        for (TopicPartition partition : records.partitions()) {
            List<ConsumerRecord<ByteBuffer, ByteBuffer>> ofPartition = records.records(partition);
            for (Share share : shares.get(partition)) {
                share.feed.requireFedBy(reading);
                apply(ofPartition, i, share, nowMs);
            }
            i += ofPartition.size();
        }
    }

    private void apply(List<ConsumerRecord<ByteBuffer, ByteBuffer>> ofPartition, int first, Share share, long nowMs) {
        Shard shard = share.feed.shard();
        synchronized (shard) {
            try {
                applyInTurn(ofPartition, first, share, nowMs);
            } catch (Throwable e) {
                share.feed.fail(e);
            }
            shard.settle();
        }
    }

    private void applyInTurn(
            List<ConsumerRecord<ByteBuffer, ByteBuffer>> ofPartition, int first, Share share, long nowMs) {
        Shard shard = share.feed.shard();
        int i = first;
        for (ConsumerRecord<ByteBuffer, ByteBuffer> record : ofPartition) {
            RowChange change = changes.get(i);
            boolean goesOn;
            if (!share.needs(record.offset())) {
                goesOn = true;
            } else if (share.unreadable.get(i)) {
                goesOn = shard.passDeadLetter(record.offset(), change);
            } else if (share.voided.get(i)) {
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
