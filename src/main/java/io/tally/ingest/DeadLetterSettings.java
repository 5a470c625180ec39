package io.tally.ingest;

import java.time.Duration;
import java.util.Optional;

/**
 * The dead-letter topic, and how it is made if it is not there.
 *
 * @param topic its name
 * @param partitions how many; without it as many as the largest topic that is read has
 * @param replication copies of each partition; without it as many as the topics that are read have
 * @param retention how long the broker keeps a dead letter
 */
public record DeadLetterSettings(
        String topic, Optional<Integer> partitions, Optional<Short> replication, Duration retention) {}
