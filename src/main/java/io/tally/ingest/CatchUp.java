package io.tally.ingest;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * The shards that are behind the readers of their partitions, until they meet them. Their partitions are read once more, by
 * a consumer that is in no group; of one partition from the lowest that one of the shards needs. When a shard is where the
 * reader of its partition was seen last, it is let go, and that reader takes it over between two polls, unless it has gone
 * on; then it comes back. There is one for all poll loops.
 */
final class CatchUp implements Reading {

    private static final Logger LOG = Logger.getLogger(CatchUp.class);

    private final long nearRecords;
    private final Queue<Feed> arriving = new ConcurrentLinkedQueue<>();
    private final Map<TopicPartition, PartitionReader> readers = new TreeMap<>(PartitionReader.BY_NAME);
    private Consumer<ByteBuffer, ByteBuffer> consumer;

    /** @param nearRecords a shard that is not further behind is waited for: it takes a moment */
    CatchUp(long nearRecords) {
        this.nearRecords = nearRecords;
    }

    long nearRecords() {
        return nearRecords;
    }

    /** Takes a shard that nobody feeds. Called by the poll loops. */
    void add(Feed feed) {
        feed.takenBy(this);
        arriving.add(feed);
        LOG.debugf("catching up, %s from=%d to=%d", feed, feed.position(), feed.meetingPoint());
    }

    /** Reads with another consumer. Records polled by the one before may still be in use, so its shards end. */
    CatchUp with(Consumer<ByteBuffer, ByteBuffer> newConsumer) {
        readers.values().forEach(reader -> reader.feeds().forEach(Feed::drop));
        readers.clear();
        consumer = newConsumer;
        return this;
    }

    @Override
    public void begin() {}

    @Override
    public boolean isIdle() {
        return readers.isEmpty();
    }

    // ---- before a poll ---------------------------------------------------------------------------------------------

    @Override
    public void advance(boolean pollIsOut, long nowMs) {
        if (!pollIsOut) {
            letGo();
            takeIn();
        }
        for (PartitionReader reader : readers.values()) {
            if (!pollIsOut) {
                reader.feeds().forEach(feed -> noteNear(feed, nowMs));
            }
            reader.pause(pollIsOut || !reader.mayRead(nowMs));
        }
    }

    /** Lets go of shards that have ended, or have met the reader of their partition. */
    private void letGo() {
        for (PartitionReader reader : readers.values()) {
            for (Feed feed : reader.feeds()) {
                if (feed.shard().dropped() || feed.position() >= feed.meetingPoint()) {
                    reader.leave(feed);
                }
            }
        }
    }

    private void takeIn() {
        boolean changed = readers.values().removeIf(PartitionReader::isEmpty);
        List<Feed> come = new ArrayList<>();
        for (Feed feed = arriving.poll(); feed != null; feed = arriving.poll()) {
            come.add(feed);
            changed |= !readers.containsKey(feed.partition());
        }
        if (changed) {
            Set<TopicPartition> wanted = new HashSet<>(readers.keySet());
            come.forEach(feed -> wanted.add(feed.partition()));
            consumer.assign(wanted);
        }
        come.forEach(this::join);
    }

    /** Goes back for a shard that is behind the others: none of them has met its reader yet. */
    private void join(Feed feed) {
        boolean isFirst = !readers.containsKey(feed.partition());
        PartitionReader reader =
                readers.computeIfAbsent(feed.partition(), name -> new PartitionReader(consumer, this, name));
        OptionalLong position = isFirst ? OptionalLong.empty() : reader.position();
        if (position.isEmpty() || feed.position() < position.getAsLong()) {
            reader.goTo(feed.position());
            position = OptionalLong.of(feed.position());
        }
        reader.join(feed, position.getAsLong());
    }

    private void noteNear(Feed feed, long nowMs) {
        if (feed.mayRead(nowMs) && feed.meetingPoint() - feed.position() <= nearRecords) {
            feed.near(nowMs);
        }
    }

    // ---- after a poll ----------------------------------------------------------------------------------------------

    @Override
    public Map<TopicPartition, List<Feed>> feeds() {
        Map<TopicPartition, List<Feed>> feeds = new HashMap<>();
        readers.forEach((partition, reader) -> feeds.put(partition, reader.feeds()));
        return feeds;
    }

    @Override
    public void observe(long nowMs) {
        readers.values().forEach(reader -> reader.observe(nowMs));
    }

    /** Nothing: the poll loops know how far their shards are behind. */
    @Override
    public void observeLag() {}

    @Override
    public void outOfRange(Set<TopicPartition> partitions, long nowMs) {
        for (TopicPartition partition : partitions) {
            LOG.warnf(
                    "offset out of range, catching up, topic=%s partition=%d",
                    partition.topic(), partition.partition());
            readers.get(partition).feeds().forEach(Feed::drop);
        }
    }

    @Override
    public void truncated(Set<TopicPartition> partitions, long nowMs) {
        for (TopicPartition partition : partitions) {
            readers.get(partition).feeds().forEach(Feed::loseToTruncation);
        }
    }

    @Override
    public void reloadAll(long nowMs) {
        IllegalStateException failure = new IllegalStateException("the poll was not applied");
        readers.values().forEach(reader -> reader.feeds().forEach(feed -> feed.fail(failure)));
    }

    @Override
    public boolean joining() {
        return false;
    }

    @Override
    public String problem() {
        return null;
    }

    /** None: a partition is that of the loop to which the group has assigned it. */
    @Override
    public List<ReaderState.Partition> states() {
        return List.of();
    }
}
