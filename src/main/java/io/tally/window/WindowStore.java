package io.tally.window;

import io.tally.cdc.RowChange;
import io.tally.view.Window;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The shards of the partitions this engine owns, and the watermark they share. Safe for use by many threads; it takes
 * the monitor of one shard at a time.
 *
 * <p>Results are published with the minimum of the watermarks of the active partitions, so that a row is normally
 * written once. That is a matter of when, never of what: a partition whose rows come later corrects published rows.
 */
public final class WindowStore {

    private final WindowSettings settings;
    private final Memory memory;
    private final Map<Integer, Shard> shards = new ConcurrentHashMap<>();
    private final RecordCounts countsOfDropped = new RecordCounts();
    private final AtomicLong weightInFlight = new AtomicLong();
    private final AtomicLong newestBoundaryMs = new AtomicLong(Shard.NO_TIME);
    private volatile Runnable whenDue = () -> {};
    private volatile Doubts doubts = Doubts.NONE;

    /** The only store of its engine. */
    public WindowStore(WindowSettings settings) {
        this(settings, new Memory());
    }

    /** @param memory shared by all stores of the engine */
    public WindowStore(WindowSettings settings, Memory memory) {
        this.settings = settings;
        this.memory = memory;
        memory.add(this);
    }

    public WindowSettings settings() {
        return settings;
    }

    /** Makes this the shard of its partition; an older one is dropped. */
    public void add(Shard shard) {
        doubt(shard);
        Shard older = shards.put(shard.partition(), shard);
        if (older != null) {
            retire(older);
        }
        newestBoundaryMs.set(Shard.NO_TIME);
    }

    /** Drops the shard; what it holds is never published. Does nothing if it was dropped before. */
    public void drop(Shard shard) {
        if (shards.remove(shard.partition(), shard)) {
            retire(shard);
            newestBoundaryMs.set(Shard.NO_TIME);
        }
    }

    /** The shards owned now, in no particular order. */
    public Collection<Shard> shards() {
        return Collections.unmodifiableCollection(shards.values());
    }

    /** The shard of a partition, or null if it is not owned. */
    public Shard shard(int partition) {
        return shards.get(partition);
    }

    /** Counts of all records read by shards of this store, past ones included. */
    public RecordCounts counts() {
        RecordCounts sum = new RecordCounts();
        synchronized (countsOfDropped) {
            sum.add(countsOfDropped);
        }
        for (Shard shard : shards.values()) {
            synchronized (shard) {
                sum.add(shard.counts());
            }
        }
        return sum;
    }

    /**
     * The time up to which windows may be closed: the minimum of the watermarks of the active partitions, or
     * {@link Shard#NO_TIME} if one of them has none yet or none is owned. A partition is idle, and so not active, when it
     * is drained and its watermark has rested for the idle timeout, all of it while somebody looked. When all are idle the
     * watermark follows the clock, but not beyond the end of the newest window that holds rows, so that a jump of the clock
     * leaves no mark, and not beyond the time when it was last seen that nothing is left to read: after the process was
     * frozen, much may be.
     */
    public long watermarkMs(long nowMs) {
        long minimumOfActive = Long.MAX_VALUE;
        long maximum = Shard.NO_TIME;
        long newestEventTimeMs = Shard.NO_TIME;
        long lookedAtMs = nowMs;
        for (Shard shard : shards.values()) {
            Progress progress = shard.progress();
            if (!isIdle(progress, nowMs)) {
                minimumOfActive = Math.min(minimumOfActive, progress.watermarkMs());
            }
            lookedAtMs = Math.min(lookedAtMs, progress.lookedAtMs());
            maximum = Math.max(maximum, progress.watermarkMs());
            newestEventTimeMs = Math.max(newestEventTimeMs, progress.newestEventTimeMs());
        }
        if (minimumOfActive != Long.MAX_VALUE) {
            return minimumOfActive;
        }
        if (newestEventTimeMs == Shard.NO_TIME) {
            return Shard.NO_TIME;
        }
        Window windows = settings.window();
        long byClock = lookedAtMs - settings.outOfOrdernessMs() - settings.idleTimeoutMs();
        long endOfNewest = windows.endMs(windows.startMs(newestEventTimeMs));
        return Math.max(maximum, Math.min(byClock, endOfNewest));
    }

