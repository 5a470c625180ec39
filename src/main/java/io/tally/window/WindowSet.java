package io.tally.window;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A set of windows, kept as disjoint ranges of time {@code [from, to)} in epoch milliseconds. Windows next to each other
 * melt into one range, so the set stays small when many are added. Single writer.
 */
final class WindowSet {

    /** Time between two ranges. */
    private record Gap(long from, long to) {
        long length() {
            return to - from;
        }
    }

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

    /**
     * Melts ranges until there are no more than so many, so that the set holds what was between them: those with the smallest
     * gaps, and of gaps of the same length the earlier ones.
     */
    void meltTo(int most) {
        int excess = ranges.size() - most;
        if (excess <= 0) {
            return;
        }
        List<Gap> gaps = new ArrayList<>();
        Map.Entry<Long, Long> previous = null;
        for (Map.Entry<Long, Long> range : ranges.entrySet()) {
            if (previous != null) {
                gaps.add(new Gap(previous.getValue(), range.getKey()));
            }
            previous = range;
        }
        // Keeps those of one length in order of time. To close one changes no other.
        gaps.sort(Comparator.comparingLong(Gap::length));
        gaps.subList(0, Math.min(excess, gaps.size())).forEach(gap -> add(gap.from(), gap.to()));
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
