package io.tally.ingest;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * A partition as one consumer reads it, for the shards that it feeds. No shard is below the consumer's position; those that
 * are beyond it skip what they have. Used by the thread that polls only.
 */
final class PartitionReader {

    static final Comparator<TopicPartition> BY_NAME =
            Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition);

    private final Consumer<ByteBuffer, ByteBuffer> consumer;
    private final Reading reading;
    private final TopicPartition partition;
    private final List<Feed> feeds = new ArrayList<>();
    private boolean paused;

    /** @param partition assigned to the consumer */
    PartitionReader(Consumer<ByteBuffer, ByteBuffer> consumer, Reading reading, TopicPartition partition) {
        this.consumer = consumer;
        this.reading = reading;
        this.partition = partition;
        pause(true);
    }

    TopicPartition partition() {
        return partition;
    }

    List<Feed> feeds() {
        return List.copyOf(feeds);
    }

    boolean isEmpty() {
        return feeds.isEmpty();
    }

    boolean isPaused() {
        return paused;
    }

    /** The next offset to be fetched; empty while that is being compared with a new leader, and the same afterwards. */
    OptionalLong position() {
        try {
            return OptionalLong.of(consumer.position(partition, Duration.ZERO));
        } catch (TimeoutException e) {
            return OptionalLong.empty();
        }
    }

    void goTo(long offset) {
        consumer.seek(partition, offset);
    }

    /**
     * Feeds a shard from here on.
     *
     * @param feed taken by this reading
     * @param position of the consumer
     * @throws IllegalStateException if the shard would miss what lies between its position and the consumer's
     */
    void join(Feed feed, long position) {
        feed.requireFedBy(reading);
        if (feed.position() < position) {
            throw new IllegalStateException(
                    "a shard would miss records, " + feed + " at=" + feed.position() + " reader at=" + position);
        }
        feeds.add(feed);
    }

    /** Does nothing if it does not feed this shard. */
    void leave(Feed feed) {
        if (feeds.remove(feed)) {
            feed.leftBy(reading);
        }
    }

    /** Whether one of its shards may read. The others are handed what it needs as well. */
    boolean mayRead(long nowMs) {
        return feeds.stream().anyMatch(feed -> feed.mayRead(nowMs));
    }

    void pause(boolean pause) {
        if (paused != pause) {
            paused = pause;
            if (pause) {
                consumer.pause(List.of(partition));
            } else {
                consumer.resume(List.of(partition));
            }
        }
    }

    /** Tells the shards how far the consumer is. Returns where the partition ends, or -1 if that is not known. */
    long observe(long nowMs) {
        OptionalLong position = position();
        if (position.isEmpty()) {
            return -1;
        }
        OptionalLong lag = consumer.currentLag(partition);
        for (Feed feed : feeds) {
            if (!feed.shard().dropped()) {
                observe(feed, position.getAsLong(), lag.orElse(-1) == 0, nowMs);
            }
        }
        return lag.isPresent() ? position.getAsLong() + lag.getAsLong() : -1;
    }

    private void observe(Feed feed, long position, boolean isDrained, long nowMs) {
        synchronized (feed.shard()) {
            if (feed.shard().progress().dataLoss() == null) {
                feed.shard().passed(position);
            }
            // Of a paused partition nothing is fetched, so the consumer does not hear of what has come for it.
            if (!paused) {
                feed.shard().drained(isDrained, nowMs);
            }
            feed.shard().settle();
        }
    }
}
