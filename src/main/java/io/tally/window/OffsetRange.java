package io.tally.window;

/**
 * Offsets that the broker holds of one partition.
 *
 * @param beginning the lowest offset that can still be read
 * @param end the offset after the last record
 * @param restart where to start reading after the results were filled from the source just now: the first offset
 *     of some minutes ago
 */
public record OffsetRange(long beginning, long end, long restart) {}
