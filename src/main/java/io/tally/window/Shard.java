package io.tally.window;

import io.tally.cdc.CapturedRow;
import io.tally.cdc.RowChange;
import io.tally.view.Contribution;
import io.tally.view.RowFault;
import io.tally.view.Window;
import io.tally.view.expression.RowImage;
import java.util.List;
import java.util.UUID;

/**
 * The state of one partition between two batches: its position, its open windows, its watermark. Plain data with a
 * single writer at a time: whoever calls a method holds this object's monitor, except where a method says otherwise.
 *
 * <p>A shard lives as long as one ownership of its partition. When the partition is revoked, or the database says that
 * somebody else owns it, the shard is dropped and a new one is made from the checkpoint; work that still reaches the old
 * one changes nothing that will ever be published.
 */
public final class Shard {

    /** A time that is not known; below every real one. */
    public static final long NO_TIME = Contribution.NO_TIME;

    /** A checkpoint of a partition that has read something, but has nothing to say, is not older than this. */
    private static final long CHECKPOINT_INTERVAL_MS = 10_000;

    /** Much longer than a poll takes, and shorter than the bounds that keep a window open. */
    static final long LONGEST_UNOBSERVED_MS = 1_000;

    /** Without a partition, because it is said once. */
    private static final String NO_SEQUENCE =
            "changes come with source.lsn and without source.sequence, so that those of"
                    + " transactions that overlap cannot be told from those that are sent again. Debezium writes it from version 1.7"
                    + " on; ExtractNewRecordState adds it with add.fields=sequence";

    private final WindowSettings settings;
    private final int partition;
    private final UUID owner;
    private final long replayUntil;
    private final FillId fillId;
    private final DuplicateFilter duplicates;
    private final FillFilter fill;
    private final Contribution contribution;
    private final Window window;
    private final ShardWindows windows;
    private final RecordCounts counts = new RecordCounts();
    private final ViewRow row;

    private long sequence;
    private long position;
    private long newestEventTimeMs;
    private DataLoss dataLoss;
    private DataLoss owed;
    private DataLoss lastPublishedOwed;
    private long judgedLsn;
    private long newestTakenBackLsn;
    private volatile Doubts doubts = Doubts.NONE;
    private Batch underWay;

    private long lastPublishedPosition;
    private long lastPublishedAtMs;

    private long quietSinceMs;
    private long lookedAtMs;
    private boolean drained;
    private volatile boolean dropped;
    private volatile long publishedResumeOffset;
    private volatile Progress progress;

    /**
     * Goes on from a checkpoint.
     *
     * @param nowMs our clock, epoch ms
     */
    public Shard(Checkpoint checkpoint, WindowSettings settings, long nowMs) {
        this.settings = settings;
        this.partition = checkpoint.partition();
        this.owner = checkpoint.owner();
        this.sequence = checkpoint.sequence();
        this.position = checkpoint.resumeOffset();
        this.replayUntil = checkpoint.position();
        this.publishedResumeOffset = checkpoint.resumeOffset();
        this.lastPublishedPosition = checkpoint.position();
        this.contribution = new Contribution(settings.view());
        this.window = settings.window();
        this.windows =
                new ShardWindows(settings, checkpoint.publishedUpToMs(), WindowSet.of(checkpoint.publishedEarly()));
        this.newestEventTimeMs = checkpoint.newestEventTimeMs();
        this.duplicates = new DuplicateFilter(checkpoint.filter());
        this.row = new ViewRow(settings.view());
        this.fill = new FillFilter(checkpoint.visibility(), checkpoint.fillId().lsn());
        this.fillId = checkpoint.fillId();
        this.owed = checkpoint.owed();
        this.lastPublishedOwed = owed;
        this.judgedLsn = checkpoint.judgedLsn();
        // The checkpoint does not say which of the earlier records took a row back, so all of them may have.
        this.newestTakenBackLsn = duplicates.newestLsn();
        this.lastPublishedAtMs = nowMs;
        this.quietSinceMs = nowMs;
        this.lookedAtMs = nowMs;
        settle();
    }

    // ---- reading the log -------------------------------------------------------------------------------------------

