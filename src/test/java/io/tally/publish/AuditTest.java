package io.tally.publish;

import static io.tally.window.TestCheckpoints.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.publish.AuditState.Verdict;
import io.tally.window.DataLoss;
import io.tally.window.FillId;
import io.tally.window.OffsetRange;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.TopicFacts;
import io.tally.window.WindowStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class AuditTest {

    private static final long MINUTE = 60_000;
    private static final long L = 7;

    private long nowMs = 1_000 * MINUTE;
    private final List<Difference> differences = new ArrayList<>();
    private FillId fillId = TestCheckpoints.filledAt(L);
    private boolean fillOwed;
    private boolean isCut;
    private boolean captured;
    private boolean published;
    private Map<Integer, Long> askedFor;
    private final WindowStore store = new WindowStore(SETTINGS);

    private final AuditSides sides = new AuditSides() {
        @Override
        public CompletionStage<Comparison> compare(boolean everything) {
            compared.add(everything);
            return found(isCut);
        }

        @Override
        public CompletionStage<Comparison> compareAgain(List<Difference> suspects) {
            suspected.add(List.copyOf(suspects));
            return found(false);
        }

        private CompletionStage<Comparison> found(boolean cut) {
            return CompletableFuture.completedStage(
                    new Comparison(nowMs, nowMs / MINUTE, fillId, fillOwed, List.copyOf(differences), cut));
        }

        @Override
        public CompletionStage<Boolean> isCaptured(long lsn) {
            return CompletableFuture.completedStage(captured);
        }

        @Override
        public CompletionStage<Boolean> arePublished(Map<Integer, Long> offsets) {
            askedFor = offsets;
            return CompletableFuture.completedStage(published);
        }
    };
    private boolean wholeOwed;
    private final List<Boolean> compared = new ArrayList<>();
    private final List<List<Difference>> suspected = new ArrayList<>();
    private final List<Long> wholeDone = new ArrayList<>();
    private final Audit.FullAudit whole = new Audit.FullAudit() {
        @Override
        public boolean isOwed() {
            return wholeOwed;
        }

        @Override
        public CompletionStage<Void> done(long lsn) {
            wholeDone.add(lsn);
            wholeOwed = false;
            return CompletableFuture.completedStage(null);
        }
    };
    private final Audit audit = new Audit(
            sides,
            whole,
            () -> CompletableFuture.completedStage(
                    new TopicFacts("orders", "id", Map.of(0, new OffsetRange(0, 42, 40)))),
            store,
            Duration.ofMinutes(1),
            true,
            () -> Instant.ofEpochMilli(nowMs),
            Runnable::run);

    private Shard own(int partition) {
        Shard shard = new Shard(TestCheckpoints.fresh(partition, UUID.randomUUID(), 0, null, L), SETTINGS, nowMs);
        store.add(shard);
        return shard;
    }

    private void differs(String sales) {
        differs(sales, "1", "1");
    }

    /** Of one group, whatever differed before. */
    private void differs(String sales, String versionFound, String versionExpected) {
        differences.clear();
        differences.add(new Difference(group(sales, versionFound), group("7", versionExpected)));
    }

    private static AuditedGroup group(String sales, String version) {
        return new AuditedGroup(Instant.EPOCH, List.of("3"), List.of("2", sales), version);
    }

    private void step() {
        nowMs += 5_000;
        audit.step().toCompletableFuture().join();
    }

    @Test
    void step_nothingDiffers_isClean() {
        own(0);
        step();
        assertEquals(Verdict.CLEAN, audit.state().verdict());
        assertEquals(nowMs, audit.state().cleanUntilMs());
        assertEquals(1, audit.state().runs());
        step();
        assertEquals(1, audit.state().runs(), "not again before its time");
    }

    @Test
    void step_differenceOnItsWay_isClean() {
        Shard shard = own(0);
        differs("1.00");
        step();
        step();
        assertEquals(Verdict.CHECKING, audit.state().verdict());
        captured = true;
        step();
        step();
        assertEquals(Map.of(0, 42L), askedFor);
        differences.clear();
        published = true;
        step();
        assertEquals(Verdict.CLEAN, audit.state().verdict());
        assertNull(shard.progress().dataLoss());
    }

    @Test
    void step_anotherDifferenceInTheSameRow_isNoProof() {
        Shard shard = own(0);
        captured = true;
        published = true;
        differs("1.00");
        step();
        differs("2.00");
        step();
        step();
        assertEquals(Verdict.CLEAN, audit.state().verdict());
        assertNull(shard.progress().dataLoss());
    }

    @Test
    void step_sameDifferenceButTheOrdersWereWritten_isNoProof() {
        assertIsNoProof("1", "2");
    }

    @Test
    void step_sameDifferenceButTheRowWasWritten_isNoProof() {
        assertIsNoProof("2", "1");
    }

    private void assertIsNoProof(String versionFound, String versionExpected) {
        Shard shard = own(0);
        captured = true;
        published = true;
        differs("1.00");
        step();
        long untilMs = nowMs;
        differs("1.00", versionFound, versionExpected);
        step();
        step();
        assertEquals(List.of(1), suspected.stream().map(List::size).toList());
        assertEquals(Verdict.CLEAN, audit.state().verdict());
        assertTrue(audit.state().explanation().startsWith("1 rows were written again"), audit.state()::explanation);
        assertEquals(untilMs, audit.state().cleanUntilMs(), "the second comparison is of nothing newer");
        assertNull(shard.progress().dataLoss());
    }

    @Test
    void step_filledAgainAtTheSamePlaceMeanwhile_isNoProof() {
        Shard shard = own(0);
        captured = true;
        published = true;
        differs("1.00");
        step();
        fillId = TestCheckpoints.filledBeforeAt(L);
        step();
        step();
        assertEquals("it was filled again meanwhile", audit.state().explanation());
        assertNull(shard.progress().dataLoss());
    }

    @Test
    void step_differenceThatStays_isDataLossOnce() {
        Shard shard = own(0);
        captured = true;
        published = true;
        differs("1.00");
        step();
        step();
        step();
        assertEquals(Verdict.DIFFERENT, audit.state().verdict());
        assertEquals(1, audit.state().mismatchedRows());
        DataLoss lost = shard.progress().dataLoss();
        assertNotNull(lost);
        assertEquals(DataLoss.Reason.AUDIT, lost.reason());
        String found = audit.state().explanation();
        assertTrue(found.contains("customer_id=3 gross_sales is 1.00, should be 7"), found);
        assertTrue(lost.explanation().contains("1 window from "), lost.explanation());
        assertFalse(lost.explanation().contains("customer"), "it is logged, so: " + lost.explanation());

        Shard builtAgain = own(0);
        nowMs += MINUTE;
        step();
        step();
        step();
        assertEquals(Verdict.DIFFERENT, audit.state().verdict());
        assertNull(builtAgain.progress().dataLoss(), "what a rebuild did not cure, the next one does not either");
    }

    @Test
    void step_differenceThatStaysWhileAFillIsOwed_isLeftToThat() {
        Shard shard = own(0);
        differs("3.50");
        fillOwed = true;
        captured = true;
        published = true;
        for (int i = 0; i < 4; i++) {
            step();
        }
        assertEquals(AuditState.Verdict.DIFFERENT, audit.state().verdict());
        shard.settle();
        assertNull(shard.progress().dataLoss());

        fillOwed = false;
        nowMs += MINUTE;
        for (int i = 0; i < 4; i++) {
            step();
        }
        assertEquals(DataLoss.Reason.AUDIT, shard.progress().dataLoss().reason());
    }

    @Test
    void step_otherEngineHasPartition0_waits() {
        own(1);
        step();
        assertEquals(Verdict.WAITING, audit.state().verdict());
        assertEquals(0, audit.state().runs());
    }

    @Test
    void step_wholeIsOwed_comparesEverythingAtOnceAndOnce() {
        own(0);
        step();
        wholeOwed = true;
        step();
        step();
        nowMs += MINUTE;
        step();
        assertEquals(List.of(false, true, false), compared);
    }

    @Test
    void step_wholeIsOwedAndDiffers_comparesTheDifferencesAgainAndLosesData() {
        own(0);
        wholeOwed = true;
        captured = true;
        published = true;
        differs("5");
        for (int i = 0; i < 4; i++) {
            step();
        }
        assertEquals(List.of(true), compared);
        assertEquals(List.of(differences), suspected);
        assertEquals(DataLoss.Reason.AUDIT, store.shard(0).progress().dataLoss().reason());
        assertEquals(List.of(), wholeDone, "only what was found right is done");
    }

    @Test
    void step_wholeIsOwedAndDifferedForAMoment_isDoneUpToTheFirstComparison() {
        own(0);
        wholeOwed = true;
        captured = true;
        published = true;
        differs("5");
        step();
        long lsn = nowMs / MINUTE;
        differences.clear();
        nowMs += 10 * MINUTE;
        step();
        step();
        assertEquals(List.of(lsn), wholeDone);
    }

    @Test
    void step_moreDiffersThanIsKept_wholeStaysOwed() {
        own(0);
        wholeOwed = true;
        isCut = true;
        captured = true;
        published = true;
        differs("5");
        step();
        differences.clear();
        step();
        step();
        assertEquals(Verdict.CLEAN, audit.state().verdict());
        assertTrue(
                audit.state().explanation().startsWith("windows after that were not compared"),
                audit.state()::explanation);
        assertEquals(List.of(), wholeDone);
    }

    /** A row that is wrong and was written in between is not known to be right: the regular comparison may not reach it. */
    @Test
    void step_wholeIsOwedAndARowWasWrittenMeanwhile_wholeStaysOwed() {
        Shard shard = own(0);
        wholeOwed = true;
        captured = true;
        published = true;
        differs("5");
        step();
        differs("6", "2", "2");
        step();
        step();
        assertEquals(Verdict.CLEAN, audit.state().verdict());
        assertEquals(List.of(), wholeDone);

        nowMs += MINUTE;
        for (int i = 0; i < 3; i++) {
            step();
        }
        assertEquals(List.of(true, true), compared);
        assertEquals(DataLoss.Reason.AUDIT, shard.progress().dataLoss().reason());
    }

    @Test
    void step_clockWasSetBack_comparesAndFillsAgainAllTheSame() {
        own(0);
        captured = true;
        published = true;
        differs("1.00");
        for (int i = 0; i < 3; i++) {
            step();
        }
        Shard builtAgain = own(0);
        nowMs -= 900 * MINUTE;
        for (int i = 0; i < 3; i++) {
            step();
        }
        assertEquals(DataLoss.Reason.AUDIT, builtAgain.progress().dataLoss().reason());
    }
}
