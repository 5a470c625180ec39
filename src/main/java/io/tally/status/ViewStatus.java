package io.tally.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tally.ingest.ReaderState;
import io.tally.publish.AuditState;
import io.tally.view.ResultColumn;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A view and its state in this engine at one moment. A time is missing where there is none.
 *
 * @param name of the view and of the table that holds its result
 * @param state in one word
 * @param reason why it is not {@code RUNNING}, in words
 * @param table that it reads
 * @param topic that table's
 * @param sql its {@code SELECT} in PostgreSQL's words
 * @param columns those of the result
 * @param windowSeconds length of a window; missing if it has none
 * @param memoryBound most groups in memory
 * @param freshness how far it is
 * @param waitingFor the partition that keeps windows open which another one has passed
 * @param partitions of its topic, those that this engine owns; another instance of it may own others
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ViewStatus(
        String name,
        EngineState state,
        String reason,
        String table,
        String topic,
        String sql,
        List<Column> columns,
        Double windowSeconds,
        long memoryBound,
        Freshness freshness,
        WaitingFor waitingFor,
        List<Partition> partitions,
        Records records,
        Publishing publishing,
        Fills fills,
        Source source,
        Audit audit) {

    /** The first of it, in a list of views. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Summary(
            String name,
            EngineState state,
            String reason,
            String table,
            String topic,
            String sql,
            List<Column> columns,
            Double windowSeconds,
            Freshness freshness) {}

    Summary summary() {
        return new Summary(name, state, reason, table, topic, sql, columns, windowSeconds, freshness);
    }

    /**
     * A column of the result.
     *
     * @param type as PostgreSQL names it
     * @param role what it is
     * @param sum whether it is a sum or a count, which is told of open windows, too
     * @param ranked whether groups are ranked by it
     */
    public record Column(String name, String type, ResultColumn.Role role, boolean sum, boolean ranked) {}

    /**
     * How far a view is in this engine.
     *
     * @param watermark the time up to which this engine's partitions have closed their windows
     * @param finalUntil windows that end at or before are published by all of them
     * @param lagRecords records the broker has beyond the positions
     * @param lagSeconds clock minus watermark
     * @param rows deltas of groups in windows published since the start
     * @param groups in memory
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Freshness(
            Instant watermark,
            Instant finalUntil,
            long lagRecords,
            Double lagSeconds,
            long rows,
            long groups,
            Instant lastPublished) {}

    /**
     * A partition owned by this engine. The values of its shard are missing while it has none.
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
            Long groups,
            Boolean idle,
            Boolean replaying,
            Instant publishedUpTo) {}

    /**
     * The partition that windows wait for.
     *
     * @param behindSeconds how far its watermark is behind the highest one; missing while it has none
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record WaitingFor(int partition, Double behindSeconds) {}

    /** Records read for this view since the start and what became of them: {@code read} is the sum of the next seven. */
    public record Records(
            long read,
            long applied,
            long duplicates,
            long alreadyInTable,
            long purged,
            long snapshotRows,
            long withoutRow,
            long deadLetters,
            long replayed,
            Map<String, Long> withoutRowByKind,
            Map<String, Long> leftOutByFault) {}

    /**
     * Counters of publishing since the start.
     *
     * @param rows deltas of groups in windows
     * @param corrections those of them for windows that had been published before
     * @param failingSince since when the database takes nothing
     * @param latest the latest transactions that added rows, newest first
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Publishing(
            Instant lastPublished,
            Long lastMillis,
            long batches,
            long rows,
            long corrections,
            Instant failingSince,
            String failure,
            List<Round> latest) {}

    /**
     * One publishing transaction, or several in a row that only corrected.
     *
     * @param at when the last was done
     * @param millis from sending to the answer; the longest, if there are several
     * @param transactions how many there are
     * @param rows deltas of groups in windows
     * @param corrections those of them for windows that had been published before
     * @param closedUpTo end of the newest window that it published for the first time
     * @param afterCloseMillis how long after that end its rows were there
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Round(
            Instant at,
            long millis,
            int transactions,
            long rows,
            long corrections,
            Instant closedUpTo,
            Long afterCloseMillis) {}

    /**
     * Findings of the audit.
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

    /**
     * Findings of the last look at the source's catalog.
     *
     * @param lsn where its log ended; missing before the first look
     * @param standby whether the server follows another one
     * @param notFull tables and partitions whose replica identity is not FULL
     * @param problems one line for an operator each
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Source(Long lsn, boolean standby, List<String> notFull, List<String> problems) {}

    /**
     * How often this engine filled the result from the source since its start, and why it did last.
     *
     * @param latest the latest of them, newest first
     * @param underWay the one that is under way; missing if there is none
     * @param owed why it has to be filled again, and is not exact until then; missing if it does not
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Fills(
            long times,
            String reason,
            String explanation,
            Instant at,
            Long millis,
            List<Fill> latest,
            UnderWay underWay,
            Owed owed) {}

    /** A fill that is under way: code of the reason, one line for an operator, since when, and rows of the result so far. */
    public record UnderWay(String reason, String explanation, Instant since, long rows) {}

    /** A fill to come: code of the reason, one line for an operator, and when; missing if the settings forbid it. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Owed(String reason, String explanation, Instant due) {}

    /** One filling: code of the reason, one line for an operator, when it was done, and how long it took. */
    public record Fill(String reason, String explanation, Instant at, long millis) {}
}