    /**
     * Whether the partition no longer holds the others back: not if it was not looked at for a while, since much may have
     * come for it. A clock that was set back does not make it wait longer.
     */
    public boolean isIdle(Progress progress, long nowMs) {
        return progress.dataLoss() != null
                || progress.drained()
                        && Math.abs(nowMs - progress.lookedAtMs()) <= Shard.LONGEST_UNOBSERVED_MS
                        && Math.abs(progress.lookedAtMs() - progress.quietSinceMs()) >= settings.idleTimeoutMs();
    }

    /**
     * The partition that keeps windows open which another one has passed: the active one with the lowest watermark, or null
     * if nothing is held back.
     */
    public Shard holdingBack(long nowMs) {
        Shard lowest = null;
        long highestMs = Shard.NO_TIME;
        for (Shard shard : shards.values()) {
            Progress progress = shard.progress();
            highestMs = Math.max(highestMs, progress.watermarkMs());
            if (!isIdle(progress, nowMs)
                    && (lowest == null
                            || progress.watermarkMs() < lowest.progress().watermarkMs())) {
                lowest = shard;
            }
        }
        return lowest != null
                        && highestMs != Shard.NO_TIME
                        && lowest.progress().watermarkMs() < settings.window().newestStartMs(highestMs)
                ? lowest
                : null;
    }

    /** Sets what is to be done when something is due that should not wait for the next tick. */
    public void onDue(Runnable action) {
        whenDue = action;
    }

    /** Says so if the watermark has closed a window since this was called last. Cheap enough to call after each batch. */
    public void announceDue(long nowMs) {
        long watermarkMs = watermarkMs(nowMs);
        if (watermarkMs != Shard.NO_TIME) {
            long boundaryMs = settings.window().newestStartMs(watermarkMs);
            if (newestBoundaryMs.getAndAccumulate(boundaryMs, Math::max) < boundaryMs) {
                whenDue.run();
            }
        }
    }

    /** Groups in this store, those on their way to the database included; a window by itself weighs as some. */
    public long groups() {
        long sum = weightInFlight.get();
        for (Shard shard : shards.values()) {
            Progress progress = shard.progress();
            sum += progress.groups() + (long) Batch.GROUPS_PER_WINDOW * progress.openWindows();
        }
        return sum;
    }

    /**
     * Whether more may be read, by any store that shares the memory. A replaying shard may go beyond the bound, because it cannot
     * publish before it is done.
     */
    public boolean hasRoom() {
        return memory.groups() < settings.maxGroups();
    }

    /** Whether windows should be published before they close, because memory is half full. */
    public boolean isCrowded() {
        return memory.groups() > settings.maxGroups() / 2;
    }

    /** Whether this shard may read now: shards replay one after another. One that may is expected to do so. */
    public boolean mayRead(Shard shard, long nowMs) {
        return !shard.progress().replaying() || memory.mayReplay(shard, nowMs);
    }

    /**
     * Takes out of all shards what is due. The caller calls {@link #published} or {@link #abandoned} for each batch
     * before it takes again. If a shard breaks its own rules, those taken so far are dropped with it: they are read again
     * from their checkpoints, and nothing that was taken is lost.
     */
    public List<Batch> take(long nowMs) {
        long watermarkMs = watermarkMs(nowMs);
        boolean everything = isCrowded();
        List<Batch> batches = new ArrayList<>();
        for (Shard shard : shards.values()) {
            try {
                takeFrom(shard, watermarkMs, everything, nowMs, batches);
            } catch (Throwable e) {
                drop(shard);
                batches.forEach(this::abandoned);
                throw e;
            }
        }
        return batches;
    }

    private void takeFrom(Shard shard, long watermarkMs, boolean everything, long nowMs, List<Batch> batches) {
        synchronized (shard) {
            Batch batch = shard.take(watermarkMs, everything, nowMs);
            if (batch != null) {
                weightInFlight.addAndGet(batch.weight());
                batches.add(batch);
            }
        }
    }

    /** Groups that {@link #unpublishedOf} would tell of, which copies them; for each partition a group of its own. */
    public long unpublishedGroupsOf(long windowStartMs) {
        long sum = 0;
        for (Shard shard : shards.values()) {
            synchronized (shard) {
                sum += shard.unpublishedGroupsOf(windowStartMs);
            }
        }
        return sum;
    }

