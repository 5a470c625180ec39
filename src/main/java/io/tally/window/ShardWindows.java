package io.tally.window;

import io.tally.view.Window;
import io.tally.view.expression.RowImage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The windows of one partition: which are published, and the deltas of those that are not, or that have changed since.
 * Single writer.
 */
final class ShardWindows {

    /** More early ranges than this are melted together, so that a checkpoint row stays small. */
    static final int MAX_EARLY_RANGES = 1_000;

    private final WindowSettings settings;
    private final Window windows;
    private final Groups none;
    private final WindowSet publishedEarly;
    private final Map<Long, OpenWindow> open = new HashMap<>();

    private long publishedUpToMs;
    private long groups;
    private OpenWindow lastUsed;

    /**
     * @param publishedUpToMs every window that ends at or before this time is published
     * @param publishedEarly windows beyond it that are published as well
     */
    ShardWindows(WindowSettings settings, long publishedUpToMs, WindowSet publishedEarly) {
        this.settings = settings;
        this.windows = settings.window();
        this.none = new Groups(settings.view());
        this.publishedUpToMs = publishedUpToMs;
        this.publishedEarly = publishedEarly;
    }

    /** The start of the window that holds a time. */
    long startOf(long timeMs) {
        boolean isLastUsed = lastUsed != null && windows.holds(lastUsed.startMs, timeMs);
        return isLastUsed ? lastUsed.startMs : windows.startMs(timeMs);
    }

    /** Whether what is below the shard's position is in the results, for the window that starts at the given time. */
    boolean isPublished(long start) {
        return windows.endMs(start) <= publishedUpToMs || publishedEarly.contains(start);
    }

    /** The deltas of a window, or null if there are none. */
    OpenWindow open(long start) {
        return lastUsed != null && lastUsed.startMs == start ? lastUsed : open.get(start);
    }

    /** Makes one for the deltas of a window that has none yet. */
    OpenWindow open(long start, ResumePoint resumePoint, long nowMs, boolean published) {
        OpenWindow opened = new OpenWindow(start, resumePoint, nowMs, published, none.empty());
        open.put(start, opened);
        return opened;
    }

    /** Adds a row to the deltas of its window, or takes it out. */
    void add(OpenWindow window, ViewRow row, int sign) {
        lastUsed = window;
        if (window.groups.add(row, sign)) {
            groups++;
        }
    }

    /** Counts every window that ends at or before this time as published. Returns whether that is news. */
    boolean closeUpTo(long timeMs) {
        if (timeMs <= publishedUpToMs) {
            return false;
        }
        publishedUpToMs = timeMs;
        publishedEarly.removeUpTo(timeMs);
        return true;
    }

    /**
     * Counts windows as published that are better written before they close. Returns whether there are any.
     *
     * @param everything all of them, to free memory
     * @param position of the shard
     */
    boolean closeEarly(boolean everything, long position, long nowMs) {
        boolean any = false;
        for (OpenWindow window : open.values()) {
            if (!isPublished(window.startMs)
                    && (everything || isFarAhead(window, nowMs) || pins(window, position, nowMs))) {
                publishedEarly.add(window.startMs, windows.endMs(window.startMs));
                any = true;
            }
        }
        publishedEarly.meltTo(MAX_EARLY_RANGES);
        return any;
    }

    /** No watermark will close it for a long time, so there is nothing to wait for. */
    private boolean isFarAhead(OpenWindow window, long nowMs) {
        return window.startMs > nowMs + settings.maxFutureMs();
    }

    private boolean pins(OpenWindow window, long position, long nowMs) {
        return Math.abs(nowMs - window.openedAtMs) > settings.maxPinnedMs()
                || position - window.resumePoint.offset() > settings.maxPinnedRecords();
    }

    /** Takes out the deltas of all published windows. */
    List<WindowDeltas> takePublished() {
        List<WindowDeltas> due = new ArrayList<>();
        for (Iterator<OpenWindow> left = open.values().iterator(); left.hasNext(); ) {
            OpenWindow window = left.next();
            if (isPublished(window.startMs)) {
                left.remove();
                due.add(deltas(window, window.groups));
                groups -= window.groups.size();
            }
        }
        lastUsed = null;
        return due;
    }

    /** Where to read again so that the deltas of all windows that stay come again: not beyond the given place. */
    ResumePoint earliest(ResumePoint atPosition) {
        ResumePoint earliest = atPosition;
        for (OpenWindow window : open.values()) {
            if (window.resumePoint.offset() < earliest.offset()) {
                earliest = window.resumePoint;
            }
        }
        return earliest;
    }

    long publishedUpToMs() {
        return publishedUpToMs;
    }

    /** From, to, from, to, …, in rising epoch ms. */
    long[] publishedEarly() {
        return publishedEarly.toArray();
    }

    /** Groups in the deltas of one window. */
    int groupsOf(long start) {
        OpenWindow window = open.get(start);
        return window == null ? 0 : window.groups.size();
    }

    /** Copies of the deltas of one window, as far as there are any. */
    List<WindowDeltas> copyOf(long start) {
        OpenWindow window = open.get(start);
        return window == null ? List.of() : List.of(deltas(window, window.groups.copy()));
    }

    /** Copies of the deltas of one row's group in all windows. */
    List<WindowDeltas> copyOfGroup(RowImage row) {
        List<WindowDeltas> copies = new ArrayList<>();
        for (OpenWindow window : open.values()) {
            Groups one = window.groups.only(row);
            if (one.size() > 0) {
                copies.add(deltas(window, one));
            }
        }
        return copies;
    }

    /** The sums of the newest windows, at most so many. */
    List<OpenTotals> newest(int limit) {
        TreeMap<Long, OpenWindow> newest = new TreeMap<>();
        for (OpenWindow window : open.values()) {
            if (newest.size() < limit || window.startMs > newest.firstKey()) {
                newest.put(window.startMs, window);
            }
            if (newest.size() > limit) {
                newest.pollFirstEntry();
            }
        }
        int totals = settings.view().totals().size();
        return newest.values().stream().map(window -> window.totals(totals)).toList();
    }

    private WindowDeltas deltas(OpenWindow window, Groups groups) {
        return new WindowDeltas(window.startMs, windows.endMs(window.startMs), groups, window.correction);
    }

    /** How many have deltas. */
    int count() {
        return open.size();
    }

    /** Groups in them. */
    long groups() {
        return groups;
    }
}
