package io.tally.window;

/**
 * The part of a batch that is added to one window.
 *
 * @param startMs start of the window, inclusive, epoch ms
 * @param endMs end of the window, exclusive, epoch ms
 * @param groups deltas, not changed any more
 * @param correction whether the window had been published before
 */
public record WindowDeltas(long startMs, long endMs, Groups groups, boolean correction) {}
