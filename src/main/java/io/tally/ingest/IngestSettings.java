package io.tally.ingest;

import java.time.Duration;

/**
 * Settings of this package, as plain values.
 *
 * @param topic the topic of the table {@code orders}, unless others are named
 * @param restartMargin how far back to start reading after the results were filled from the source; what is read
 *     twice is recognised, and it lets the duplicate filter learn what came last
 * @param needsOldRows whether changes are only of use with the row they replace
 * @param failOnUndecodable end the process at a record that cannot be counted, instead of making it a dead letter
 */
public record IngestSettings(String topic, Duration restartMargin, boolean needsOldRows, boolean failOnUndecodable) {}
