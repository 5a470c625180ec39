package io.tally.window;

/** Waits that are measured by a clock which may be set back. */
public final class Waiting {

    private Waiting() {}

    /**
     * Whether to wait on. Never longer than the longest such wait: the clock may have been set back since it began.
     *
     * @param nowMs our clock, epoch ms
     * @param untilMs when the wait is over, by the clock as it was then
     * @param longestMs the longest that such a wait is ever meant to be
     */
    public static boolean lasts(long nowMs, long untilMs, long longestMs) {
        return nowMs < untilMs && untilMs - nowMs <= longestMs;
    }
}
