package io.tally.window;

/** A window with deltas that are not published, and where to read them again. */
final class OpenWindow {

    final long startMs;
    final ResumePoint resumePoint;
    final long openedAtMs;
    final boolean correction;
    final CustomerTotals totals = new CustomerTotals();

    /**
     * @param resumePoint from where a restart reads all contributions to this window again
     * @param openedAtMs when the first contribution came, on our clock
     * @param correction whether the window had been published before that
     */
    OpenWindow(long startMs, ResumePoint resumePoint, long openedAtMs, boolean correction) {
        this.startMs = startMs;
        this.resumePoint = resumePoint;
        this.openedAtMs = openedAtMs;
        this.correction = correction;
    }
}
