package io.tally.ingest;

import io.tally.window.Waiting;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/** Resume offsets as the group has them, for lag tools only: they are never read to decide anything. */
final class CommittedOffsets {

    private static final Logger LOG = Logger.getLogger(CommittedOffsets.class);

    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final Consumer<ByteBuffer, ByteBuffer> consumer;
    private long nextMs;

    CommittedOffsets(Consumer<ByteBuffer, ByteBuffer> consumer) {
        this.consumer = consumer;
    }

    /** Commits those that have moved, when it is time. */
    void step(Collection<AssignedPartition> partitions, long nowMs) {
        if (Waiting.lasts(nowMs, nextMs, INTERVAL.toMillis())) {
            return;
        }
        nextMs = nowMs + INTERVAL.toMillis();
        Map<AssignedPartition, OffsetAndMetadata> moved = new HashMap<>();
        for (AssignedPartition one : partitions) {
            OffsetAndMetadata offset = one.movedOffset();
            if (offset != null) {
                moved.put(one, offset);
            }
        }
        if (!moved.isEmpty()) {
            Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
            moved.forEach((one, offset) -> offsets.put(one.partition(), offset));
            consumer.commitAsync(offsets, (same, failure) -> {
                if (failure == null) {
                    moved.forEach(AssignedPartition::committed);
                } else {
                    LOG.debugf("offsets not committed, lag tools show old ones: %s", failure);
                }
            });
        }
    }
}
