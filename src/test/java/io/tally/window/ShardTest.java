package io.tally.window;

import static io.tally.window.Changes.at;
import static io.tally.window.Changes.delete;
import static io.tally.window.Changes.insert;
import static io.tally.window.TestCheckpoints.SETTINGS;
import static io.tally.window.TestCheckpoints.filledAt;
import static io.tally.window.TestCheckpoints.filledBeforeAt;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.RowChange;
import io.tally.view.DefaultView;
import io.tally.view.RowFault;
import io.tally.view.View;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ShardTest {

    private static final long MINUTE = 60_000;
    private static final long NOW = 1_000 * MINUTE;
    private static final long L = 5_000;
    private static final UUID OWNER = new UUID(1, 2);

    private static Checkpoint fresh(Visibility visibility) {
        return TestCheckpoints.fresh(0, OWNER, 10, visibility, L);
    }

    private static Shard shard(Checkpoint checkpoint) {
        return new Shard(checkpoint, SETTINGS, NOW);
    }

    @Test
    void apply_deleteOfHistory_takesNothingBack() {
        WindowSettings keepsHistory = new WindowSettings(
                SETTINGS.view(), 5_000, 1_000, MINUTE, 100_000, 10 * MINUTE, 1_000_000, true, true, 60 * MINUTE, false);
        Shard shard = new Shard(fresh(null), keepsHistory, NOW);
        RowChange purge = delete(NOW - 62 * MINUTE, 7, 2, 350);
        purge.setCommitTimeMs(NOW);
        shard.apply(10, purge, NOW);
        RowChange cancellation = delete(NOW - 60 * MINUTE, 7, 2, 350);
        cancellation.setCommitTimeMs(NOW);
        shard.apply(11, cancellation, NOW);

        Batch batch = shard.take(NOW, false, NOW);

        assertEquals(1, shard.counts().of(RecordOutcome.PURGED));
        assertEquals(1, batch.deltas().size());
        assertEquals(NOW - 60 * MINUTE, batch.deltas().getFirst().startMs());
    }

    /** A fill would not bring back what was taken from history. Found by the simulation, seed 3013438. */
    @Test
    void apply_purgeWhileTheRowBeforeIsDoubted_takesNothingBackAndOwesAFill() {
        WindowSettings keepsHistory = new WindowSettings(
                SETTINGS.view(), 5_000, 1_000, MINUTE, 100_000, 10 * MINUTE, 1_000_000, true, true, 60 * MINUTE, false);
        Shard shard = new Shard(fresh(null), keepsHistory, NOW);
        shard.doubt(new Doubts(
                filledAt(L), L + 100, List.of(new Doubts.Range(L, L + 100, false, "the table was altered"))));
        RowChange purge = delete(NOW - 62 * MINUTE, 7, 2, 350);
        purge.setCommitTimeMs(NOW);
        purge.setLsn(L + 50);
        purge.setLastCommitLsn(L + 40);
        shard.apply(10, purge, NOW);
        shard.settle();

        assertEquals(1, shard.counts().of(RecordOutcome.PURGED));
        assertEquals(DataLoss.Reason.REPLICA_IDENTITY, shard.progress().owed().reason());
    }

    /** Nobody has left behind which of the changes below a checkpoint took a row back: any of them may have. */
    @Test
    void doubt_whatAnotherEngineApplied_owesAFill() {
        Checkpoint start = fresh(null);
        Checkpoint left = new Checkpoint(
                start.partition(),
                OWNER,
                1,
                10,
                10,
                Shard.NO_TIME,
                new long[0],
                Shard.NO_TIME,
                new FilterState(L + 40, L + 50, 0, false, NOW, FilterState.NO_KEYS),
                null,
                start.fillId(),
                null,
                0);
        Shard shard = shard(left);

        shard.doubt(new Doubts(
                start.fillId(), L + 100, List.of(new Doubts.Range(L + 51, L + 100, false, "the table was altered"))));
        shard.settle();
        assertNull(shard.progress().owed(), "nothing was applied from there");

        shard = shard(left);
        shard.doubt(new Doubts(
                start.fillId(), L + 100, List.of(new Doubts.Range(L + 50, L + 100, false, "the table was altered"))));
        shard.settle();
        assertEquals(DataLoss.Reason.REPLICA_IDENTITY, shard.progress().owed().reason());
    }

    @Test
    void take_dayThatBeginsTwice_closesTheDayBeforeAtItsSecondBeginning() {
        Shard shard = new Shard(fresh(null), TestCheckpoints.withDayThatBeginsTwice(), NOW);
        shard.apply(10, insert(-1, 7, 1, 100), NOW);
        shard.apply(11, insert(30_000, 7, 1, 200), NOW);
        shard.apply(12, insert(61_000, 7, 1, 300), NOW);

        assertNull(take(shard, 30_000), "the day before goes on");
        assertNull(take(shard, 3_599_999));
        Batch before = take(shard, 3_600_000);
        assertEquals(-86_400_000, before.deltas().getFirst().startMs());
        assertEquals(3_600_000, before.deltas().getFirst().endMs());
        assertEquals(2, before.deltas().getFirst().groups().units(0, View.ROWS));
        assertNull(take(shard, 89_999_999));
        Batch day = take(shard, 90_000_000);
        assertEquals(3_600_000, day.deltas().getFirst().startMs());
        assertEquals(1, day.deltas().getFirst().groups().units(0, View.ROWS));
    }

    /** What is due, and published; null if there is no window. */
    private static Batch take(Shard shard, long watermarkMs) {
        Batch batch = shard.take(watermarkMs, false, NOW);
        if (batch != null) {
            shard.published(batch);
        }
        return batch == null || batch.deltas().isEmpty() ? null : batch;
    }

    @Test
    void take_windowBehindWatermark_isPublishedOnce() {
        Shard shard = shard(fresh(null));
        shard.apply(10, insert(NOW - 1, 7, 2, 350), NOW);
        shard.apply(11, insert(NOW + 6_000, 8, 1, 100), NOW);

        Batch batch = shard.take(NOW + 1_000, false, NOW);

        assertEquals(1, batch.deltas().size());
        assertEquals(NOW - MINUTE, batch.deltas().getFirst().startMs());
        assertEquals(12, batch.next().position());
        assertEquals(11, batch.next().resumeOffset(), "the open window is still needed");
        assertEquals(NOW, batch.next().publishedUpToMs());
        assertEquals(1, batch.next().sequence());
        shard.published(batch);
        assertNull(shard.take(NOW + 1_000, false, NOW), "nothing new");
    }

    @Test
    void take_windowEndingAtTheWatermark_isClosed() {
        Shard shard = shard(fresh(null));
        shard.apply(10, insert(NOW - MINUTE, 7, 2, 350), NOW);
        assertNull(shard.take(NOW - 1, false, NOW).deltas().stream().findAny().orElse(null));
        assertEquals(1, shard.take(NOW, false, NOW).deltas().size());
    }

    @Test
    void apply_orderForPublishedWindow_becomesACorrection() {
        Shard shard = shard(fresh(null));
        shard.apply(10, insert(NOW - 1, 7, 2, 350), NOW);
        shard.published(shard.take(NOW, false, NOW));
        shard.apply(11, insert(NOW - 10 * MINUTE, 7, 1, 100), NOW);

        Batch correction = shard.take(NOW, false, NOW);

        assertTrue(correction.deltas().getFirst().correction());
        assertEquals(NOW - 10 * MINUTE, correction.deltas().getFirst().startMs());
        assertEquals(1, shard.counts().corrections());
    }

    @Test
    void restart_betweenPublications_appliesOpenWindowsAgainAndSkipsPublishedOnes() {
        Shard shard = shard(fresh(null));
        shard.apply(10, insert(NOW + 1, 7, 1, 100), NOW); // open
        shard.apply(11, insert(NOW - 1, 7, 1, 100), NOW); // closed
        shard.apply(12, insert(NOW - 1, 8, 1, 100), NOW);
        Batch batch = shard.take(NOW, false, NOW);

        Shard successor = shard(batch.next());
        assertTrue(successor.replaying());
        successor.apply(10, insert(NOW + 1, 7, 1, 100), NOW);
        assertNull(successor.take(NOW + MINUTE, false, NOW), "publishes nothing while replaying");
        successor.apply(11, insert(NOW - 1, 7, 1, 100), NOW);
        successor.apply(12, insert(NOW - 1, 8, 1, 100), NOW);
        assertFalse(successor.replaying());
        successor.apply(13, insert(NOW - 1, 9, 1, 100), NOW);

        Batch next = successor.take(NOW, false, NOW);
        assertEquals(1, next.groups(), "only the late order; what was published is not added again");
        assertEquals(10, next.next().resumeOffset());
        assertEquals(3, successor.counts().replayed());
    }

    @Test
    void take_everything_publishesOpenWindowsEarlyAndPinsNothing() {
        Shard shard = shard(fresh(null));
        shard.apply(10, insert(NOW + 1, 7, 1, 100), NOW);
        Batch early = shard.take(Shard.NO_TIME, true, NOW);
        assertEquals(1, early.groups());
        assertEquals(11, early.next().resumeOffset());
        assertArrayEquals(new long[] {NOW, NOW + MINUTE}, early.next().publishedEarly());
        shard.published(early);

        shard.apply(11, insert(NOW + 2, 7, 1, 100), NOW);
        Batch late = shard.take(Shard.NO_TIME, false, NOW);
        assertEquals(1, late.groups(), "a published window's deltas go out with the next tick");
        shard.published(late);

        Batch closed = shard.take(NOW + MINUTE, false, NOW);
        assertEquals(0, closed.next().publishedEarly().length, "the watermark has passed it");
    }

    @Test
    void take_orderOf2099_isPublishedAtOnceAndDoesNotMoveTheWatermark() {
        Shard shard = shard(fresh(null));
        shard.apply(10, insert(4_100_000_000_000L, 7, 1, 100), NOW);
        shard.settle();
        assertEquals(Shard.NO_TIME, shard.progress().watermarkMs());
        Batch early = shard.take(Shard.NO_TIME, false, NOW);
        assertEquals(1, early.groups());
        assertEquals(11, early.next().resumeOffset(), "it pins nothing");
    }

    @Test
    void take_windowOpenForTooLong_isPublishedEarly() {
        Shard shard = shard(fresh(null));
        shard.apply(10, insert(NOW + 1, 7, 1, 100), NOW);
        assertEquals(0, shard.take(NOW, false, NOW).groups());
        Batch early = shard.take(NOW, false, NOW + 10 * MINUTE + 1);
        assertEquals(1, early.groups());
        assertEquals(11, early.next().resumeOffset());
    }

    @Test
    void take_manyFarWindows_keepsTheEarlySetSmall() {
        Shard shard = shard(fresh(null));
        int windows = 3 * ShardWindows.MAX_EARLY_RANGES;
        for (int i = 0; i < windows; i++) {
            shard.apply(10 + i, insert(NOW + 3L * i * MINUTE, 7, 1, 100), NOW);
        }
        Batch early = shard.take(Shard.NO_TIME, true, NOW);
        long[] ranges = early.next().publishedEarly();
        assertEquals(2 * ShardWindows.MAX_EARLY_RANGES, ranges.length);
        assertEquals(NOW, ranges[0]);
        assertTrue(ranges[1] > NOW + 3 * MINUTE, "neighbours were melted, with what lies between");

        Shard successor = shard(early.next());
        successor.apply(10 + windows, insert(NOW + MINUTE, 7, 1, 100), NOW);
        assertEquals(
                1,
                successor.take(Shard.NO_TIME, false, NOW).groups(),
                "a window between early ones is published with the next tick");
    }

    @Test
    void apply_transactionTheTableHolds_countsNothing() {
        Shard shard = shard(fresh(Visibility.parse("100:102:101")));
        shard.apply(10, at(insert(NOW - 1, 7, 1, 100), 99, 4_000, 4_010, 1, "a"), NOW);
        shard.apply(11, at(insert(NOW - 1, 8, 1, 100), 101, 4_020, 4_030, 2, "b"), NOW);
        shard.apply(12, at(insert(NOW - 1, 9, 1, 100), 102, 4_040, 5_050, 3, "c"), NOW);
        assertEquals(1, shard.counts().of(RecordOutcome.ALREADY_IN_TABLE));
        assertEquals(2, shard.take(NOW, false, NOW).groups());
    }

    @Test
    void checkpoint_resumingBeforeTheVisibilityFilterWasRetired_keepsIt() {
        Visibility snapshot = Visibility.parse("100:102:101");
        Shard shard = shard(fresh(snapshot));
        shard.apply(10, at(insert(NOW + 1, 7, 1, 100), 101, 4_000, 4_010, 1, "a"), NOW);
        shard.apply(11, at(insert(NOW + 1, 7, 1, 100), 99, 4_020, 4_030, 1, "b"), NOW);
        shard.apply(12, at(insert(NOW + 1, 7, 1, 100), 110, L, L + 10, 1, "c"), NOW);
        shard.apply(13, at(insert(NOW - 1, 7, 1, 100), 99, L + 20, L + 30, 1, "d"), NOW);

        Checkpoint pinned = shard.take(NOW, false, NOW).next();
        assertEquals(10, pinned.resumeOffset());
        assertEquals(snapshot, pinned.visibility(), "offset 11 must not be counted by a restart either");

        Checkpoint free = shard.take(NOW + MINUTE, false, NOW).next();
        assertEquals(14, free.resumeOffset());
        assertNull(free.visibility());
    }

    @Test
    void apply_snapshotRows_neverCountAndTellOfANewRun() {
        Shard shard = shard(fresh(null));
        assertTrue(shard.apply(10, Changes.snapshotRow(L), NOW));
        assertEquals(1, shard.counts().of(RecordOutcome.SNAPSHOT_ROW));
        assertFalse(shard.apply(11, Changes.snapshotRow(L + 1), NOW));
        shard.settle();
        assertEquals(DataLoss.Reason.NEW_SNAPSHOT, shard.progress().dataLoss().reason());
        assertEquals(11, shard.position(), "the record was not applied");
        assertFalse(shard.apply(12, insert(NOW - 1, 7, 1, 100), NOW));
        assertNull(shard.take(NOW, false, NOW));
    }

    @Test
    void apply_faultOfAValue_countsTheOtherImageOnly() {
        Shard shard = shard(fresh(null));
        RowChange change = delete(NOW - 1, 7, 1, 100);
        change.setOp(RowChange.Op.UPDATE);
        Changes.set(change.after(), NOW - 1, 7, 1, 100);
        change.after().setNotFinite(Changes.PRICE);
        shard.apply(10, change, NOW);
        assertEquals(1, shard.counts().faults(RowFault.NOT_FINITE));
        assertEquals(1, shard.take(NOW, false, NOW).groups());
    }

    @Test
    void apply_updateFromAndToFaults_countsWhatIsGood() {
        Shard shard = shard(fresh(null));
        RowChange mended = insert(NOW - 1, 7, 2, 350);
        mended.setOp(RowChange.Op.UPDATE);
        Changes.set(mended.before(), NOW - 1, 7, 1, 100);
        mended.before().setNotFinite(Changes.PRICE);
        shard.apply(10, mended, NOW);
        assertEquals(1, counted(shard.take(NOW, false, NOW)));
        assertEquals(1, shard.counts().faults(RowFault.NOT_FINITE));
        assertEquals(NOW - 1, shard.progress().newestEventTimeMs());
    }

    /** Or a view of which few rows are would never close a window. */
    @Test
    void apply_rowThatWhereDoesNotTake_movesTheWatermark() {
        View view = DefaultView.of(Duration.ofMinutes(1), " WHERE (quantity > 1)");
        WindowSettings rare = new WindowSettings(
                view, 5_000, 1_000, 60_000, 1_000, 300_000, 1_000, true, true, WindowSettings.NEVER, false);
        Shard shard = new Shard(fresh(null), rare, NOW);
        shard.apply(10, insert(NOW - 120_000, 7, 2, 100), NOW);
        shard.apply(11, insert(NOW - 1, 7, 1, 100), NOW);
        shard.settle();
        assertEquals(NOW - 1, shard.progress().newestEventTimeMs());
        assertEquals(1, shard.take(shard.progress().watermarkMs(), false, NOW).groups());
    }

    private static long counted(Batch batch) {
        long[] orders = {0};
        batch.deltas()
                .forEach(window -> window.groups()
                        .forEach(slot -> orders[0] += window.groups().units(slot, View.ROWS)));
        return orders[0];
    }

    @Test
    void passDeadLetter_changeOfWhichNothingIsKnown_owesAFill() {
        Shard shard = shard(fresh(null));
        shard.passDeadLetter(10, new RowChange());
        shard.settle();
        DataLoss owed = shard.progress().owed();
        assertEquals(DataLoss.Reason.VOID_CHANGE, owed.reason());
        assertEquals(10, owed.offset());
        assertEquals(11, shard.position());
        assertEquals(owed, shard.take(NOW, false, NOW).next().owed(), "at once, though nothing else is to say");
    }

    @Test
    void passDeadLetter_changeThatTheFillHasSeen_owesNothing() {
        Shard shard = shard(fresh(new Visibility(100, 100, new long[0])));
        RowChange seen = new RowChange();
        seen.setTransactionId(99);
        seen.setLsn(L - 1);
        shard.passDeadLetter(10, seen);
        shard.settle();
        assertNull(shard.progress().owed());

        // Nothing that a void change says is believed of others.
        RowChange beyond = new RowChange();
        beyond.setTransactionId(99);
        beyond.setLsn(L + 1);
        shard.passDeadLetter(11, beyond);
        shard.apply(12, at(insert(NOW - 1, 7, 1, 100), 99, 90, L - 1, 1, "a"), NOW);
        assertEquals(1, shard.counts().of(RecordOutcome.ALREADY_IN_TABLE));
        shard.settle();
        assertEquals(11, shard.progress().owed().offset());
    }

    @Test
    void passDeadLetter_olderLsnCommittedLaterThanAllBefore_losesGround() {
        Shard shard = shard(fresh(null));
        shard.apply(10, at(insert(NOW - 1, 7, 1, 100), 1, 900, 1_000, NOW, "a"), NOW);
        RowChange bad = at(insert(NOW - 1, 7, 1, 100), 2, 500, 600, NOW + 1, "b");
        bad.setVoid();
        assertFalse(shard.passDeadLetter(11, bad));
        shard.settle();
        assertEquals(DataLoss.Reason.LSN_WENT_BACK, shard.progress().dataLoss().reason());
        assertEquals(11, shard.position(), "it is not passed");
    }

    @Test
    void passDeadLetter_rowOfASnapshotOrReadBefore_owesNothing() {
        Shard shard = shard(fresh(null));
        RowChange row = new RowChange();
        row.setOp(RowChange.Op.SNAPSHOT);
        row.setVoid();
        shard.passDeadLetter(10, row);
        shard.settle();
        assertNull(shard.progress().owed());

        Shard replaying = shard(new Checkpoint(
                0, OWNER, 3, 20, 15, NOW, new long[0], NOW, FilterState.NOTHING_SEEN, null, filledAt(L), null, 0));
        replaying.passDeadLetter(15, new RowChange());
        replaying.settle();
        assertNull(replaying.progress().owed(), "what it owed when it was read the first time is in the checkpoint");
    }

    @Test
    void apply_offsetAgain_isRefused() {
        Shard shard = shard(fresh(null));
        shard.apply(10, insert(NOW - 1, 7, 1, 100), NOW);
        assertThrows(IllegalStateException.class, () -> shard.apply(10, insert(NOW - 1, 7, 1, 100), NOW));
    }

    @Test
    void passed_gapAtTheEndOfTheReplay_endsIt() {
        Checkpoint checkpoint = new Checkpoint(
                0, OWNER, 3, 20, 15, NOW, new long[0], NOW, FilterState.NOTHING_SEEN, null, filledAt(L), null, 0);
        Shard shard = shard(checkpoint);
        shard.apply(15, insert(NOW + 1, 7, 1, 100), NOW);
        assertTrue(shard.replaying());
        shard.passed(20);
        assertFalse(shard.replaying());
    }

    @Test
    void owe_nothingElseIsDue_movesTheCheckpointOnceAndSurvivesIt() {
        Shard shard = shard(fresh(null));
        DataLoss first = new DataLoss(DataLoss.Reason.VOID_CHANGE, "first", filledAt(L), 0, 10);
        shard.owe(first);
        shard.owe(new DataLoss(DataLoss.Reason.REPLICA_IDENTITY, "second", filledAt(L), 0, 11));

        Checkpoint next = shard.take(NOW, false, NOW).next();
        assertEquals(first, next.owed());
        assertNull(shard.take(NOW, false, NOW), "it is written down once");

        shard = shard(next);
        assertTrue(shard.apply(10, insert(NOW - 1, 7, 1, 100), NOW), "it goes on");
        assertEquals(first, shard.take(NOW + MINUTE, false, NOW).next().owed());
    }

    @Test
    void owe_ofOtherResults_isNothing() {
        Shard shard = shard(fresh(null));
        shard.owe(new DataLoss(DataLoss.Reason.VOID_CHANGE, "old", filledAt(L - 1), 0, 10));
        shard.owe(new DataLoss(DataLoss.Reason.VOID_CHANGE, "older", filledBeforeAt(L), 0, 10));
        assertNull(shard.progress().owed());
        assertNull(shard.take(Shard.NO_TIME, false, NOW));
    }

    /** The source was restored twice to one moment, and the results were filled there each time. */
    @Test
    void loseData_ofOtherResultsFilledAtTheSamePlace_isNothing() {
        Shard shard = shard(fresh(null));
        shard.loseData(new DataLoss(DataLoss.Reason.LSN_WENT_BACK, "before", filledBeforeAt(L)));
        assertTrue(shard.apply(10, insert(NOW, 7, 1, 100), NOW), "it goes on");

        shard.loseData(new DataLoss(DataLoss.Reason.LSN_WENT_BACK, "now", filledAt(L)));
        assertFalse(shard.apply(11, insert(NOW, 7, 1, 100), NOW));
    }

    @Test
    void loseData_ofResultsThatAnEarlierBuildFilled_isToldByTheirPlace() {
        Checkpoint earlier = TestCheckpoints.fresh(0, OWNER, 10, null, new FillId(null, L));
        Shard shard = shard(earlier);
        shard.loseData(new DataLoss(DataLoss.Reason.LSN_WENT_BACK, "before", filledAt(L - 1)));
        assertTrue(shard.apply(10, insert(NOW, 7, 1, 100), NOW), "it goes on");

        shard.loseData(new DataLoss(DataLoss.Reason.LSN_WENT_BACK, "now", filledAt(L)));
        assertFalse(shard.apply(11, insert(NOW, 7, 1, 100), NOW));
    }

    @Test
    void doubt_aboutOtherResultsFilledAtTheSamePlace_isNothing() {
        Shard shard = shard(fresh(null));
        List<Doubts.Range> notFull = List.of(new Doubts.Range(L, Doubts.OPEN, true, "not FULL"));
        RowChange delete = at(delete(NOW - 1, 7, 2, 350), 1, L + 40, L + 50, 1, "a");
        shard.doubt(new Doubts(filledBeforeAt(L), L + 100, notFull));
        assertFalse(shard.isVoid(delete));

        shard.doubt(new Doubts(filledAt(L), L + 100, notFull));
        assertTrue(shard.isVoid(delete));
    }

    @Test
    void take_openWindowThatBeganInsideARun_isReadAgainFromItsFirstRecordOn() {
        Shard shard = shard(fresh(null));
        shard.apply(10, at(insert(NOW - 1, 7, 1, 100), 1, 90, 200, 1, "a"), NOW);
        shard.apply(11, at(insert(NOW - 1, 7, 1, 100), 1, 90, 300, 1, "b"), NOW);
        shard.apply(12, at(insert(NOW + 1, 7, 1, 100), 1, 90, 300, 1, "c"), NOW);
        shard.apply(13, at(insert(NOW - 1, 7, 1, 100), 1, 90, 400, 1, "d"), NOW);
        Checkpoint next = shard.take(NOW, false, NOW).next();
        assertEquals(12, next.resumeOffset());

        Shard successor = shard(next);
        successor.apply(12, at(insert(NOW + 1, 7, 1, 100), 1, 90, 300, 1, "c"), NOW);
        successor.apply(13, at(insert(NOW - 1, 7, 1, 100), 1, 90, 400, 1, "d"), NOW);
        successor.apply(14, at(insert(NOW - 1, 7, 1, 100), 1, 90, 300, 1, "b"), NOW);
        assertEquals(1, successor.counts().of(RecordOutcome.DUPLICATE));
    }

    /** The last record pinned it, and when retention deleted that record, the results were filled again. */
    @Test
    void take_partitionAtRest_needsNothingOfTheLogAndStillKnowsWhatItHasSeen() {
        Shard shard = shard(fresh(null));
        shard.apply(10, at(insert(NOW - 1, 7, 1, 100), 1, 90, 300, 1, "a"), NOW);
        shard.apply(11, at(insert(NOW - 1, 7, 1, 100), 1, 90, 300, 1, "b"), NOW);
        Batch batch = shard.take(NOW, false, NOW);
        assertEquals(12, batch.next().resumeOffset());

        Shard successor = shard(batch.next());
        successor.apply(12, at(insert(NOW - 1, 7, 1, 100), 1, 90, 300, 1, "a"), NOW);
        successor.apply(13, at(insert(NOW - 1, 7, 1, 100), 1, 90, 300, 1, "c"), NOW);
        assertEquals(1, successor.counts().of(RecordOutcome.DUPLICATE));
        assertEquals(1, successor.counts().of(RecordOutcome.APPLIED));
    }

    @Test
    void take_recordsWithoutLsn_doNotKeepTheLastOneThatHadOne() {
        Shard shard = shard(fresh(null));
        shard.apply(10, at(insert(NOW - 1, 7, 1, 100), 1, 90, 300, 1, "a"), NOW);
        shard.apply(11, insert(NOW + 1, 7, 1, 100), NOW);
        assertEquals(11, shard.take(NOW, false, NOW).next().resumeOffset());
    }

    @Test
    void apply_lsnWithoutSequence_stopsUnlessTheTableHoldsIt() {
        Shard shard = shard(fresh(Visibility.parse("100:102:101")));
        assertTrue(shard.apply(10, withoutSequence(99, 4_000), NOW));
        assertEquals(1, shard.counts().of(RecordOutcome.ALREADY_IN_TABLE));
        assertFalse(shard.apply(11, withoutSequence(101, 4_010), NOW));
        shard.settle();
        assertEquals(DataLoss.Reason.NO_SEQUENCE, shard.progress().dataLoss().reason());
        assertTrue(shard.progress().dataLoss().needsOperator());
        assertTrue(shard.progress().dataLoss().explanation().contains("version 1.7"));
        assertEquals(11, shard.position(), "the record was not applied");
    }

    /** The table of before the restore holds it; whether the one of now does, nobody can tell. */
    @Test
    void apply_lsnWithoutSequenceThatMayHaveGoneBack_stopsThoughTheFillHadSeenIt() {
        Shard shard = shard(fresh(Visibility.parse("100:102:101")));
        RowChange told = insert(NOW - 2, 7, 1, 100);
        told.setTransactionId(99);
        told.setLsn(4_000);
        told.setLastCommitLsn(3_900);
        told.setCommitTimeMs(NOW - 2);
        assertTrue(shard.apply(10, told, NOW));
        RowChange untold = withoutSequence(99, 3_000);
        untold.setCommitTimeMs(NOW - 1);
        assertFalse(shard.apply(11, untold, NOW));
        shard.settle();
        assertEquals(DataLoss.Reason.NO_SEQUENCE, shard.progress().dataLoss().reason());
    }

    private static RowChange withoutSequence(int transactionId, long lsn) {
        RowChange change = insert(NOW - 1, 7, 1, 100);
        change.setTransactionId(transactionId);
        change.setLsn(lsn);
        return change;
    }
}
