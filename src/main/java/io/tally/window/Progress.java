package io.tally.window;

import io.tally.cdc.RowChange;

/**
 * The state of a shard at the end of a batch, for those who look on without its monitor. Times are epoch ms and may be
 * {@link Shard#NO_TIME}.
 *
 * @param position the next offset to apply
 * @param newestEventTimeMs newest event time that moved the watermark
 * @param watermarkMs that minus the out-of-orderness bound
 * @param publishedUpToMs every window that ends at or before this time is published
 * @param openWindows windows with deltas that are not published
 * @param groups in them
 * @param drained whether nothing was left to read
 * @param quietSinceMs when the watermark was moved last, on our clock
 * @param lookedAtMs when it was last found out whether there is more to read
 * @param replaying whether it reads again what it had read before its checkpoint
 * @param newestLsn highest place in the source's log that a streamed record came from, or {@link RowChange#NO_LSN}
 * @param newestCommitTimeMs newest time at which the source committed one, on its clock, or {@link RowChange#NO_TIME}
 * @param dataLoss why it stopped, or null
 * @param owed why the results have to be filled again some time, though it goes on, or null
 */
public record Progress(
        long position,
        long newestEventTimeMs,
        long watermarkMs,
        long publishedUpToMs,
        int openWindows,
        long groups,
        boolean drained,
        long quietSinceMs,
        long lookedAtMs,
        boolean replaying,
        long newestLsn,
        long newestCommitTimeMs,
        DataLoss dataLoss,
        DataLoss owed) {}
