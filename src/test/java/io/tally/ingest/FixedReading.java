package io.tally.ingest;

import io.tally.window.Shard;
import io.tally.window.WindowStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/** Feeds the shards that a test has. */
final class FixedReading implements Reading {

    private final Map<TopicPartition, List<Feed>> feeds = new HashMap<>();

    /** Feeds a shard from here on. */
    Feed add(String view, TopicPartition partition, WindowStore store, Shard shard) {
        store.add(shard);
        Feed feed = new Feed(new ViewInput(view, partition.topic(), store, null), partition, shard);
        feed.takenBy(this);
        feeds.computeIfAbsent(partition, first -> new ArrayList<>()).add(feed);
        return feed;
    }

    @Override
    public Map<TopicPartition, List<Feed>> feeds() {
        return feeds;
    }

    @Override
    public void begin() {}

    @Override
    public void advance(boolean pollIsOut, long nowMs) {}

    @Override
    public boolean isIdle() {
        return false;
    }

    @Override
    public void observe(long nowMs) {}

    @Override
    public void observeLag() {}

    @Override
    public void outOfRange(Set<TopicPartition> partitions, long nowMs) {}

    @Override
    public void truncated(Set<TopicPartition> partitions, long nowMs) {}

    @Override
    public void reloadAll(long nowMs) {}

    @Override
    public boolean joining() {
        return false;
    }

    @Override
    public String problem() {
        return null;
    }

    @Override
    public List<ReaderState.Partition> states() {
        return List.of();
    }
}
