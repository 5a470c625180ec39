package io.tally.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.TestClock;
import io.tally.view.DefaultView;
import io.tally.window.Checkpoint;
import io.tally.window.DataLoss;
import io.tally.window.Doubts;
import io.tally.window.FillId;
import io.tally.window.OffsetRange;
import io.tally.window.TakeoverException;
import io.tally.window.TakeoverException.Kind;
import io.tally.window.TestCheckpoints;
import io.tally.window.TopicFacts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class TakeoverTest {

    private final FakeLedger ledger = new FakeLedger();
    private final TestClock clock = new TestClock();
    private final Map<Integer, OffsetRange> ranges =
            new HashMap<>(Map.of(0, new OffsetRange(0, 100, 90), 1, new OffsetRange(0, 50, 40)));
    private String topicId = "id-1";
    private DataLoss lost;
    private final Set<Integer> revoked = new HashSet<>();
    private final AtomicReference<Doubts> doubts = new AtomicReference<>();

    private Takeover engine(String windowSize, boolean rebuild, boolean stop) {
        return engine(windowSize, rebuild, stop, Optional.empty());
    }

    /** One that is told to fill the results again for a word. */
    private Takeover engine(String word) {
        return engine(
                Map.of("tally.window.size", "PT1M", PublishSettings.REBUILD, word), true, false, Optional.empty());
    }

    private Takeover engine(String windowSize, boolean rebuild, boolean stop, Optional<Duration> history) {
        return engine(Map.of("tally.window.size", windowSize), rebuild, stop, history);
    }

    private Takeover engine(
            Map<String, String> rowSettings, boolean rebuild, boolean stop, Optional<Duration> history) {
        PublishSettings settings = new PublishSettings(
                rowSettings,
                DefaultView.of(Duration.ofMinutes(1)),
                60,
                history,
                true,
                "orders_slot",
                Duration.ofMinutes(5),
                true,
                rebuild,
                stop,
                new PublishSettings.Audit(Optional.empty(), Duration.ofMinutes(1), Duration.ofHours(1)));
        return new Takeover(ledger, settings, doubts::set, clock, Runnable::run);
    }

    private List<Checkpoint> takeOver(Takeover engine) {
        return engine.takeOver(
                        Set.of(0, 1),
                        partition -> !revoked.contains(partition),
                        () -> CompletableFuture.completedStage(new TopicFacts("orders", topicId, Map.copyOf(ranges))),
                        lost)
                .toCompletableFuture()
                .join();
    }

    private Kind failure(Takeover engine, String partOfMessage) {
        CompletionException e = assertThrows(CompletionException.class, () -> takeOver(engine));
        TakeoverException cause = assertInstanceOf(TakeoverException.class, e.getCause());
        assertTrue(cause.getMessage().contains(partOfMessage), cause.getMessage());
        return cause.kind();
    }

    @Test
    void takeOver_rebuildOfOtherWindowsBesideHistory_isRefused() {
        takeOver(engine("PT1M", false, false));
        Kind kind =
                failure(engine("PT5M", true, false, Optional.of(Duration.ofDays(30))), "holds history built with PT1M");
        assertEquals(Kind.REFUSE, kind);
        assertEquals(1, ledger.fills.size());
    }

    /** Whose changes are in the topic, further back than reading starts: they were never counted. */
    @Test
    void takeOver_transactionThatIsNotSeenYet_isWaitedFor() {
        ledger.running = 699;
        Takeover engine = engine("PT1M", false, false);
        assertEquals(Kind.WAIT, failure(engine, "transaction 699 has not ended"));
        ranges.put(0, new OffsetRange(0, 200, 190));
        ledger.running = 700;
        assertEquals(0, ledger.fills.size());
        takeOver(engine);
        assertEquals(90, ledger.checkpoints.get(0).position(), "as of the moment when it was first looked at");
    }

    @Test
    void takeOver_transactionThatDoesNotEndAfterTheLogWentBack_isWaitedForAsLongAsItTakes() {
        Takeover engine = engine("PT1M", false, false);
        takeOver(engine);
        lost = new DataLoss(DataLoss.Reason.LSN_WENT_BACK, "seen", ledger.pipeline.fillId());
        ledger.running = 699;
        failure(engine, "filling order_agg waits: transaction 699 has not ended");
        clock.setAhead(Duration.ofMinutes(60));
        ranges.put(0, new OffsetRange(0, 200, 190));
        failure(engine, "filling order_agg waits: transaction 699 has not ended");
        assertEquals(1, ledger.fills.size(), "what the topic has of the other history cannot be told from its record");
        ledger.running = 0;
        takeOver(engine);
        assertEquals(100, ledger.checkpoints.get(0).position(), "its record may lie beyond the end of then only");
    }

    @Test
    void takeOver_transactionThatDoesNotEnd_readsTheTopicFromItsBeginning() {
        ledger.running = 699;
        ranges.put(0, new OffsetRange(7, 100, 90));
        Takeover engine = engine("PT1M", false, false);
        failure(engine, "tally.restart-margin");
        clock.setAhead(Duration.ofMinutes(4));
        failure(engine, "tally.restart-margin");
        clock.setAhead(Duration.ofMinutes(5));
        takeOver(engine);
        assertEquals(7, ledger.checkpoints.get(0).position());
        assertEquals(0, ledger.checkpoints.get(1).position());
    }

    @Test
    void takeOver_topicMadeAgainWhileATransactionIsWaitedFor_looksAgain() {
        ledger.running = 699;
        Takeover engine = engine("PT1M", false, false);
        failure(engine, "transaction 699");
        topicId = "id-2";
        ranges.put(0, new OffsetRange(0, 10, 5));
        ledger.running = 700;
        failure(engine, "transaction 700");
        ledger.running = 0;
        takeOver(engine);
        assertEquals(5, ledger.checkpoints.get(0).position());
    }

    @Test
    void takeOver_firstStart_fillsAndStartsSomeMinutesBack() {
        List<Checkpoint> checkpoints = takeOver(engine("PT1M", false, false));
        assertEquals(2, checkpoints.size());
        assertEquals(90, ledger.checkpoints.get(0).position());
        assertEquals(40, ledger.checkpoints.get(1).position());
        assertEquals(Optional.empty(), ledger.fills.getFirst().reason());
    }

    @Test
    void takeOver_secondStart_goesOn() {
        takeOver(engine("PT1M", false, false));
        Takeover second = engine("PT1M", false, false);
        takeOver(second);
        assertEquals(1, ledger.fills.size());
        assertEquals(0, second.state().fills());
    }

    @Test
    void takeOver_rebuildAsked_fillsOnceAgain() {
        takeOver(engine("PT1M", false, false));
        Takeover second = engine("PT1M", true, false);
        takeOver(second);
        takeOver(second);
        assertEquals(2, ledger.fills.size());
        assertEquals("requested", second.state().latest().getFirst().reason());
    }

    @Test
    void takeOver_otherSettings_isRefusedUntilRebuilt() {
        takeOver(engine("PT1M", false, false));
        assertEquals(Kind.REFUSE, failure(engine("PT5M", false, false), "tally.window.size=PT5M"));
        takeOver(engine("PT5M", true, false));
        assertEquals(Map.of("tally.window.size", "PT5M"), ledger.pipeline.settings());
    }

    @Test
    void takeOver_foreignRows_isRefusedUnlessRebuildIsAsked() {
        ledger.holdsForeignRows = true;
        assertEquals(Kind.REFUSE, failure(engine("PT1M", false, false), "order_agg holds rows"));
        takeOver(engine("PT1M", true, false));
        assertEquals(1, ledger.fills.size());
    }

    @Test
    void takeOver_nothingToReadAndNoConnector_waits() {
        ranges.replaceAll((partition, range) -> new OffsetRange(0, 0, 0));
        ledger.captured = false;
        assertEquals(Kind.WAIT, failure(engine("PT1M", false, false), "orders_slot"));
        ledger.captured = true;
        takeOver(engine("PT1M", false, false));
    }

    // ---- which source it is ----------------------------------------------------------------------------------------

    /** The topic may be that of production, and the source staging. */
    @Test
    void takeOver_firstFillFromASourceWithoutTheConnector_waits() {
        ledger.captured = false;
        assertEquals(Kind.WAIT, failure(engine("PT1M", false, false), "orders_slot is not in use in the source's"));
        assertEquals(0, ledger.fills.size());
        ledger.captured = true;
        takeOver(engine("PT1M", false, false));
        assertEquals(1, ledger.fills.size());
    }

    /** Where the results are to be, the tables are those that were meant. */
    @Test
    void takeOver_firstFillFromTheDatabaseOfTheResults_doesNotAskForTheConnector() {
        ledger.sourceApart = false;
        ledger.captured = false;
        takeOver(engine("PT1M", false, false));
        assertEquals(1, ledger.fills.size());
    }

    @Test
    void takeOver_anotherSystemWithoutTheConnector_keepsTheOldResultsAndWaits() {
        takeOver(engine("PT1M", false, false));
        ledger.look = TestLooks.of(ledger.look, "8/00000001");
        ledger.captured = false;
        failure(engine("PT1M", false, false), "SOURCE_POSTGRES_HOST");
        failure(engine("PT1M", true, false), "SOURCE_POSTGRES_HOST");
        assertEquals(1, ledger.fills.size());
        ledger.captured = true;
        takeOver(engine("PT1M", false, false));
        assertEquals(2, ledger.fills.size());
    }

    /** A copy of yesterday is the same system. */
    @Test
    void takeOver_logWentBackWithoutTheConnector_waits() {
        takeOver(engine("PT1M", false, false));
        lost = new DataLoss(DataLoss.Reason.LSN_WENT_BACK, "seen", ledger.pipeline.fillId());
        ledger.captured = false;
        failure(engine("PT1M", false, false), "SOURCE_POSTGRES_HOST");
        assertEquals(1, ledger.fills.size());
    }

    @Test
    void takeOver_sameSourceWithoutTheConnector_isFilledAtOnce() {
        takeOver(engine("PT1M", false, false));
        lost = new DataLoss(DataLoss.Reason.VOID_CHANGE, "seen", ledger.pipeline.fillId());
        ledger.captured = false;
        takeOver(engine("PT1M", false, false));
        assertEquals(2, ledger.fills.size());
    }

    @Test
    void takeOver_sourceAway_goesOnFromTheTopicAndWaitsWithFills() {
        takeOver(engine("PT1M", false, false));
        ledger.sourceAway = true;
        assertEquals(2, takeOver(engine("PT1M", false, false)).size());
        assertThrows(CompletionException.class, () -> takeOver(engine("PT1M", true, false)));
        assertEquals(1, ledger.fills.size());
    }

    @Test
    void takeOver_sourceIsBackAsAnotherSystemInTheMiddle_meetsNothingOfWhatTheTopicHolds() {
        takeOver(engine("PT1M", false, false));
        ledger.look = TestLooks.of(ledger.look, "8/00000001");
        ledger.sourceAway = true;
        ledger.beforeCaptured = () -> ledger.sourceAway = false;
        takeOver(engine("PT1M", true, false));
        assertEquals(Map.of(0, 100L, 1, 50L), ledger.fills.getLast().logStarts());
    }

    @Test
    void takeOver_firstFillWhileTheSourceBecomesAnotherOne_looksAgain() {
        ledger.whileReading = () -> ledger.look = TestLooks.of(ledger.look, "8/00000001");
        takeOver(engine("PT1M", false, false));
        assertEquals(List.of("begin", "read", "close", "begin", "read", "replace", "close"), ledger.steps);
    }

    @Test
    void underWay_whileTheSourceIsRead_saysHowFarItIs() {
        Takeover engine = engine("PT1M", false, false);
        List<String> seen = new ArrayList<>();
        ledger.rowsRead = 7;
        ledger.whileReading = () -> engine.underWay()
                .ifPresent(fill -> seen.add(fill.reason() + ", " + fill.explanation() + ": " + fill.rows()));
        takeOver(engine);
        assertEquals(List.of("first-start, first start: 7"), seen);
        assertEquals(Optional.empty(), engine.underWay());
    }

    @Test
    void takeOver_tooNarrowTable_isRefused() {
        ledger.misfit = new Ledger.Misfit("too narrow", false);
        assertEquals(Kind.REFUSE, failure(engine("PT1M", false, false), "too narrow"));
    }

    @Test
    void takeOver_offsetsGone_fillsAgain() {
        takeOver(engine("PT1M", false, false));
        ranges.put(0, new OffsetRange(95, 200, 190));
        Takeover engine = engine("PT1M", false, false);
        takeOver(engine);
        assertEquals("offsets-gone", engine.state().latest().getFirst().reason());
        assertEquals(190, ledger.checkpoints.get(0).position());
    }

    @Test
    void takeOver_checkpointAheadOfTopic_fillsAgain() {
        takeOver(engine("PT1M", false, false));
        ranges.put(0, new OffsetRange(0, 10, 5));
        Takeover engine = engine("PT1M", false, false);
        takeOver(engine);
        assertEquals("checkpoint-ahead", engine.state().latest().getFirst().reason());
    }

    @Test
    void takeOver_topicMadeAgain_fillsAgain() {
        takeOver(engine("PT1M", false, false));
        topicId = "id-2";
        Takeover engine = engine("PT1M", false, false);
        takeOver(engine);
        assertEquals("topic-recreated", engine.state().latest().getFirst().reason());
        assertEquals("id-2", ledger.pipeline.topicId());
    }

    @Test
    void takeOver_dataLossAndPolicyStop_leavesThePartitionsAlone() {
        takeOver(engine("PT1M", false, false));
        topicId = "id-2";
        assertEquals(Kind.STOP, failure(engine("PT1M", false, true), "tally.rebuild=true"));
        assertEquals(1, ledger.fills.size());
    }

    @Test
    void takeOver_stopped_staysSoUntilFilledAgainAlthoughTheReasonIsGone() {
        takeOver(engine("PT1M", false, false));
        ranges.put(0, new OffsetRange(0, 10, 5));
        assertEquals(Kind.STOP, failure(engine("PT1M", false, true), "the topic ends before what was already read"));
        ranges.put(0, new OffsetRange(0, 200, 190));
        assertEquals(Kind.STOP, failure(engine("PT1M", false, true), "the topic ends before what was already read"));
        takeOver(engine("PT1M", true, true));
        takeOver(engine("PT1M", false, true));
        assertEquals(2, ledger.fills.size());
    }

    @Test
    void takeOver_stoppedAndThenToldToRebuild_fillsAgain() {
        takeOver(engine("PT1M", false, false));
        ranges.put(0, new OffsetRange(0, 10, 5));
        failure(engine("PT1M", false, true), "tally.rebuild=true");
        ranges.put(0, new OffsetRange(0, 200, 190));
        Takeover engine = engine("PT1M", false, false);
        takeOver(engine);
        assertEquals("checkpoint-ahead", engine.state().latest().getFirst().reason());
    }

    @Test
    void takeOver_rebuildAfterTheLogWentBack_doesNotMeetWhatWasUndone() {
        Takeover first = engine("PT1M", false, true);
        takeOver(first);
        lost = new DataLoss(DataLoss.Reason.LSN_WENT_BACK, "seen", ledger.pipeline.fillId(), 0, 95);
        failure(first, "tally.rebuild=true");
        lost = null;
        takeOver(engine("PT1M", true, true));
        assertEquals(95, ledger.checkpoints.get(0).position());
        assertEquals(40, ledger.checkpoints.get(1).position());
    }

    @Test
    void takeOver_rebuildAfterTheLogWentBackFromAnotherTopic_startsSomeMinutesBack() {
        Takeover first = engine("PT1M", false, true);
        takeOver(first);
        lost = new DataLoss(DataLoss.Reason.LSN_WENT_BACK, "seen", ledger.pipeline.fillId(), 0, 95);
        failure(first, "tally.rebuild=true");
        topicId = "id-2";
        takeOver(engine("PT1M", true, true));
        assertEquals(90, ledger.checkpoints.get(0).position());
    }

    @Test
    void takeOver_logWentBackBeyondTheEndOfThisTopic_startsAtItsEnd() {
        Takeover engine = engine("PT1M", false, false);
        takeOver(engine);
        lost = new DataLoss(DataLoss.Reason.LSN_WENT_BACK, "seen", ledger.pipeline.fillId(), 0, 1_000_000);
        assertEquals(2, takeOver(engine).size());
        assertEquals(2, ledger.fills.size());
        assertEquals(100, ledger.checkpoints.get(0).position());
    }

    /** The sign may be wrong, and what lies below is not read again: nothing of it may be waiting to be seen. */
    @Test
    void takeOver_logWentBackInOnePartition_waitsForAllThatLieBelow() {
        Takeover engine = engine("PT1M", false, false);
        takeOver(engine);
        lost = new DataLoss(DataLoss.Reason.LSN_WENT_BACK, "seen", ledger.pipeline.fillId(), 0, 95);
        ledger.running = 699;
        failure(engine, "filling order_agg waits: transaction 699 has not ended");
        clock.setAhead(Duration.ofMinutes(60));
        failure(engine, "filling order_agg waits: transaction 699 has not ended");
        ledger.running = 0;
        takeOver(engine);
        assertEquals(95, ledger.checkpoints.get(0).position());

        lost = new DataLoss(DataLoss.Reason.NEW_SNAPSHOT, "seen", ledger.pipeline.fillId(), 0, 99);
        ledger.running = 699;
        failure(engine, "at most for tally.restart-margin");
        clock.setAhead(Duration.ofMinutes(120));
        takeOver(engine);
        assertEquals(95, ledger.checkpoints.get(0).position(), "all below it has ended");
        assertEquals(0, ledger.checkpoints.get(1).position());
    }

    /** Two failovers: where the reader saw the first begin there are changes that the second has undone. */
    @Test
    void takeOver_anotherSystemAndTheLogWentBack_meetsNothingOfWhatTheTopicHolds() {
        takeOver(engine("PT1M", false, false));
        ledger.look = TestLooks.of(ledger.look, "7/00000002");
        lost = new DataLoss(DataLoss.Reason.LSN_WENT_BACK, "seen", ledger.pipeline.fillId(), 0, 95);
        takeOver(engine("PT1M", false, false));
        assertEquals(100, ledger.checkpoints.get(0).position());
        assertEquals(50, ledger.checkpoints.get(1).position());
    }

    @Test
    void takeOver_resultsOfAnotherSystem_areFilledAndItsChangesNeverMetAgain() {
        takeOver(engine("PT1M", false, false));
        ledger.look = TestLooks.of(ledger.look, "7/00000002");
        takeOver(engine("PT1M", false, false));
        assertEquals(
                Optional.of(DataLoss.Reason.OTHER_SYSTEM),
                ledger.fills.getLast().reason());
        assertEquals(100, ledger.checkpoints.get(0).position());
        lost = new DataLoss(DataLoss.Reason.TRUNCATED, "seen", ledger.pipeline.fillId(), 0, 100);
        takeOver(engine("PT1M", false, false));
        assertEquals(3, ledger.fills.size());
        assertEquals(100, ledger.checkpoints.get(0).position(), "another engine may fill them next");
        assertEquals(50, ledger.checkpoints.get(1).position());
    }

    @Test
    void takeOver_anotherSystemAndAnotherTopic_changesOfTheOldSystemAreNotMet() {
        takeOver(engine("PT1M", false, false));
        topicId = "id-2";
        ledger.look = TestLooks.of(ledger.look, "7/00000002");
        takeOver(engine("PT1M", false, false));
        assertEquals(
                Optional.of(DataLoss.Reason.TOPIC_RECREATED),
                ledger.fills.getLast().reason());
        assertEquals(100, ledger.checkpoints.get(0).position());
    }

    @Test
    void takeOver_rebuildForAWord_fillsOnceForEachWord() {
        takeOver(engine("PT1M", false, false));
        takeOver(engine("monday"));
        assertEquals(
                Optional.of(DataLoss.Reason.REQUESTED), ledger.fills.getLast().reason());
        takeOver(engine("monday"));
        assertEquals(2, ledger.fills.size(), "every copy has it, and every start");
        takeOver(engine("PT1M", false, false));
        assertEquals(2, ledger.fills.size(), "it shapes no row");
        takeOver(engine("tuesday"));
        assertEquals(3, ledger.fills.size());
    }

    @Test
    void takeOver_newViewBesideOneOfAnotherSystem_meetsNothingOfWhatTheTopicHolds() {
        Look before = TestLooks.of(ledger.look, "7/00000002");
        ledger.others.add(new SourceState(before, List.of(), SourceState.NO_AUDIT, Map.of()));
        takeOver(engine("PT1M", false, false));
        assertEquals(Optional.empty(), ledger.fills.getLast().reason());
        assertEquals(100, ledger.checkpoints.get(0).position());
        assertEquals(50, ledger.checkpoints.get(1).position());
    }

    @Test
    void takeOver_newViewBesideOneThatKnowsWhereTheLogWentBack_meetsNothingBelow() {
        ledger.others.add(new SourceState(ledger.look, List.of(), SourceState.NO_AUDIT, Map.of(0, 97L)));
        takeOver(engine("PT1M", false, false));
        assertEquals(97, ledger.checkpoints.get(0).position());
    }

    @Test
    void takeOver_anotherSystemWhileAFillWaits_waitsForItsTransactionsInstead() {
        takeOver(engine("PT1M", false, false));
        Takeover engine = engine("PT1M", false, false);
        lost = new DataLoss(DataLoss.Reason.TRUNCATED, "seen", ledger.pipeline.fillId(), 0, 95);
        ledger.running = 699;
        failure(engine, "tally.restart-margin");
        ledger.look = TestLooks.of(ledger.look, "7/00000002");
        failure(engine, "filling order_agg waits: transaction 699 has not ended");
        ledger.running = 0;
        takeOver(engine);
        assertEquals(100, ledger.checkpoints.get(0).position());
    }

    @Test
    void takeOver_tellsWhatIsKnownOfRowsBeforeChanges() {
        ledger.look = TestLooks.with(ledger.look, TestLooks.table("700", false));
        takeOver(engine("PT1M", false, false));
        assertEquals(ledger.pipeline.fillId(), doubts.get().fillId());
        assertTrue(doubts.get().ranges().getFirst().proven());
    }

    @Test
    void takeOver_changesWithoutSequence_stopsWhateverThePolicyIsAndFillsWhenAsked() {
        Takeover engine = engine("PT1M", false, false);
        takeOver(engine);
        lost = new DataLoss(DataLoss.Reason.NO_SEQUENCE, "seen", ledger.pipeline.fillId(), 0, 95);
        assertEquals(Kind.STOP, failure(engine, "tally.rebuild=true"));
        lost = null;
        assertEquals(Kind.STOP, failure(engine("PT1M", false, false), "seen"), "the reason is in the database");
        assertEquals(1, ledger.fills.size(), "filling does not help");
        takeOver(engine("PT1M", true, false));
        assertEquals(2, ledger.fills.size());
    }

    @Test
    void takeOver_groundLostBeforeTheLastFill_goesOnWithIt() {
        Takeover engine = engine("PT1M", false, false);
        takeOver(engine);
        lost = new DataLoss(DataLoss.Reason.NEW_SNAPSHOT, "seen", ledger.pipeline.fillId());
        takeOver(engine);
        assertEquals(2, ledger.fills.size());
        takeOver(engine);
        assertEquals(2, ledger.fills.size(), "the loss was of the results before");
    }

    /** The source was restored twice to one moment. */
    @Test
    void takeOver_lossOfOtherResultsFilledAtTheSamePlace_goesOn() {
        Takeover engine = engine("PT1M", false, false);
        takeOver(engine);
        long lsn = ledger.pipeline.fillId().lsn();
        lost = new DataLoss(DataLoss.Reason.NEW_SNAPSHOT, "seen", TestCheckpoints.filledBeforeAt(lsn));
        takeOver(engine);
        assertEquals(1, ledger.fills.size());

        lost = new DataLoss(DataLoss.Reason.NEW_SNAPSHOT, "seen", new FillId(null, lsn));
        takeOver(engine);
        assertEquals(2, ledger.fills.size(), "of a checkpoint that an earlier build has made");
    }

    @Test
    void takeOver_checkpointsOfOtherResultsFilledAtTheSamePlace_waits() {
        Takeover engine = engine("PT1M", false, false);
        takeOver(engine);
        long lsn = ledger.pipeline.fillId().lsn();
        ledger.checkpoints.put(0, TestCheckpoints.fresh(0, null, 90, null, TestCheckpoints.filledBeforeAt(lsn)));
        assertEquals(Kind.WAIT, failure(engine, "is being filled, or was while partitions were taken over"));
    }

    /** It leaves the id of the fill before with the results, and none in the checkpoints. */
    @Test
    void takeOver_afterAnEarlierBuildHasFilled_goesOn() {
        Takeover engine = engine("PT1M", false, false);
        takeOver(engine);
        FillId before = ledger.pipeline.fillId();
        FillId stale = new FillId(before.id(), before.lsn() + 1);
        ledger.pipeline = new Ledger.Pipeline(
                ledger.pipeline.settings(),
                topicId,
                stale,
                Optional.empty(),
                new Ledger.FillTimes(Map.of(), 0),
                ledger.pipeline.source(),
                ledger.pipeline.system());
        FillId none = new FillId(null, stale.lsn());
        ledger.checkpoints.replaceAll((partition, found) -> TestCheckpoints.fresh(partition, null, 40, null, none));
        lost = new DataLoss(DataLoss.Reason.NEW_SNAPSHOT, "seen", before);
        assertEquals(2, takeOver(engine).size());
        assertEquals(1, ledger.fills.size(), "the loss was of the results before");

        lost = new DataLoss(DataLoss.Reason.NEW_SNAPSHOT, "seen", none);
        takeOver(engine);
        assertEquals(2, ledger.fills.size());
    }

    @Test
    void takeOver_databaseAway_failsAndCanBeTriedAgain() {
        Takeover engine = engine("PT1M", false, false);
        ledger.unreachable = true;
        assertThrows(CompletionException.class, () -> takeOver(engine));
        ledger.unreachable = false;
        assertEquals(2, takeOver(engine).size());
    }

    @Test
    void takeOver_fills_inThreeStepsAndCloses() {
        takeOver(engine("PT1M", false, false));
        assertEquals(List.of("begin", "read", "replace", "close"), ledger.steps);
    }

    @Test
    void takeOver_anotherEngineFills_isWaitedFor() {
        ledger.filledByAnother = true;
        Takeover engine = engine("PT1M", false, false);
        assertEquals(Kind.WAIT, failure(engine, "another engine is filling order_agg"));
        ledger.filledByAnother = false;
        takeOver(engine);
        assertEquals(1, ledger.fills.size());
    }

    @Test
    void takeOver_rebuildAskedAndAnotherEngineFills_findsItFilled() {
        takeOver(engine("PT1M", false, false));
        Takeover engine = engine("PT1M", true, false);
        ledger.filledByAnother = true;
        failure(engine, "another engine is filling order_agg");
        ledger.filledByAnother = false;
        takeOver(engine("PT1M", true, false));
        takeOver(engine);
        assertEquals(2, ledger.fills.size(), "not once more");
    }

    @Test
    void takeOver_rebuildAskedAndAnotherEngineDiesFilling_fills() {
        takeOver(engine("PT1M", false, false));
        Takeover engine = engine("PT1M", true, false);
        ledger.filledByAnother = true;
        failure(engine, "another engine is filling order_agg");
        ledger.filledByAnother = false;
        takeOver(engine);
        assertEquals(2, ledger.fills.size());
    }

    @Test
    void takeOver_connectionLostWhileTheSourceIsRead_closesAndBeginsAgain() {
        ledger.whileReading = () -> ledger.unreachable = true;
        Takeover engine = engine("PT1M", false, false);
        assertThrows(CompletionException.class, () -> takeOver(engine));
        assertEquals(List.of("begin", "read", "close"), ledger.steps);
        ledger.whileReading = () -> {};
        ledger.unreachable = false;
        clock.setAhead(Duration.ofMinutes(1));
        takeOver(engine);
        assertEquals(1, ledger.fills.size());
    }

    /** The source is read each time, and nobody publishes meanwhile. */
    @Test
    void takeOver_fillThatFails_isTriedAgainAfterAPauseThatFitsWhatItTook() {
        Duration took = Duration.ofMinutes(10);
        Takeover engine = engine("PT1M", false, false);
        ledger.replaceFails = new IllegalStateException("division by zero");
        ledger.whileReading = () -> clock.setAhead(took);
        assertThrows(CompletionException.class, () -> takeOver(engine));
        assertEquals(Kind.WAIT, failure(engine, "filling order_agg has failed"));
        assertEquals(Kind.WAIT, failure(engine, "division by zero"));
        assertEquals(List.of("begin", "read", "replace", "close"), ledger.steps);
        clock.setAhead(took.plusMinutes(9));
        failure(engine, "division by zero");

        // Longer the next time.
        clock.setAhead(took.plusMinutes(11));
        ledger.whileReading = () -> clock.setAhead(took.plusMinutes(11).plus(took));
        assertThrows(CompletionException.class, () -> takeOver(engine));
        assertEquals(8, ledger.steps.size());
        clock.setAhead(took.plusMinutes(11).plus(took).plusMinutes(19));
        failure(engine, "division by zero");
        ledger.replaceFails = null;
        clock.setAhead(took.plusMinutes(11).plus(took).plusMinutes(21));
        takeOver(engine);
        assertEquals(1, ledger.fills.size());
    }

    @Test
    void takeOver_fillThatFailedBeforeTheClockWasSetBack_isTriedAgain() {
        Takeover engine = engine("PT1M", false, false);
        clock.setAhead(Duration.ofHours(2));
        ledger.replaceFails = new IllegalStateException("disk full");
        ledger.whileReading = () -> clock.setAhead(Duration.ofMinutes(130));
        assertThrows(CompletionException.class, () -> takeOver(engine));
        ledger.replaceFails = null;
        clock.setAhead(Duration.ZERO);
        takeOver(engine);
        assertEquals(1, ledger.fills.size());
    }

    /** This one stood still between its two questions. */
    @Test
    void takeOver_anotherHasMovedOnAndRetentionFollowed_losesNothing() {
        takeOver(engine("PT1M", false, false));
        int[] asked = {0};
        CompletionStage<List<Checkpoint>> late = engine("PT1M", false, false)
                .takeOver(
                        Set.of(0, 1),
                        partition -> true,
                        () -> {
                            if (++asked[0] == 2) {
                                Checkpoint mine = ledger.checkpoints.get(0);
                                ledger.checkpoints.put(0, TestCheckpoints.withOwner(mine, UUID.randomUUID()));
                                ranges.put(0, new OffsetRange(100, 100, 100));
                            }
                            return CompletableFuture.completedStage(
                                    new TopicFacts("orders", topicId, Map.copyOf(ranges)));
                        },
                        null);
        CompletionException e = assertThrows(
                CompletionException.class, () -> late.toCompletableFuture().join());
        assertEquals(
                Kind.WAIT,
                assertInstanceOf(TakeoverException.class, e.getCause()).kind());
        assertEquals(1, ledger.fills.size());
    }

    @Test
    void takeOver_partitionAddedLater_startsAtZero() {
        takeOver(engine("PT1M", false, false));
        ledger.checkpoints.remove(1);
        takeOver(engine("PT1M", false, false));
        assertEquals(0, ledger.checkpoints.get(1).position());
        assertEquals(1, ledger.fills.size());
    }

    /** It may have waited while another engine filled, and somebody else may have them by now. */
    @Test
    void takeOver_revokedMeanwhile_isLeftToWhoHasIt() {
        takeOver(engine("PT1M", false, false));
        UUID owner = ledger.checkpoints.get(0).owner();
        revoked.add(0);
        List<Checkpoint> taken = takeOver(engine("PT1M", false, false));
        assertEquals(List.of(1), taken.stream().map(Checkpoint::partition).toList());
        assertEquals(owner, ledger.checkpoints.get(0).owner());
        revoked.add(1);
        owner = ledger.checkpoints.get(1).owner();
        assertEquals(Kind.WAIT, failure(engine("PT1M", false, false), "were taken away"));
        assertEquals(owner, ledger.checkpoints.get(1).owner());
    }
}
