package io.tally.ingest;

import io.tally.cdc.DebeziumDecoder;
import io.tally.window.Checkpoints;
import io.tally.window.Shard;
import io.tally.window.Topic;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
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

    private final WindowStore store;
    private final Assignments assignments;
    private final Polled polled = new Polled(new DebeziumDecoder(), SHAPES);
    private ConsumerRecords<ByteBuffer, ByteBuffer> atHand = ConsumerRecords.empty();
    private Map<Integer, Shard> handedTo = Map.of();
    private boolean out;
    private boolean failed;

    public SteppedPollLoop(
            Consumer<ByteBuffer, ByteBuffer> consumer,
            Checkpoints checkpoints,
            Topic topic,
            WindowStore store,
            WindowSettings settings,
            java.util.function.Consumer<String> refused) {
        this.store = store;
        this.assignments = new Assignments(
                consumer, checkpoints, topic, store, settings, refusal -> refused.accept(refusal.message()));
    }

    public void assigned(Collection<TopicPartition> partitions) {
        assignments.onPartitionsAssigned(partitions);
    }

    public void revoked(Collection<TopicPartition> partitions) {
        assignments.onPartitionsRevoked(partitions);
    }

    /**
     * One round, as {@code PollLoop.step}.
     *
     * @param poll runs the callbacks of the group and returns records
     * @param handOver takes a poll on its way; it calls {@link #decode} and then {@link #apply} or {@link #fail}
     */
    public void step(Supplier<ConsumerRecords<ByteBuffer, ByteBuffer>> poll, Runnable handOver, long nowMs) {
        if (failed && !out) {
            failed = false;
            assignments.reloadAll(nowMs);
        }
        assignments.advance(out, nowMs);
        try {
            ConsumerRecords<ByteBuffer, ByteBuffer> records = poll.get();
            if (!records.isEmpty()) {
                polled.fill(records, assignments.shards(), nowMs);
                atHand = records;
                handedTo = assignments.shards();
                out = true;
                handOver.run();
            }
        } catch (OffsetOutOfRangeException e) {
            assignments.outOfRange(e.partitions(), nowMs);
        }
        if (!out && !failed) {
            assignments.observe(nowMs);
        } else {
            assignments.observeLag();
        }
        store.announceDue(nowMs);
        assignments.commitForOthersToSee(nowMs);
    }

    /** Decodes the poll that is out. Returns the records to send to the dead letters before it is applied. */
    public List<ConsumerRecord<ByteBuffer, ByteBuffer>> decode() {
        return polled.decode().stream().map(DeadLetter::record).toList();
    }

    /** Applies the poll that is out. */
    public void apply(long nowMs) {
        polled.apply(nowMs);
        polled.clear();
        atHand = ConsumerRecords.empty();
        out = false;
    }

    /** Ends the poll that is out without applying it. */
    public void fail() {
        polled.clear();
        atHand = ConsumerRecords.empty();
        failed = true;
        out = false;
    }

    /** The offset after the last record polled for the present shard of a partition, or 0. */
    public long polledUpTo(int partition) {
        Shard shard = store.shard(partition);
        if (shard == null || handedTo.get(partition) != shard) {
            return 0;
        }
        return atHand.partitions().stream()
                .filter(polledOf -> polledOf.partition() == partition)
                .mapToLong(polledOf -> atHand.records(polledOf).getLast().offset() + 1)
                .findFirst()
                .orElse(0);
    }

    /** Whether every partition that is assigned is read, and nothing is left of it. */
    public boolean hasReadAll() {
        return !out
                && assignments.states().stream()
                        .allMatch(one -> one.phase() == ReaderState.Phase.READING && one.lagRecords() == 0);
    }

    /** Whether partitions are being taken over, for which the results may have to be filled. */
    public boolean isLoading() {
        return assignments.states().stream().anyMatch(one -> one.phase() == ReaderState.Phase.LOADING);
    }

    /** Whether partitions are left alone until somebody does something about it. */
    public boolean hasStopped() {
        return assignments.states().stream().anyMatch(one -> one.phase() == ReaderState.Phase.STOPPED);
    }

    /** What keeps it from reading, as the status shows it, or null. */
    public String problem() {
        return assignments.problem();
    }

    /** What the reader is waiting for, for the report of a run that does not come to rest. */
    public String describe() {
        return "out=" + out + " problem=" + assignments.problem() + " " + assignments.states();
    }
}
