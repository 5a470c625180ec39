package io.tally.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tally.ingest.ReaderState;
import io.tally.publish.AuditState;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The whole state of this engine at one moment, as {@code /api/status} shows it. A time is missing where there is none.
 *
 * @param state in one word
 * @param reason why it is not {@code RUNNING}, in words
 * @param version of this engine
 * @param topic the orders topic
 * @param startedAt when the process started
 * @param watermark the time up to which this engine's partitions have closed their windows
 * @param partitions those this engine owns; another copy of it may own others
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EngineStatus(
        EngineState state,
        String reason,
        String version,
        String topic,
        Instant startedAt,
        Instant watermark,
        List<Partition> partitions,
        Records records,
        Publishing publishing,
        Filling filling,
        Audit audit) {

    /**
     * A partition owned by this engine. What its shard knows is missing while it has none.
     *
     * @param lag records the broker has beyond the position
     * @param idle whether it no longer holds the watermark back
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Partition(
            int partition,
            ReaderState.Phase phase,
            Long position,
            Long lag,
            Instant newestEventTime,
            Instant watermark,
            Integer openWindows,
            Long entries,
            Boolean idle,
            Boolean replaying,
            Instant publishedUpTo) {}

    /** Records read since the start and what became of them: {@code read} is the sum of the next seven. */
    public record Records(
            long read,
            long applied,
            long duplicates,
            long alreadyInTable,
            long purged,
            long snapshotRows,
            long withoutRow,
            long deadLetters,
            long infiniteTimes,
            long replayed,
            Map<String, Long> deadLettersByReason) {}

    /**
     * What went to the database since the start.
     *
     * @param rows deltas of a customer in a window
     * @param corrections those of them for windows that had been published before
     * @param failingSince since when the database takes nothing
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Publishing(
            Instant lastPublished,
            Long lastMillis,
            long publications,
            long rows,
            long corrections,
            Instant failingSince,
            String failure) {}

    /**
     * What the comparison of order_agg with the orders table has found.
     *
     * @param mismatchedRows rows that are wrong
     * @param cleanUntil no difference was found in the windows before this time
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Audit(
            AuditState.Verdict verdict,
            String explanation,
            long runs,
            long mismatchedRows,
            Instant lastRun,
            Long lastMillis,
            Instant cleanUntil) {}

    /** How often this engine filled order_agg from the orders table since its start, and why it did last. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Filling(long times, String reason, String explanation, Instant at, Long millis) {}
}