    /**
     * Applies one record. Offsets rise, with gaps.
     *
     * @param nowMs our clock; only keeps dates in the future from moving the watermark, and feeds idleness
     * @return false at data loss: the record was not applied and no further one will be
     * @throws IllegalStateException if the offset was applied before
     */
    public boolean apply(long offset, RowChange change, long nowMs) {
        if (offset < position) {
            throw new IllegalStateException(
                    "offset applied before, partition=" + partition + " offset=" + offset + " position=" + position);
        }
        if (dataLoss != null) {
            return false;
        }
        switch (change.op()) {
            case INSERT, UPDATE, DELETE -> applyStreamed(offset, change, nowMs);
            case SNAPSHOT -> noticeSnapshot(offset, change);
            case INCREMENTAL_SNAPSHOT -> counts.add(RecordOutcome.SNAPSHOT_ROW);
            case TRUNCATE -> noticeTruncate(offset, change);
            case TOMBSTONE, MESSAGE, HEARTBEAT, TRANSACTION, SCHEMA_CHANGE, SIGNAL, OTHER_TABLE ->
                counts.add(RecordOutcome.of(change.op()));
            case NONE -> throw new IllegalStateException("not decoded, partition=" + partition + " offset=" + offset);
        }
        if (dataLoss != null) {
            return false;
        }
        if (offset < replayUntil) {
            counts.replayed++;
        }
        position = offset + 1;
        return true;
    }

    /** Whether the columns that the view reads could be read, whatever else could not. Needs no monitor. */
    public boolean canRead(RowChange change) {
        return change.isReadable(settings.view().columns());
    }

    /**
     * Whether the row before the change is known not to be what was counted, so that the change is void as a whole. Needs no
     * monitor.
     */
    public boolean isVoid(RowChange change) {
        return change.takesBack() && doubts.provenAt(change.lsn()) != null && !fill.mayHold(change);
    }

    /**
     * Passes over a record whose change is void, after the dead letters have it: the results lack it until they are filled.
     *
     * @return false at data loss: the record was not passed and no further one will be
     */
    public boolean passVoid(long offset, RowChange change) {
        if (wentBack(offset, change)) {
            return false;
        }
        Doubts.Range range = doubts.at(change.lsn());
        // By now the range may have been found to end before this change, which has been given up all the same.
        oweFor(range == null ? "the replica identity was not known to be FULL" : range.explanation(), offset);
        countDeadLetter(offset);
        return true;
    }

    /**
     * Passes over a record that is a dead letter for the view, after the broker has taken it. Nobody knows what it would have
     * changed, so the results have to be filled again some time, unless they were filled after it or it is known from before.
     *
     * @param change what is known of its place in the source's log
     * @return false at data loss: the record was not passed and no further one will be
     */
    public boolean passDeadLetter(long offset, RowChange change) {
        if (wentBack(offset, change)) {
            return false;
        }
        boolean isNews = !wasReadBefore(offset) && !change.isOfSnapshot() && !fill.mayHold(change);
        if (isNews && settings.deadLetterOwesFill()) {
            owe(lost(DataLoss.Reason.VOID_CHANGE, offset, "a record could not be counted and is a dead letter"));
        }
        countDeadLetter(offset);
        return true;
    }

    /** Whether this is data loss: a change that does not count tells as well as any other that the source's log went back. */
    private boolean wentBack(long offset, RowChange change) {
        if (dataLoss == null
                && change.lsn() != RowChange.NO_LSN
                && !change.isOfSnapshot()
                && duplicates.judge(change) == DuplicateFilter.Verdict.WENT_BACK) {
            loseToThePast(offset, change);
        }
        return dataLoss != null;
    }

    private void countDeadLetter(long offset) {
        counts.add(RecordOutcome.DEAD_LETTER);
        passed(offset + 1);
    }

    /**
     * Tells that nothing is left to apply below the given offset: the log keeps markers there, or records were compacted
     * away.
     */
    public void passed(long nextOffset) {
        position = Math.max(position, nextOffset);
    }

    /**
     * Tells whether the partition has been read to its end, as the broker saw it last. Silence counts only while somebody
     * looks: if this is not called for long, because the process was frozen, it begins anew; and if the clock was set back,
     * since nobody knows for how long it was not called.
     *
     * @param isDrained whether nothing was left to read beyond the position
     * @param nowMs our clock
     */
    public void drained(boolean isDrained, long nowMs) {
        if (Math.abs(nowMs - lookedAtMs) > LONGEST_UNOBSERVED_MS) {
            quietSinceMs = nowMs;
        }
        lookedAtMs = nowMs;
        drained = isDrained;
    }

