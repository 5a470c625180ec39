package io.tally.ingest;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Partitions that one poll loop reads, and the shards that it feeds. A shard is fed by one of them at a time. Used by the
 * thread that polls only.
 */
interface Reading {

    /** Subscribes the consumer, if it is one of a group. */
    void begin();

    /**
     * Moves everything on as far as it goes now.
     *
     * @param pollIsOut whether the last poll is still in use, so that no further one may hold records
     */
    void advance(boolean pollIsOut, long nowMs);

    /** Whether there is nothing that could be polled. */
    boolean isIdle();

    /** The shards that it feeds now, by partition. */
    Map<TopicPartition, List<Feed>> feeds();

    /**
     * Tells the shards how far the consumer is. Only called when everything polled so far has been applied: the position
     * passes over markers and compacted records, and with it a replay can end and a partition be drained.
     */
    void observe(long nowMs);

    /** Lets the lag grow while a poll is out: the shards cannot be told how far the consumer is, and it fetches nothing. */
    void observeLag();

    /** The broker no longer has what was to be read next: the checkpoints are compared with it again. */
    void outOfRange(Set<TopicPartition> partitions, long nowMs);

    /** The broker has lost records that were read, and may have put others in their place. */
    void truncated(Set<TopicPartition> partitions, long nowMs);

    /** Reads everything again from the checkpoints. */
    void reloadAll(long nowMs);

    /** Whether nothing is known yet: neither the group nor a topic has answered. */
    boolean joining();

    /** The reason why partitions are not read, or null. */
    String problem();

    /** State of each partition, for each view. */
    List<ReaderState.Partition> states();
}
