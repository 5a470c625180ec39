package io.tally.publish;

import static io.tally.publish.TestLooks.full;
import static io.tally.publish.TestLooks.table;
import static io.tally.publish.TestLooks.with;
import static io.tally.window.Changes.at;
import static io.tally.window.Changes.delete;
import static io.tally.window.Changes.insert;
import static io.tally.window.TestCheckpoints.SETTINGS;
import static io.tally.window.TestCheckpoints.filledAt;
import static io.tally.window.TestCheckpoints.filledBeforeAt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.RowChange;
import io.tally.view.DefaultView;
import io.tally.window.DataLoss;
import io.tally.window.FillId;
import io.tally.window.Progress;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SourceWatchTest {

    private static final long L = 7;

    private final FakeLedger ledger = new FakeLedger();
    private final WindowStore store = new WindowStore(SETTINGS);
    private SourceWatch watch = watch(false);
    private Shard shard;
    private long offset;

    private SourceWatch watch(boolean stops) {
        PublishSettings settings = new PublishSettings(
                Map.of(),
                DefaultView.of(Duration.ofMinutes(1)),
                60,
                Optional.empty(),
                true,
                "slot",
                Duration.ofMinutes(5),
                true,
                false,
                stops,
                new PublishSettings.Audit(Optional.empty(), Duration.ofMinutes(1), Duration.ofHours(1)));
        return new SourceWatch(store, ledger, settings, Runnable::run);
    }

    @BeforeEach
    void fill() {
        fill(filledAt(L));
        shard = own();
    }

    private void fill(FillId fillId) {
        ledger.pipeline = new Ledger.Pipeline(
                Map.of(),
                "id",
                fillId,
                Optional.empty(),
                new Ledger.FillTimes(Map.of(), 0),
                Optional.of(SourceState.filled(full(10), true, Map.of())),
                null);
    }

    private Shard own() {
        Shard fresh = new Shard(TestCheckpoints.fresh(0, UUID.randomUUID(), 0, null, L), SETTINGS, 0);
        store.add(fresh);
        return fresh;
    }

    private Progress look(Look now) {
        ledger.look = now;
        watch.step().toCompletableFuture().join();
        return shard.progress();
    }

    private void deleted(long lsn) {
        RowChange change = at(delete(0, 1, 1, 1), 5, lsn - 1, lsn, 200, "a" + lsn);
        assertFalse(shard.isVoid(change));
        shard.apply(offset++, change, 0);
        shard.settle();
    }

    /** The partition goes to another engine after everything in it was published. */
    private void handOver() {
        long nowMs = 600_000;
        shard.apply(offset++, at(insert(nowMs, 1, 1, 1), 6, 950, 951, nowMs, "last"), nowMs);
        shard.settle();
        shard = new Shard(store.take(nowMs).getFirst().next(), SETTINGS, nowMs);
        store.add(shard);
    }

    private boolean isVoid(long lsn) {
        return shard.isVoid(at(delete(0, 1, 1, 1), 5, lsn - 1, lsn, 200, "v"));
    }

    @Test
    void step_sourceAway_isSaidUntilItIsBack() {
        look(full(100));
        ledger.sourceAway = true;
        assertThrows(CompletionException.class, () -> look(full(100)));
        assertEquals(
                List.of("the source does not answer, results go on from the topic: connection refused"),
                watch.findings().problems());
        assertEquals(100, watch.findings().lsn());
        assertNull(watch.findings().captured(), "nobody can tell");
        ledger.sourceAway = false;
        look(full(100));
        assertEquals(List.of(), watch.findings().problems());
    }

    @Test
    void step_connectorAway_isKnownUntilItIsBack() {
        ledger.captured = false;
        look(full(100));
        assertEquals(false, watch.findings().captured());
        assertEquals(List.of(), watch.findings().problems(), "nothing is wrong with the source");
        ledger.captured = true;
        look(full(100));
        assertEquals(true, watch.findings().captured());
    }

    @Test
    void step_nothingFilledYet_onlyLooks() {
        ledger.pipeline = null;
        look(with(full(100), table("700", false)));
        assertEquals(List.of("orders"), watch.findings().notFull());
        assertEquals(0, ledger.remembered);
    }

    @Test
    void step_pipelineAtRest_writesNothing() {
        look(full(100));
        look(full(200));
        assertEquals(0, ledger.remembered);
        deleted(250);
        look(full(300));
        assertEquals(1, ledger.remembered, "a restart must not doubt what is known to be right");
        look(full(400));
        assertEquals(1, ledger.remembered);
    }

    @Test
    void step_alteredAndNothingTakenBack_owesNothing() {
        look(full(100));
        deleted(90);
        RowChange added = at(insert(0, 1, 1, 1), 6, 150, 151, 300, "b");
        shard.apply(offset++, added, 0);
        assertNull(look(with(full(200), table("701", true))).owed());
        assertFalse(isVoid(150), "it only may not have been FULL");
    }

    @Test
    void step_alteredAndTakenBackBefore_owesAFill() {
        look(full(100));
        deleted(150);
        DataLoss owed = look(with(full(200), table("701", true))).owed();
        assertEquals(DataLoss.Reason.REPLICA_IDENTITY, owed.reason());
    }

    @Test
    void step_alteredAndTakenBackLater_owesAFill() {
        look(full(100));
        look(with(full(200), table("701", true)));
        deleted(150);
        assertNotNull(shard.progress().owed());
    }

    @Test
    void step_notFull_makesChangesVoidAndOnceMendedFillsAtOnce() {
        look(full(100));
        Look bad = with(full(200), table("701", false));
        assertNull(look(bad).owed());
        assertTrue(isVoid(200));
        assertFalse(isVoid(199), "what lies before may be right");
        RowChange change = at(delete(0, 1, 1, 1), 5, 200, 210, 200, "a");
        shard.passVoid(offset++, change);
        assertNull(look(bad.at(300)).dataLoss());
        assertEquals(DataLoss.Reason.REPLICA_IDENTITY, shard.progress().owed().reason());
        DataLoss lost = look(with(full(400), table("702", true))).dataLoss();
        assertEquals(DataLoss.Reason.REPLICA_IDENTITY, lost.reason());
        assertTrue(lost.explanation().contains("FULL again"), lost.explanation());
    }

    @Test
    void step_notFullNoLongerWhenAVoidChangeIsPassed_owesAFillAllTheSame() {
        look(full(100));
        look(with(full(200), table("701", false)));
        RowChange change = at(delete(0, 1, 1, 1), 5, 410, 420, 200, "a");
        assertTrue(shard.isVoid(change));
        look(with(full(400), table("702", true)));
        shard.passVoid(offset++, change);
        shard.settle();
        assertNotNull(shard.progress().owed());
    }

    @Test
    void step_mendedButToldToStop_onlyOwes() {
        watch = watch(true);
        look(with(full(200), table("701", false)));
        shard.passVoid(offset++, at(delete(0, 1, 1, 1), 5, 200, 210, 200, "a"));
        assertNull(look(with(full(400), table("702", true))).dataLoss());
        assertNotNull(shard.progress().owed());
    }

    @Test
    void step_engineWasDownWhileAltered_owesAFillIfSomethingWasReadSince() {
        deleted(150);
        look(full(200));
        deleted(250);
        handOver();
        watch = watch(false);
        assertNotNull(look(with(full(1_000), table("701", true))).owed());
    }

    @Test
    void step_takenOverAfterItWasJudged_owesNothing() {
        look(full(200));
        look(with(full(300), table("701", true)));
        deleted(350);
        look(with(full(400), table("701", true)));
        deleted(450);
        handOver();
        assertNull(look(with(full(1_000), table("701", true))).owed());
    }

    @Test
    void step_anotherEngineHasFoundIt_isKnownHereToo() {
        look(full(100));
        deleted(150);
        SourceState theirs = new LookRules(TestLooks.ORDERS, true)
                .judge(ledger.pipeline.source().get(), with(full(200), table("701", true)), 0)
                .next();
        ledger.pipeline = ledger.pipeline.knowing(theirs);
        assertNotNull(look(with(full(300), table("701", true))).owed());
    }

    @Test
    void step_standby_changesNothing() {
        Look standby = new Look(50, true, null, "1", Map.of(), Map.of());
        assertNull(look(standby).dataLoss());
        assertTrue(watch.findings().standby());
    }

    @Test
    void step_logEndsBeforeALook_losesGround() {
        look(full(200));
        assertEquals(DataLoss.Reason.LSN_WENT_BACK, look(full(199)).dataLoss().reason());
    }

    /** The source was restored to the moment of the fill: what was looked at and read before is of another history. */
    @Test
    void step_filledAgainAtTheSamePlace_forgetsWhatItHadSeen() {
        look(full(200));
        deleted(250);
        fill(filledBeforeAt(L));
        assertNull(look(with(full(100), table("700", false))).dataLoss());
        assertFalse(isVoid(150), "that is about the results of now");
        assertNull(shard.progress().owed());
    }

    /** Nothing but their place tells which results the checkpoints are of. */
    @Test
    void step_anEarlierBuildFilled_heedsWhatWasRead() {
        FillId none = new FillId(null, L);
        shard = new Shard(TestCheckpoints.fresh(0, UUID.randomUUID(), 0, null, none), SETTINGS, 0);
        store.add(shard);
        deleted(150);
        assertEquals(DataLoss.Reason.LSN_WENT_BACK, look(full(100)).dataLoss().reason());
    }

    @Test
    void step_recordIsReadWhileTheLookIsUnderWay_provesNothing() {
        ledger.whileLooking = () -> deleted(250);
        assertNull(look(full(200)).dataLoss());
    }

    @Test
    void step_logEndsBeforeARecordThatWasRead_losesTheGroundOfAllPartitions() {
        Shard other = new Shard(TestCheckpoints.fresh(1, UUID.randomUUID(), 0, null, L), SETTINGS, 0);
        store.add(other);
        other.apply(0, at(insert(0, 1, 1, 1), 5, 190, 200, 1, "a"), 0);
        other.settle();
        assertNull(look(full(200)).dataLoss());
        DataLoss lost = look(full(199)).dataLoss();
        assertEquals(filledAt(L), lost.fillId());
        assertEquals(lost, other.progress().dataLoss());
    }

    @Test
    void step_rewritten_asksForAComparisonUntilItIsDone() {
        look(full(100));
        look(with(full(200), new Look.Table("orders", "700", 2, true, true)));
        assertTrue(watch.isOwed());
        watch.done(150).toCompletableFuture().join();
        look(with(full(300), new Look.Table("orders", "700", 2, true, true)));
        assertTrue(watch.isOwed(), "that was before");
        watch.done(250).toCompletableFuture().join();
        look(with(full(400), new Look.Table("orders", "700", 2, true, true)));
        assertFalse(watch.isOwed());
    }
}