    /** Makes what was applied visible to {@link #progress()}; called at the end of each batch. */
    public void settle() {
        progress = new Progress(
                position,
                newestEventTimeMs,
                watermarkMs(),
                windows.publishedUpToMs(),
                windows.count(),
                windows.groups(),
                drained,
                quietSinceMs,
                lookedAtMs,
                replaying(),
                duplicates.newestLsn(),
                duplicates.newestCommitTimeMs(),
                dataLoss,
                owed);
    }

    /** The state as of the last {@link #settle()}; needs no monitor. */
    public Progress progress() {
        return progress;
    }

    private void applyStreamed(long offset, RowChange change, long nowMs) {
        switch (duplicates.judge(change)) {
            case DUPLICATE -> counts.add(RecordOutcome.DUPLICATE);
            case WENT_BACK -> loseToThePast(offset, change);
            case UNTOLD -> {
                if (fill.holds(offset, change) && !duplicates.mayHaveGoneBack(change)) {
                    passInTable(change, nowMs);
                } else {
                    loseData(new DataLoss(DataLoss.Reason.NO_SEQUENCE, NO_SEQUENCE, fillId, partition, offset));
                }
            }
            case NEW -> {
                if (fill.holds(offset, change)) {
                    passInTable(change, nowMs);
                } else {
                    applyNew(offset, change, nowMs);
                }
            }
        }
    }

    private void applyNew(long offset, RowChange change, long nowMs) {
        judgeRowBefore(offset, change);
        // Also when the row before is in doubt: a fill would not bring back what is taken from history.
        if (isPurge(change)) {
            counts.add(RecordOutcome.PURGED);
            return;
        }
        counts.add(RecordOutcome.APPLIED);
        if (change.before().present()) {
            contribute(change.before(), -1, offset, nowMs);
        }
        if (change.after().present()) {
            advanceEventTime(contribute(change.after(), 1, offset, nowMs), nowMs);
        }
    }

    private void loseToThePast(long offset, RowChange change) {
        lose(
                DataLoss.Reason.LSN_WENT_BACK,
                offset,
                "a record with an older lsn was committed later than all before it, lsn=" + change.lsn());
    }

    private void passInTable(RowChange change, long nowMs) {
        counts.add(RecordOutcome.ALREADY_IN_TABLE);
        if (change.after().present() && read(change.after()) == null) {
            advanceEventTime(contribution.timeMs(row), nowMs);
        }
    }

    /** Whether it deletes a row that was history when it was deleted; judged by the source's clock, as replay needs. */
    private boolean isPurge(RowChange change) {
        if (settings.historyOlderThanMs() == WindowSettings.NEVER
                || change.op() != RowChange.Op.DELETE
                || change.commitTimeMs() == RowChange.NO_TIME
                || !change.before().present()
                || read(change.before()) != null) {
            return false;
        }
        long end = window.endMs(window.startMs(contribution.timeMs(row)));
        return end <= change.commitTimeMs() - settings.historyOlderThanMs();
    }

    private void noticeSnapshot(long offset, RowChange change) {
        if (change.lsn() > fillId.lsn()) {
            lose(
                    DataLoss.Reason.NEW_SNAPSHOT,
                    offset,
                    "the connector has read the whole table again, snapshot lsn=" + change.lsn() + " results lsn="
                            + fillId.lsn());
        } else {
            counts.add(RecordOutcome.SNAPSHOT_ROW);
        }
    }

    private void noticeTruncate(long offset, RowChange change) {
        if (settings.truncateIsDataLoss() && !fill.holds(offset, change)) {
            lose(DataLoss.Reason.TRUNCATED, offset, "the table was truncated");
        } else {
            counts.add(RecordOutcome.of(change.op()));
        }
    }

    private void lose(DataLoss.Reason reason, long offset, String what) {
        loseData(lost(reason, offset, what));
    }

    private DataLoss lost(DataLoss.Reason reason, long offset, String what) {
        String where = ", partition=" + partition + " offset=" + offset;
        return new DataLoss(reason, what + where, fillId, partition, offset);
    }

    /** Ends reading and publishing, because the results it adds to are worthless; does nothing if they are others. */
    void loseData(DataLoss lost) {
        if (dataLoss == null && lost.fillId().isSameAs(fillId)) {
            dataLoss = lost;
        }
    }

    /**
     * Notes that the results have to be filled again some time, and goes on. The first reason is kept until they are, and
     * moves with the checkpoint, so that it survives this engine; does nothing if the results are others.
     *
     * @param lost with a reason that is braked
     */
    void owe(DataLoss lost) {
        if (owed == null && lost.fillId().isSameAs(fillId)) {
            owed = lost;
        }
    }

