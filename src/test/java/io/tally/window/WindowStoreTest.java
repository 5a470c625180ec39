package io.tally.window;

import static io.tally.window.Changes.insert;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.view.View;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class WindowStoreTest {

    private static final long MINUTE = 60_000;
    private static final long NOW = 1_000 * MINUTE;

    private final WindowStore store = new WindowStore(TestCheckpoints.SETTINGS);

    private Shard add(int partition) {
        return add(partition, 0, 0);
    }

    private Shard add(int partition, long resumeOffset, long position) {
        Checkpoint checkpoint = new Checkpoint(
                partition,
                UUID.randomUUID(),
                0,
                position,
                resumeOffset,
                Shard.NO_TIME,
                new long[0],
                Shard.NO_TIME,
                FilterState.NOTHING_SEEN,
                null,
                TestCheckpoints.filledAt(0),
                null,
                0);
        Shard shard = new Shard(checkpoint, TestCheckpoints.SETTINGS, NOW);
        store.add(shard);
        return shard;
    }

    private static void order(Shard shard, long eventTimeMs, int customerId, long nowMs) {
        shard.apply(shard.position(), insert(eventTimeMs, customerId, 1, 100), nowMs);
        shard.settle();
    }

    /** Finds nothing left to read, again and again, between two times. */
    private static void drained(Shard shard, long fromMs, long toMs) {
        for (long nowMs = fromMs; nowMs < toMs; nowMs += 100) {
            shard.drained(true, nowMs);
        }
        shard.drained(true, toMs);
        shard.settle();
    }

    @Test
    void watermark_noPartition_isNone() {
        assertEquals(Shard.NO_TIME, store.watermarkMs(NOW));
    }

    @Test
    void watermark_onePartitionWithoutOrders_holdsBack() {
        order(add(0), NOW, 1, NOW);
        add(1);
        assertEquals(Shard.NO_TIME, store.watermarkMs(NOW));
    }

    @Test
    void watermark_twoPartitions_isTheMinimum() {
        order(add(0), NOW, 1, NOW);
        order(add(1), NOW - 3_000, 1, NOW);
        assertEquals(NOW - 8_000, store.watermarkMs(NOW));
    }

    @Test
    void watermark_silentButNotDrained_holdsBack() {
        order(add(0), NOW, 1, NOW);
        add(1);
        assertEquals(Shard.NO_TIME, store.watermarkMs(NOW + 10_000));
    }

    @Test
    void watermark_drainedAndSilent_followsTheOther() {
        order(add(0), NOW, 1, NOW);
        Shard silent = add(1);
        drained(silent, NOW, NOW + 999);
        assertEquals(Shard.NO_TIME, store.watermarkMs(NOW + 999));
        drained(silent, NOW + 999, NOW + 1_000);
        assertEquals(NOW - 5_000, store.watermarkMs(NOW + 1_000));
    }

    @Test
    void watermark_clockSetBack_idlePartitionHoldsBackOnlyUntilItHasBeenQuietAgain() {
        order(add(0), NOW, 1, NOW);
        Shard idle = add(1);
        order(idle, NOW - 60_000, 1, NOW);
        drained(idle, NOW, NOW + 2_000);
        long earlier = NOW - 3_600_000;
        drained(idle, earlier, earlier + 999);
        assertEquals(NOW - 65_000, store.watermarkMs(earlier + 999), "nobody knows for how long it was not looked at");
        drained(idle, earlier + 999, earlier + 1_000);
        assertEquals(NOW - 5_000, store.watermarkMs(earlier + 1_000));
    }

    @Test
    void watermark_allIdle_followsTheClockToTheEndOfTheNewestWindow() {
        Shard shard = add(0);
        order(shard, NOW + 10_000, 1, NOW);
        drained(shard, NOW, NOW + 20_000);
        assertEquals(NOW + 14_000, store.watermarkMs(NOW + 20_000));
        drained(shard, NOW + 20_000, NOW + 66_000);
        assertEquals(NOW + MINUTE, store.watermarkMs(NOW + 66_000));
        drained(shard, NOW + 66_000, NOW + 100 * MINUTE);
        assertEquals(NOW + MINUTE, store.watermarkMs(NOW + 100 * MINUTE), "a jump of the clock leaves no mark");
    }

    @Test
    void watermark_processWasFrozen_waitsUntilItHasLookedForASecond() {
        Shard shard = add(0);
        order(shard, NOW + 10_000, 1, NOW);
        drained(shard, NOW, NOW + 20_000);
        long thawed = NOW + 5 * MINUTE;
        assertEquals(NOW + 5_000, store.watermarkMs(thawed), "orders may have come meanwhile");
        drained(shard, thawed, thawed + 999);
        assertEquals(NOW + 5_000, store.watermarkMs(thawed + 999), "what it looks at first may be an old answer");
        drained(shard, thawed + 999, thawed + 1_000);
        assertEquals(NOW + MINUTE, store.watermarkMs(thawed + 1_000));
    }

    /** As when its poll waits for the schema registry, or for its dead letters to be taken. */
    @Test
    void watermark_idlePartitionNoLongerLookedAt_holdsBackUntilItHasBeenQuietAgain() {
        Shard waiting = add(0);
        order(waiting, NOW, 1, NOW);
        drained(waiting, NOW, NOW + 2_000);
        Shard other = add(1);
        long later = NOW + 2 * MINUTE;
        order(other, later, 1, later);
        assertEquals(NOW - 5_000, store.watermarkMs(later), "nobody knows what has come for it");
        assertSame(waiting, store.holdingBack(later));
        drained(waiting, later, later + 999);
        assertEquals(NOW - 5_000, store.watermarkMs(later + 999));
        drained(waiting, later + 999, later + 1_000);
        assertEquals(later - 5_000, store.watermarkMs(later + 1_000));
    }

    @Test
    void watermark_clockSetBackWhileAPartitionIsNotLookedAt_holdsBack() {
        Shard waiting = add(0);
        order(waiting, NOW, 1, NOW);
        drained(waiting, NOW, NOW + 2_000);
        order(add(1), NOW + 10_000, 1, NOW + 10_000);
        assertEquals(NOW - 5_000, store.watermarkMs(NOW - 60_000));
    }

    @Test
    void watermark_ordersOfTheFarFuture_neitherMoveNorFreezeIt() {
        Shard shard = add(0);
        order(shard, NOW + 30 * MINUTE, 1, NOW);
        assertEquals(Shard.NO_TIME, store.watermarkMs(NOW));
        order(shard, NOW - 1_000, 1, NOW);
        order(shard, NOW + 30 * MINUTE, 1, NOW + 5_000);
        drained(shard, NOW + 5_000, NOW + 6_000);
        assertEquals(NOW, store.watermarkMs(NOW + 6_000), "only far orders come, and the clock goes on");
    }

    @Test
    void announceDue_watermarkClosesAWindow_saysSoOnce() {
        AtomicInteger announcements = new AtomicInteger();
        store.onDue(announcements::incrementAndGet);
        Shard shard = add(0);
        store.announceDue(NOW);
        assertEquals(0, announcements.get());
        order(shard, NOW + 4_999, 1, NOW);
        store.announceDue(NOW);
        int before = announcements.get();
        order(shard, NOW + 5_000, 1, NOW);
        store.announceDue(NOW);
        store.announceDue(NOW);
        assertEquals(before + 1, announcements.get());
    }

    @Test
    void take_crowdedStore_publishesEarlyAndCountsWhatIsUnderWay() {
        Shard shard = add(0);
        for (int customer = 0; customer < 60_000; customer++) {
            shard.apply(customer, insert(NOW, customer, 1, 100), NOW);
        }
        shard.settle();
        assertTrue(store.isCrowded());
        List<Batch> batches = store.take(NOW);
        assertEquals(60_000, batches.getFirst().groups());
        assertEquals(60_000 + 8, store.groups(), "memory is free only when the database has it");
        store.published(batches.getFirst());
        assertEquals(0, store.groups());
    }

    @Test
    void isCrowded_manyWindowsOfOneCustomer_countsTheWindowsToo() {
        Shard shard = add(0);
        int windows = 6_000;
        for (int window = 0; window < windows; window++) {
            shard.apply(window, insert(NOW - window * MINUTE, 1, 1, 100), NOW);
        }
        shard.settle();
        assertEquals(9 * windows, store.groups());
        assertTrue(store.isCrowded());
        store.take(NOW).forEach(store::published);
        assertEquals(0, store.groups());
    }

    @Test
    void abandoned_publication_dropsItsShard() {
        Shard shard = add(0);
        order(shard, NOW, 1, NOW);
        order(shard, NOW + 2 * MINUTE, 1, NOW + 2 * MINUTE);
        Batch batch = store.take(NOW + 2 * MINUTE).getFirst();
        store.abandoned(batch);
        assertTrue(shard.dropped());
        assertFalse(store.isCurrent(batch));
        assertEquals(2, store.counts().of(RecordOutcome.APPLIED), "counts outlive their shard");
    }

    @Test
    void add_samePartitionAgain_dropsTheOlderShard() {
        Shard older = add(0);
        Shard newer = add(0);
        assertTrue(older.dropped());
        assertFalse(newer.dropped());
    }

    @Test
    void mayRead_replayingShards_takeTurns() {
        Shard one = add(0, 0, 1);
        Shard two = add(1, 0, 1);
        Shard live = add(2);
        assertTrue(store.mayRead(live, NOW));
        assertTrue(store.mayRead(one, NOW));
        assertFalse(store.mayRead(two, NOW));
        assertTrue(store.mayRead(one, NOW));
        order(one, NOW, 1, NOW);
        assertTrue(store.mayRead(two, NOW));
        store.drop(two);
        assertTrue(store.mayRead(one, NOW));
    }

    @Test
    void mayRead_replayingShardStandsStill_passesTheTurnOn() {
        Shard one = add(0, 0, 10);
        Shard two = add(1, 0, 10);
        assertTrue(store.mayRead(one, NOW));
        order(one, NOW, 1, NOW);
        long seenToMoveMs = NOW + Memory.LONGEST_STANDSTILL_MS - 1;
        assertFalse(store.mayRead(two, seenToMoveMs));
        assertFalse(store.mayRead(two, seenToMoveMs + Memory.LONGEST_STANDSTILL_MS - 1));
        assertTrue(store.mayRead(two, seenToMoveMs + Memory.LONGEST_STANDSTILL_MS));
        assertFalse(store.mayRead(one, seenToMoveMs + Memory.LONGEST_STANDSTILL_MS), "the other may get on");
        assertTrue(store.mayRead(one, seenToMoveMs + 2 * Memory.LONGEST_STANDSTILL_MS), "it does not either");
    }

    @Test
    void mayRead_clockSetBack_replayingShardDoesNotKeepTheTurnUntilItHasCaughtUp() {
        Shard one = add(0, 0, 10);
        Shard two = add(1, 0, 10);
        assertTrue(store.mayRead(one, NOW));
        assertTrue(store.mayRead(two, NOW - 60 * MINUTE));
    }

    private static long orders(List<WindowDeltas> deltas) {
        return deltas.stream()
                .mapToLong(window -> Arrays.stream(window.groups().inOrder())
                        .mapToLong(slot -> window.groups().units(slot, View.ROWS))
                        .sum())
                .sum();
    }

    @Test
    void hasRoom_severalStores_shareTheMemory() {
        Memory memory = new Memory();
        WindowStore full = new WindowStore(TestCheckpoints.SETTINGS, memory);
        WindowStore other = new WindowStore(TestCheckpoints.SETTINGS, memory);
        Shard shard = new Shard(TestCheckpoints.fresh(0, UUID.randomUUID(), 0, null, 1), TestCheckpoints.SETTINGS, NOW);
        full.add(shard);
        for (int customer = 0; customer < 100_000; customer++) {
            shard.apply(customer, insert(NOW, customer, 1, 100), NOW);
        }
        shard.settle();
        assertFalse(other.hasRoom());
        assertTrue(other.isCrowded());
        assertEquals(0, other.groups());
        full.drop(shard);
        assertTrue(other.hasRoom());
    }

    @Test
    void mayRead_replayingShardsOfSeveralStores_takeTurns() {
        Memory memory = new Memory();
        WindowStore first = new WindowStore(TestCheckpoints.SETTINGS, memory);
        WindowStore second = new WindowStore(TestCheckpoints.SETTINGS, memory);
        Shard one = add(0, 0, 1);
        Shard two = add(1, 0, 1);
        assertTrue(first.mayRead(one, NOW));
        assertFalse(second.mayRead(two, NOW));
        order(one, NOW, 1, NOW);
        assertTrue(second.mayRead(two, NOW));
    }

    @Test
    void unpublished_publicationUnderWay_isToldApartFromWhatCameSince() {
        Shard shard = add(0);
        order(shard, NOW, 7, NOW);
        order(shard, NOW, 8, NOW);
        order(shard, NOW + 2 * MINUTE, 7, NOW + 2 * MINUTE);
        Batch batch = store.take(NOW + 2 * MINUTE).getFirst();
        order(shard, NOW, 7, NOW + 2 * MINUTE);

        assertEquals(3, store.unpublishedGroupsOf(NOW));
        assertEquals(0, store.unpublishedGroupsOf(NOW - MINUTE));
        Unpublished window = store.unpublishedOf(NOW).getFirst();
        assertEquals(2, orders(window.underWay()));
        assertEquals(1, orders(window.held()));
        assertTrue(window.held().getFirst().correction());
        assertEquals(1, window.lastSequence());
        Unpublished customer = store.unpublishedOfGroup(List.of(7L)).getFirst();
        assertEquals(1, orders(customer.underWay()));
        assertEquals(2, orders(customer.held()));

        store.published(batch);
        Unpublished after = store.unpublishedOf(NOW).getFirst();
        assertEquals(List.of(), after.underWay());
        assertEquals(1, after.sequence());
        assertEquals(1, after.lastSequence());
    }

    @Test
    void newestOpen_severalPartitions_addsThemUpNewestFirst() {
        Shard one = add(0);
        Shard two = add(1);
        order(one, NOW, 1, NOW);
        order(one, NOW + MINUTE, 1, NOW);
        order(two, NOW + MINUTE, 2, NOW);
        order(two, NOW + 2 * MINUTE, 2, NOW);
        assertEquals(
                List.of(
                        new OpenTotals(NOW + 2 * MINUTE, false, totals(1, 100), 1),
                        new OpenTotals(NOW + MINUTE, false, totals(2, 200), 2)),
                store.newestOpen(2));
        assertEquals(
                List.of(
                        new GroupRanking.Entry(List.of(1L), totals(1, 100)),
                        new GroupRanking.Entry(List.of(2L), totals(1, 100))),
                store.rankOpen(NOW + MINUTE, 5).top());
    }

    private static List<BigDecimal> totals(long orders, long cents) {
        return List.of(BigDecimal.valueOf(orders), BigDecimal.valueOf(cents, 2));
    }

    @Test
    void watermark_inADayThatBeginsTwice_closesNothingUntilItHasBegunForGood() {
        WindowSettings days = TestCheckpoints.withDayThatBeginsTwice();
        WindowStore ofDays = new WindowStore(days);
        AtomicInteger announcements = new AtomicInteger();
        ofDays.onDue(announcements::incrementAndGet);
        Shard quick = new Shard(TestCheckpoints.fresh(0, UUID.randomUUID(), 0, null, 0), days, NOW);
        Shard slow = new Shard(TestCheckpoints.fresh(1, UUID.randomUUID(), 0, null, 0), days, NOW);
        ofDays.add(quick);
        ofDays.add(slow);
        order(slow, 5_000 - 1_000, 1, NOW);
        order(quick, 5_000 + 30_000, 1, NOW);
        ofDays.announceDue(NOW);
        int before = announcements.get();
        assertNull(ofDays.holdingBack(NOW), "both keep the day before open");
        order(slow, 5_000 + 30_000, 1, NOW);
        ofDays.announceDue(NOW);
        assertEquals(before, announcements.get());
        order(quick, 5_000 + 3_600_000, 1, NOW);
        assertSame(slow, ofDays.holdingBack(NOW));
        order(slow, 5_000 + 3_600_000, 1, NOW);
        ofDays.announceDue(NOW);
        assertEquals(before + 1, announcements.get());
    }

    @Test
    void holdingBack_slowPartition_isNamedWhileItKeepsWindowsOpen() {
        Shard quick = add(0);
        Shard slow = add(1);
        assertNull(store.holdingBack(NOW));
        order(quick, NOW + 10_000, 1, NOW);
        assertSame(slow, store.holdingBack(NOW), "it has no watermark yet");
        order(slow, NOW + 6_000, 1, NOW);
        assertNull(store.holdingBack(NOW), "both are in the same window");
        order(quick, NOW + MINUTE + 5_000, 1, NOW + MINUTE);
        assertSame(slow, store.holdingBack(NOW + MINUTE));
        drained(slow, NOW, NOW + 2_000);
        assertNull(store.holdingBack(NOW + 2_000), "who is idle holds nothing back");
    }
}
