package io.tally.window;

/**
 * Tumbling event-time windows {@code [start, end)} of one size, aligned to the Unix epoch. A window is named by its
 * start. All times are epoch milliseconds.
 *
 * @param sizeMs length of a window, greater than zero
 */
public record TumblingWindows(long sizeMs) {

    public TumblingWindows {
        if (sizeMs <= 0) {
            throw new IllegalArgumentException("window size must be positive, sizeMs=" + sizeMs);
        }
    }

    /** Start of the window that holds the given event time; rounds down, also before 1970. */
    public long startOf(long eventTimeMs) {
        return eventTimeMs - Math.floorMod(eventTimeMs, sizeMs);
    }

    /** End, exclusive, of the window with the given start. */
    public long endOf(long startMs) {
        return startMs + sizeMs;
    }
}
