package io.tally.window;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * A set of windows, kept as disjoint ranges of time {@code [from, to)} in epoch milliseconds. Windows next to each other
 * melt into one range, so the set stays small when many are added. Single writer.
 */
final class WindowSet {

    private final TreeMap<Long, Long> ranges = new TreeMap<>();

    /** A set from the form that {@link #toArray()} gives. */
    static WindowSet of(long... fromsAndTos) {
        WindowSet set = new WindowSet();
        for (int i = 0; i + 1 < fromsAndTos.length; i += 2) {
            set.add(fromsAndTos[i], fromsAndTos[i + 1]);
        }
        return set;
    }

    /** Adds all windows in {@code [from, to)}. */
    void add(long from, long to) {
        long newFrom = from;
        long newTo = to;
        Map.Entry<Long, Long> left = ranges.floorEntry(from);
        if (left != null && left.getValue() >= from) {
            newFrom = left.getKey();
        }
        for (Map.Entry<Long, Long> next = ranges.ceilingEntry(newFrom);
                next != null && next.getKey() <= newTo;
                next = ranges.ceilingEntry(newFrom)) {
            newTo = Math.max(newTo, next.getValue());
            ranges.remove(next.getKey());
        }
        ranges.put(newFrom, newTo);
    }

    /** Whether the window that starts at the given time is in the set. */
    boolean contains(long windowStart) {
        if (ranges.isEmpty()) {
            return false;
        }
        Map.Entry<Long, Long> range = ranges.floorEntry(windowStart);
        return range != null && windowStart < range.getValue();
    }

    /** Removes all windows that end at or before the given time, which is the end of a window. */
    void removeUpTo(long end) {
        while (!ranges.isEmpty() && ranges.firstKey() < end) {
            Map.Entry<Long, Long> first = ranges.pollFirstEntry();
            if (first.getValue() > end) {
                ranges.put(end, first.getValue());
            }
        }
    }

    /** Melts the two ranges with the smallest gap between them into one, so that the set holds what was between. */
    void closeSmallestGap() {
        long gapFrom = 0;
        long gapTo = 0;
        long previousTo = 0;
        boolean hasPrevious = false;
        for (Map.Entry<Long, Long> range : ranges.entrySet()) {
            if (hasPrevious && (gapFrom == gapTo || range.getKey() - previousTo < gapTo - gapFrom)) {
                gapFrom = previousTo;
                gapTo = range.getKey();
            }
            previousTo = range.getValue();
            hasPrevious = true;
        }
        if (gapFrom < gapTo) {
            add(gapFrom, gapTo);
        }
    }

    int rangeCount() {
        return ranges.size();
    }

    /** The ranges in order of time: from, to, from, to, … */
    long[] toArray() {
        return ranges.entrySet().stream()
                .flatMapToLong(range -> Arrays.stream(new long[] {range.getKey(), range.getValue()}))
                .toArray();
    }
}
