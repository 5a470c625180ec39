package io.tally.ingest;

import io.tally.cdc.DebeziumDecoder;
import io.tally.window.Shard;
import io.tally.window.WindowStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * What {@link PollLoop} and {@link OrdersIn} do, without thread and framework: one round of the loop is one call, and what
 * comes between a poll and its end is left to the caller. The parts that decide are the real ones.
 */
public final class SteppedPollLoop {

    private static final ShapeLog SHAPES = new ShapeLog(new IngestSettings("orders", Duration.ZERO, true, false));

    private final List<WindowStore> stores;
    private final Reading reading;
    private final Polled polled;
    private ConsumerRecords<ByteBuffer, ByteBuffer> atHand = ConsumerRecords.empty();
    private Map<TopicPartition, List<Feed>> handedTo = Map.of();
    private boolean out;
    private boolean failed;

    SteppedPollLoop(Reading reading, List<ViewInput> views) {
        this.reading = reading;
        this.stores = views.stream().map(ViewInput::store).toList();
        Map<String, DebeziumDecoder> decoders = new HashMap<>();
        views.forEach(view -> decoders.computeIfAbsent(view.topic(), topic -> new DebeziumDecoder()));
        this.polled = new Polled(decoders, SHAPES);
    }

    public void assigned(Collection<TopicPartition> partitions) {
        ((ConsumerRebalanceListener) reading).onPartitionsAssigned(partitions);
    }

    public void revoked(Collection<TopicPartition> partitions) {
        ((ConsumerRebalanceListener) reading).onPartitionsRevoked(partitions);
    }

    /**
     * One round, as {@code PollLoop.step}.
     *
     * @param poll runs the callbacks of the group and returns records
     * @param handOver takes a poll on its way; it calls {@link #decode} and then {@link #apply} or {@link #fail}
     * @return how many shards it has ended of itself that had nothing the matter with them
     */
    public long step(Supplier<ConsumerRecords<ByteBuffer, ByteBuffer>> poll, Runnable handOver, long nowMs) {
        if (failed && !out) {
            failed = false;
            reading.reloadAll(nowMs);
        }
        List<Feed> sound = reading.feeds().values().stream()
                .flatMap(List::stream)
                .filter(feed -> feed.lost() == null && !feed.shard().dropped())
                .toList();
        reading.advance(out, nowMs);
        long ended = sound.stream().filter(feed -> feed.shard().dropped()).count();
        try {
            ConsumerRecords<ByteBuffer, ByteBuffer> records = poll.get();
            if (!records.isEmpty()) {
                polled.fill(records, reading, nowMs);
                atHand = records;
                handedTo = reading.feeds();
                out = true;
                handOver.run();
            }
            if (!out && !failed) {
                reading.observe(nowMs);
            } else {
                reading.observeLag();
            }
        } catch (OffsetOutOfRangeException e) {
            reading.outOfRange(e.partitions(), nowMs);
        }
        stores.forEach(store -> store.announceDue(nowMs));
        return ended;
    }

    /** Decodes the poll that is out. Returns the records to send to the dead letters before it is applied. */
    public List<ConsumerRecord<ByteBuffer, ByteBuffer>> decode() {
        return polled.decode().stream().map(DeadLetter::record).toList();
    }

    /** Applies the poll that is out. Returns why a shard could not apply its records, or null. */
    public Throwable apply(long nowMs) {
        polled.apply(nowMs);
        Throwable failure = handedTo.values().stream()
                .flatMap(List::stream)
                .map(Feed::failure)
                .filter(cause -> cause != null)
                .findFirst()
                .orElse(null);
        end();
        return failure;
    }

    /** Ends the poll that is out without applying it. */
    public void fail() {
        end();
        failed = true;
    }

    private void end() {
        polled.clear();
        atHand = ConsumerRecords.empty();
        handedTo = Map.of();
        out = false;
    }

    /** The offset after the last record polled for this shard, or 0. */
    public long polledUpTo(Shard shard) {
        return handedTo.values().stream()
                .flatMap(List::stream)
                .filter(feed -> feed.shard() == shard)
                .map(feed -> atHand.records(feed.partition()))
                .filter(records -> !records.isEmpty())
                .mapToLong(records -> records.getLast().offset() + 1)
                .findFirst()
                .orElse(0);
    }

    /** How many shards it feeds that may go on. */
    public long fed() {
        return reading.feeds().values().stream()
                .flatMap(List::stream)
                .filter(feed -> !feed.shard().dropped())
                .count();
    }

    /** Whether every partition that is assigned is read for every view, and nothing is left of it. */
    public boolean hasReadAll() {
        return !out
                && reading.states().stream()
                        .allMatch(one -> one.phase() == ReaderState.Phase.READING && one.lagRecords() == 0);
    }

    /** Whether partitions are being taken over, for which the results may have to be filled. */
    public boolean isLoading() {
        return reading.states().stream().anyMatch(one -> one.phase() == ReaderState.Phase.LOADING);
    }

    /** Partitions that are left alone until somebody does something about it. */
    public Stream<ReaderState.Partition> stopped() {
        return reading.states().stream().filter(one -> one.phase() == ReaderState.Phase.STOPPED);
    }

    List<ReaderState.Partition> states() {
        return reading.states();
    }

    /** What keeps it from reading, as the status shows it, or null. */
    public String problem() {
        return reading.problem();
    }

    /** What the reader is waiting for, for the report of a run that does not come to rest. */
    public String describe() {
        return "out=" + out + " problem=" + reading.problem() + " " + reading.states() + " feeds="
                + reading.feeds().entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey,
                                entry -> entry.getValue().stream()
                                        .map(feed -> feed.view().view() + "@" + feed.position())
                                        .toList()));
    }
}