    /** The part of one window that the results may not hold yet, for each partition. */
    public List<Unpublished> unpublishedOf(long windowStartMs) {
        return shards.values().stream()
                .map(shard -> {
                    synchronized (shard) {
                        return shard.unpublishedOf(windowStartMs);
                    }
                })
                .toList();
    }

    /**
     * The part of one group that the results may not hold yet, for each partition.
     *
     * @param key its parts, as {@link Groups#key} gives them
     */
    public List<Unpublished> unpublishedOfGroup(List<Object> key) {
        KeyImage row = new KeyImage(settings.view(), key);
        return shards.values().stream()
                .map(shard -> {
                    synchronized (shard) {
                        return shard.unpublishedOfGroup(row);
                    }
                })
                .toList();
    }

    /** The newest windows that no batch has taken, summed up over all partitions, newest first. */
    public List<OpenTotals> newestOpen(int limit) {
        NavigableMap<Long, OpenTotals> sums = new TreeMap<>();
        for (Shard shard : shards.values()) {
            List<OpenTotals> ofShard;
            synchronized (shard) {
                ofShard = shard.newestOpen(limit);
            }
            ofShard.forEach(totals -> sums.merge(totals.startMs(), totals, OpenTotals::plus));
        }
        return sums.descendingMap().values().stream().limit(limit).toList();
    }

    /** The highest groups in what no batch has taken of a window, over all partitions. */
    public GroupRanking rankOpen(long windowStartMs, int limit) {
        Groups sum = new Groups(settings.view());
        unpublishedOf(windowStartMs).stream()
                .flatMap(partition -> partition.held().stream())
                .forEach(window -> sum.addAll(window.groups()));
        return GroupRanking.of(settings.view(), sum, limit);
    }

    /** Takes note of what is known of the rows before changes, for all shards there are and those to come. */
    public synchronized void doubt(Doubts now) {
        if (now.fillId().isSameAs(doubts.fillId()) && now.lookedAtLsn() < doubts.lookedAtLsn()) {
            return;
        }
        doubts = now;
        shards.values().forEach(this::doubt);
    }

    private void doubt(Shard shard) {
        synchronized (shard) {
            shard.doubt(doubts);
            shard.settle();
        }
    }

    /** Highest place in the source's log from which a change came that took a row back; never too low. */
    public long newestTakenBackLsn() {
        long newest = RowChange.NO_LSN;
        for (Shard shard : shards.values()) {
            synchronized (shard) {
                newest = Math.max(newest, shard.newestTakenBackLsn());
            }
        }
        return newest;
    }

    /** Stops all shards: what they add to is worthless. */
    public void loseData(DataLoss lost) {
        for (Shard shard : shards.values()) {
            synchronized (shard) {
                shard.loseData(lost);
                shard.settle();
            }
        }
    }

    /** Why the results have to be filled again some time, by partition: an empty list if there is no reason to. */
    public List<DataLoss> owed() {
        return shards.values().stream()
                .map(shard -> shard.progress().owed())
                .filter(Objects::nonNull)
                .toList();
    }

    /** Whether the shard that made the batch is still owned. */
    public boolean isCurrent(Batch batch) {
        return current(batch) != null;
    }

    private Shard current(Batch batch) {
        Shard shard = shards.get(batch.partition());
        return shard != null && shard.owner().equals(batch.owner()) ? shard : null;
    }

    /** Takes note that the database holds the batch. */
    public void published(Batch batch) {
        weightInFlight.addAndGet(-batch.weight());
        Shard shard = current(batch);
        if (shard != null) {
            synchronized (shard) {
                shard.published(batch);
            }
        }
    }

    /** Takes note that the database will never hold the batch; its shard, if it is still owned, is dropped. */
    public void abandoned(Batch batch) {
        weightInFlight.addAndGet(-batch.weight());
        Shard shard = current(batch);
        if (shard != null) {
            drop(shard);
        }
    }

    private void retire(Shard shard) {
        shard.drop();
        synchronized (shard) {
            synchronized (countsOfDropped) {
                countsOfDropped.add(shard.counts());
            }
        }
    }
}
