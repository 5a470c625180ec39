package io.tally.window;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * The state of one partition between two publications: its position, its open windows, its watermark. Plain data with a
 * single writer at a time: whoever calls a method holds this object's monitor, except where a method says otherwise.
 *
 * <p>A shard lives as long as one ownership of its partition. When the partition is revoked, or the database says that
 * somebody else owns it, the shard is dropped and a new one is made from the checkpoint; work that still reaches the old
 * one changes nothing that will ever be published.
 */
public final class Shard {

    /** A time that is not known; below every real one. */
    public static final long NO_TIME = Long.MIN_VALUE;

    /** More early ranges than this are melted together, so that a checkpoint row stays small. */
    static final int MAX_EARLY_RANGES = 1_000;

    private static final long NOWHERE = -1;

    private final WindowSettings settings;
    private final TumblingWindows windows;
    private final int partition;
    private final UUID owner;
    private final long replayUntil;
    private final long bootstrapLsn;
    private final DuplicateFilter duplicates;
    private final WindowSet publishedEarly;
    private final Map<Long, OpenWindow> open = new HashMap<>();
    private final RecordCounts counts = new RecordCounts();

    private long sequence;
    private long position;
    private long publishedUpToMs;
    private long newestEventTimeMs;
    private final Visibility visibility;
    private boolean visibilityRetired;
    private long visibilityRetiredAt = NOWHERE;
    private LostGround lostGround;

    private OpenWindow lastUsed;
    private long entries;
    private long lastPublishedPosition;
    private long lastPublishedAtMs;