    /**
     * A row before it that is not the one that was counted makes the results wrong, so they are filled again if it may not be.
     */
    private void judgeRowBefore(long offset, RowChange change) {
        if (!change.takesBack()) {
            return;
        }
        // Of an unknown place nothing is ever proven.
        newestTakenBackLsn =
                change.lsn() == RowChange.NO_LSN ? Long.MAX_VALUE : Math.max(newestTakenBackLsn, change.lsn());
        Doubts.Range range = doubts.at(change.lsn());
        if (range != null) {
            oweFor(range.explanation(), offset);
        }
    }

    /**
     * Takes note of what is known of the rows before changes. Changes applied before that was known are judged now.
     *
     * @param now newer than what was noted last
     */
    void doubt(Doubts now) {
        if (!now.fillId().isSameAs(fillId) || now.lookedAtLsn() < doubts.lookedAtLsn()) {
            return;
        }
        doubts = now;
        for (Doubts.Range range : now.ranges()) {
            if (range.toLsn() > judgedLsn && newestTakenBackLsn >= Math.max(range.fromLsn(), judgedLsn)) {
                oweFor(range.explanation(), position);
            }
        }
        judgedLsn = Math.max(judgedLsn, now.lookedAtLsn());
    }

    private void oweFor(String doubt, long offset) {
        String what = doubt + ", and an update or delete came from there";
        owe(new DataLoss(DataLoss.Reason.REPLICA_IDENTITY, what, fillId, partition, offset));
    }

    /** Highest place in the source's log from which a change came that took a row back; never too low. */
    long newestTakenBackLsn() {
        return newestTakenBackLsn;
    }

    /**
     * Adds a row, or takes it back, if WHERE takes it.
     *
     * @return the time of the row; {@link #NO_TIME} if it has none, or a fault
     */
    private long contribute(CapturedRow image, int sign, long offset, long nowMs) {
        RowFault fault = read(image);
        if (fault != null) {
            counts.addFault(fault);
            return NO_TIME;
        }
        long timeMs = contribution.timeMs(row);
        if (contribution.counts(row)) {
            addToWindow(timeMs == NO_TIME ? 0 : timeMs, sign, offset, nowMs);
        }
        return timeMs;
    }

    /** Takes an image into {@link #row}, and returns why it contributes nothing whatever WHERE says, or null. */
    private RowFault read(CapturedRow image) {
        row.take(image);
        return image.isPlain() ? contribution.faultOfFinite(row) : contribution.fault(row);
    }

    /** Adds the row that was read last. */
    private void addToWindow(long timeMs, int sign, long offset, long nowMs) {
        long start = windows.startOf(timeMs);
        boolean published = windows.isPublished(start);
        if (published) {
            if (offset < replayUntil) {
                return;
            }
            counts.corrections++;
        }
        OpenWindow open = windows.open(start);
        if (open == null) {
            open = windows.open(start, duplicates.resumePointFor(offset), nowMs, published);
        }
        windows.add(open, row, sign);
    }

    /** @param timeMs of a row without a fault, whether WHERE takes it or not; or {@link #NO_TIME} */
    private void advanceEventTime(long timeMs, long nowMs) {
        if (timeMs != NO_TIME && timeMs <= nowMs + settings.maxFutureMs()) {
            newestEventTimeMs = Math.max(newestEventTimeMs, timeMs);
            quietSinceMs = nowMs;
        }
    }

    // ---- publishing ------------------------------------------------------------------------------------------------

    /**
     * Takes out what is due: the windows that the watermark closes, the deltas of windows already published, and windows
     * that are better published before they close. The shard counts them as published from here on; the caller sees to
     * it that the batch reaches the database before it takes the next one, or drops the shard.
     *
     * @param watermarkMs the watermark of the store, or {@link #NO_TIME}; need not rise
     * @param everything publish all windows before they close, to free memory
     * @param nowMs our clock
     * @return what to publish, or null if there is nothing to say or the shard may not publish now
     */
    Batch take(long watermarkMs, boolean everything, long nowMs) {
        if (replaying() || dataLoss != null || dropped) {
            return null;
        }
        boolean moved = watermarkMs != NO_TIME && windows.closeUpTo(window.newestStartMs(watermarkMs));
        boolean takesEarly = windows.closeEarly(everything || settings.live(), position, nowMs);
        List<WindowDeltas> due = windows.takePublished();
        if (due.isEmpty() && !moved && !takesEarly && owed == lastPublishedOwed && !checkpointIsOld(nowMs)) {
            return null;
        }
        lastPublishedOwed = owed;
        lastPublishedPosition = position;
        lastPublishedAtMs = nowMs;
        settle();
        long groups = due.stream().mapToLong(window -> window.groups().size()).sum();
        underWay = new Batch(checkpoint(), due, groups);
        return underWay;
    }

