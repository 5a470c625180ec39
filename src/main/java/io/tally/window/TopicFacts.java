package io.tally.window;

import java.util.Map;

/**
 * The broker's answer about a source's topic at one moment.
 *
 * @param topic its name
 * @param topicId its id, which a topic deleted and made again does not share
 * @param partitions every partition it has
 */
public record TopicFacts(String topic, String topicId, Map<Integer, OffsetRange> partitions) {

    /** Whether anything was ever written to it. */
    public boolean hasRecords() {
        return partitions.values().stream().anyMatch(range -> range.end() > 0);
    }
}