    private long quietSinceMs;
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
        this.windows = settings.windows();
        this.partition = checkpoint.partition();
        this.owner = checkpoint.owner();
        this.sequence = checkpoint.sequence();
        this.position = checkpoint.resumeOffset();
        this.replayUntil = checkpoint.position();
        this.publishedResumeOffset = checkpoint.resumeOffset();
        this.lastPublishedPosition = checkpoint.position();
        this.publishedUpToMs = checkpoint.publishedUpToMs();
        this.publishedEarly = WindowSet.of(checkpoint.publishedEarly());
        this.newestEventTimeMs = checkpoint.newestEventTimeMs();
        this.duplicates = new DuplicateFilter(checkpoint.filter());
        this.visibility = checkpoint.visibility();
        this.visibilityRetired = visibility == null;
        this.bootstrapLsn = checkpoint.bootstrapLsn();
        this.lastPublishedAtMs = nowMs;
        this.quietSinceMs = nowMs;
        settle();
    }

    // ---- reading the log -------------------------------------------------------------------------------------------

    /**
     * Applies one record. Offsets rise, with gaps.
     *
     * @param nowMs our clock; only keeps dates in the future from moving the watermark, and feeds idleness
     * @return false if the ground is lost: the record was not applied and no further one will be
     * @throws IllegalStateException if the offset was applied before
     */
    public boolean apply(long offset, OrderChange change, long nowMs) {
        if (offset < position) {
            throw new IllegalStateException(
                    "offset applied before, partition=" + partition + " offset=" + offset + " position=" + position);
        }
        if (lostGround != null) {
            return false;
        }
        switch (change.op()) {
            case INSERT, UPDATE, DELETE -> applyStreamed(offset, change, nowMs);
            case SNAPSHOT -> noticeSnapshot(offset, change);
            case INCREMENTAL_SNAPSHOT -> counts.snapshotRows++;
            case TRUNCATE -> noticeTruncate(offset, change);
            case NONE -> counts.withoutRow++;
        }
        if (lostGround != null) {
            return false;
        }
        if (offset < replayUntil) {
            counts.replayed++;
        }
        position = offset + 1;
        return true;
    }

    /** Passes over a record that is a dead letter, after the broker has taken it. */
    public void passDeadLetter(long offset) {
        counts.deadLetters++;
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
     * Tells whether the partition has been read to its end, as the broker saw it last.
     *
     * @param isDrained whether nothing was left to read beyond the position
     */
    public void drained(boolean isDrained) {
        drained = isDrained;
    }

    /** Makes what was applied visible to {@link #progress()}; called at the end of each batch. */
    public void settle() {
        progress = new Progress(
                position,
                newestEventTimeMs,
                watermarkMs(),
                publishedUpToMs,
                open.size(),
                entries,
                drained,
                quietSinceMs,
                replaying(),
                lostGround);
    }

    /** The state as of the last {@link #settle()}; needs no monitor. */
    public Progress progress() {
        return progress;
    }

    private void applyStreamed(long offset, OrderChange change, long nowMs) {
        switch (duplicates.judge(offset, change)) {
            case DUPLICATE -> counts.duplicate++;
            case WENT_BACK ->
                lose(
                        LostGround.Reason.LSN_WENT_BACK,
                        offset,
                        "a record with an older lsn was committed later than all before it, lsn=" + change.lsn());
            case NEW -> {
                if (tableHolds(offset, change)) {
                    counts.alreadyInTable++;
                    advanceEventTime(change.after(), nowMs);
                } else {
                    counts.applied++;
                    contribute(change.before(), -1, offset, nowMs);
                    contribute(change.after(), 1, offset, nowMs);
                    advanceEventTime(change.after(), nowMs);
                }
            }
        }
    }

    /** Whether the results held the change when they were filled from the table. */
    private boolean tableHolds(long offset, OrderChange change) {
        if (visibilityRetired) {
            return false;
        }
        if (change.lastCommitLsn() >= bootstrapLsn) {
            visibilityRetired = true;
            visibilityRetiredAt = offset;
            return false;
        }
        return change.transactionKnown() && visibility.sees(change.transactionId());
    }

    private void noticeSnapshot(long offset, OrderChange change) {
        if (change.lsn() > bootstrapLsn) {
            lose(
                    LostGround.Reason.NEW_SNAPSHOT,
                    offset,
                    "the connector has read the whole table again, snapshot lsn=" + change.lsn() + " results lsn="
                            + bootstrapLsn);
        } else {
            counts.snapshotRows++;
        }
    }

    private void noticeTruncate(long offset, OrderChange change) {
        if (settings.truncateIsLostGround() && !tableHolds(offset, change)) {
            lose(LostGround.Reason.TRUNCATED, offset, "the orders table was truncated");
        } else {
            counts.withoutRow++;
        }
    }

    private void lose(LostGround.Reason reason, long offset, String what) {
        lostGround = new LostGround(reason, what + " partition=" + partition + " offset=" + offset, bootstrapLsn);
    }

    private void contribute(RowImage row, int sign, long offset, long nowMs) {
        if (!row.present()) {
            return;
        }
        if (!row.finite()) {
            counts.infiniteRows++;
            return;
        }
        long start = windows.startOf(row.eventTimeMs());
        boolean published = isPublished(start);
        if (published) {
            if (offset < replayUntil) {
                return;
            }
            counts.corrections++;
        }
        OpenWindow window = lastUsed != null && lastUsed.startMs == start ? lastUsed : open.get(start);
        if (window == null) {
            window = new OpenWindow(start, duplicates.resumePointFor(offset), nowMs, published);
            open.put(start, window);
        }
        lastUsed = window;
        if (window.totals.add(row.customerId(), sign, row.quantity(), row.priceUnits())) {
            entries++;
        }
    }

    private void advanceEventTime(RowImage row, long nowMs) {
        if (row.present() && row.finite() && row.eventTimeMs() <= nowMs + settings.maxFutureMs()) {
            newestEventTimeMs = Math.max(newestEventTimeMs, row.eventTimeMs());
            quietSinceMs = nowMs;
        }
    }

    // ---- publishing ------------------------------------------------------------------------------------------------

    /**
     * Takes out what is due: the windows that the watermark closes, the deltas of windows already published, and windows
     * that are better published before they close. The shard counts them as published from here on; the caller sees to
     * it that the publication reaches the database before it takes the next one, or drops the shard.
     *
     * @param watermarkMs the watermark of the store, or {@link #NO_TIME}; need not rise
     * @param everything publish all windows before they close, to free memory
     * @param nowMs our clock
     * @return what to publish, or null if there is nothing to say or the shard may not publish now
     */
    Publication take(long watermarkMs, boolean everything, long nowMs) {
        if (replaying() || lostGround != null || dropped) {
            return null;
        }
        long upToBefore = publishedUpToMs;
        if (watermarkMs != NO_TIME) {
            publishedUpToMs = Math.max(publishedUpToMs, windows.startOf(watermarkMs));
        }
        boolean takesEarly = markEarly(everything, nowMs);
        publishedEarly.removeUpTo(publishedUpToMs);

        List<WindowDeltas> due = new ArrayList<>();
        long dueEntries = 0;
        for (Iterator<OpenWindow> windowsLeft = open.values().iterator(); windowsLeft.hasNext(); ) {
            OpenWindow window = windowsLeft.next();
            if (isPublished(window.startMs)) {
                windowsLeft.remove();
                due.add(new WindowDeltas(
                        window.startMs, windows.endOf(window.startMs), window.totals, window.correction));
                dueEntries += window.totals.size();
            }
        }
        lastUsed = null;
        entries -= dueEntries;
        if (due.isEmpty() && publishedUpToMs == upToBefore && !takesEarly && !checkpointIsOld(nowMs)) {
            return null;
        }
        lastPublishedPosition = position;
        lastPublishedAtMs = nowMs;
        settle();
        return new Publication(checkpoint(), due, dueEntries);
    }

    /** Takes note that the database holds the publication. */
    void published(Publication publication) {
        sequence = publication.next().sequence();
        publishedResumeOffset = publication.next().resumeOffset();
    }

    /** The number of the last publication the database is known to hold. */
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

    /** Ends this shard; callable without the monitor. */
    void drop() {
        dropped = true;
    }

    /** Whether this shard is no longer the state of its partition; needs no monitor. */
    public boolean dropped() {
        return dropped;
    }

    private Checkpoint checkpoint() {
        ResumePoint resume = duplicates.resumePointFor(position);
        for (OpenWindow window : open.values()) {
            if (window.resumePoint.offset() < resume.offset()) {
                resume = window.resumePoint;
            }
        }
        // A filter retired after the resume offset has to work again on the records a restart reads again.
        boolean retired = visibilityRetired && visibilityRetiredAt < resume.offset();
        return new Checkpoint(
                partition,
                owner,
                sequence + 1,
                position,
                resume.offset(),
                publishedUpToMs,
                publishedEarly.toArray(),
                newestEventTimeMs,
                resume.before(),
                retired ? null : visibility,
                bootstrapLsn);
    }

    /** Chooses the windows to publish before they close. Returns whether there are any. */
    private boolean markEarly(boolean everything, long nowMs) {
        boolean any = false;
        for (OpenWindow window : open.values()) {
            if (!isPublished(window.startMs) && (everything || isFarAhead(window, nowMs) || pins(window, nowMs))) {
                publishedEarly.add(window.startMs, windows.endOf(window.startMs));
                any = true;
            }
        }
        while (publishedEarly.rangeCount() > MAX_EARLY_RANGES) {
            publishedEarly.closeSmallestGap();
        }
        return any;
    }

    /** No watermark will close it for a long time, so there is nothing to wait for. */
    private boolean isFarAhead(OpenWindow window, long nowMs) {
        return window.startMs > nowMs + settings.maxFutureMs();
    }

    private boolean pins(OpenWindow window, long nowMs) {
        return nowMs - window.openedAtMs > settings.maxPinnedMs()
                || position - window.resumePoint.offset() > settings.maxPinnedRecords();
    }

    private boolean checkpointIsOld(long nowMs) {
        return position - lastPublishedPosition > settings.maxPinnedRecords()
                || position > lastPublishedPosition && nowMs - lastPublishedAtMs > settings.maxPinnedMs();
    }

    private boolean isPublished(long windowStart) {
        return windows.endOf(windowStart) <= publishedUpToMs || publishedEarly.contains(windowStart);
    }

    // ---- state -----------------------------------------------------------------------------------------------------

    public int partition() {
        return partition;
    }

    public UUID owner() {
        return owner;
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