    /** Takes note that the database holds the batch. */
    void published(Batch batch) {
        underWay = null;
        sequence = batch.next().sequence();
        publishedResumeOffset = batch.next().resumeOffset();
    }

    /** Groups in the part of one window that the results may not hold yet. */
    long unpublishedGroupsOf(long windowStartMs) {
        return windows.groupsOf(windowStartMs)
                + underWayDeltas().stream()
                        .filter(window -> window.startMs() == windowStartMs)
                        .mapToLong(window -> window.groups().size())
                        .sum();
    }

    /** The part of one window that the results may not hold yet. */
    Unpublished unpublishedOf(long windowStartMs) {
        List<WindowDeltas> onTheWay = underWayDeltas().stream()
                .filter(window -> window.startMs() == windowStartMs)
                .toList();
        return unpublished(windows.copyOf(windowStartMs), onTheWay);
    }

    /** The part of one row's group that the results may not hold yet. */
    Unpublished unpublishedOfGroup(RowImage row) {
        List<WindowDeltas> onTheWay = underWayDeltas().stream()
                .map(window -> new WindowDeltas(
                        window.startMs(), window.endMs(), window.groups().only(row), window.correction()))
                .filter(window -> window.groups().size() > 0)
                .toList();
        return unpublished(windows.copyOfGroup(row), onTheWay);
    }

    private List<WindowDeltas> underWayDeltas() {
        return underWay == null ? List.of() : underWay.deltas();
    }

    private Unpublished unpublished(List<WindowDeltas> held, List<WindowDeltas> onTheWay) {
        return new Unpublished(partition, owner, sequence, underWay != null, replaying(), held, onTheWay);
    }

    /** The sums of the newest windows that no batch has taken, at most so many. */
    List<OpenTotals> newestOpen(int limit) {
        return windows.newest(limit);
    }

    /** The number of the last batch the database is known to hold. */
    public long sequence() {
        return sequence;
    }

    /** Whether an offset had been read when the checkpoint was written that this shard was made from; needs no monitor. */
    public boolean wasReadBefore(long offset) {
        return offset < replayUntil;
    }

    /** The resume offset that the database is known to hold; needs no monitor. */
    public long publishedResumeOffset() {
        return publishedResumeOffset;
    }

    /** Ends this shard: it publishes nothing from here on. Needs no monitor, but holding it keeps a batch out. */
    public void drop() {
        dropped = true;
    }

    /** Whether this shard is no longer the state of its partition; needs no monitor. */
    public boolean dropped() {
        return dropped;
    }

    private Checkpoint checkpoint() {
        ResumePoint resume = windows.earliest(duplicates.resumePointBehind(position));
        return new Checkpoint(
                partition,
                owner,
                sequence + 1,
                position,
                resume.offset(),
                windows.publishedUpToMs(),
                windows.publishedEarly(),
                newestEventTimeMs,
                resume.before(),
                fill.neededFrom(resume.offset()),
                fillId,
                owed,
                judgedLsn);
    }

    private boolean checkpointIsOld(long nowMs) {
        return position - lastPublishedPosition > settings.maxPinnedRecords()
                || position > lastPublishedPosition && Math.abs(nowMs - lastPublishedAtMs) > CHECKPOINT_INTERVAL_MS;
    }

    // ---- state -----------------------------------------------------------------------------------------------------

    public int partition() {
        return partition;
    }

    public UUID owner() {
        return owner;
    }

    /** Names the fill of the results that this shard adds to. */
    public FillId fillId() {
        return fillId;
    }

    /** The next offset to apply. */
    public long position() {
        return position;
    }

    /** Whether the shard is still reading again what it had read before the checkpoint; it publishes nothing then. */
    public boolean replaying() {
        return position < replayUntil;
    }

    public RecordCounts counts() {
        return counts;
    }

    private long watermarkMs() {
        return newestEventTimeMs == NO_TIME ? NO_TIME : newestEventTimeMs - settings.outOfOrdernessMs();
    }
}
