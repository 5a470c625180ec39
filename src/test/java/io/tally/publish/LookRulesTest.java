package io.tally.publish;

import static io.tally.publish.TestLooks.full;
import static io.tally.publish.TestLooks.table;
import static io.tally.publish.TestLooks.with;
import static io.tally.publish.TestLooks.withColumn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.publish.LookRules.Verdict;
import io.tally.window.DataLoss.Reason;
import io.tally.window.Doubts;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LookRulesTest {

    private static final String PARTITION = "20000";
    private static final Look.Column TEXT = new Look.Column("text", "S", 4, "701");

    private final LookRules rules = new LookRules(TestLooks.ORDERS, true);
    private final SourceState before = state(full(100));

    private static SourceState state(Look look) {
        return new SourceState(look, List.of(), SourceState.NO_AUDIT, Map.of(2, 7L));
    }

    private Verdict judge(Look now) {
        return rules.judge(before, now, 0);
    }

    private void assertLost(Reason reason, String why, Verdict verdict) {
        assertEquals(reason, verdict.lost(), verdict.toString());
        assertTrue(verdict.explanation().contains(why), verdict.explanation());
    }

    private static void assertRanges(List<Doubts.Range> found, String... ranges) {
        assertEquals(
                List.of(ranges),
                found.stream()
                        .map(range -> range.fromLsn() + "-" + (range.isOpen() ? "" : range.toLsn())
                                + (range.proven() ? " proven" : ""))
                        .toList());
    }

    @Test
    void judge_nothingChanged_goesOn() {
        Verdict verdict = judge(full(200));
        assertNull(verdict.lost());
        assertEquals(state(full(200)), verdict.next());
    }

    @Test
    void judge_otherSystemOrTimeline_losesGround() {
        assertLost(Reason.OTHER_SYSTEM, "7/00000002 before=7/00000001", judge(TestLooks.of(full(200), "7/00000002")));
        assertLost(Reason.OTHER_SYSTEM, "8/00000001", judge(TestLooks.of(full(200), "8/00000001")));
    }

    @Test
    void judge_logEndsBeforeWhatWasRead_losesGround() {
        assertLost(Reason.LSN_WENT_BACK, "lsn=201 end=200", rules.judge(before, full(200), 201));
        assertNull(rules.judge(before, full(200), 200).lost());
        assertLost(Reason.LSN_WENT_BACK, "lsn=201 end=200", rules.judge(null, full(200), 201));
    }

    @Test
    void judge_columnOfAnotherTypeOrPlace_losesGround() {
        Look.Column wider = new Look.Column("numeric(12,3)", "N", 4, "701");
        assertLost(
                Reason.TABLE_CHANGED,
                "column \"price\" of \"public\".\"orders\" was numeric(12,2) and is numeric(12,3)",
                judge(withColumn(full(200), "price", wider)));
        Look.Column other = new Look.Column("numeric(12,2)", "N", 6, "701");
        assertLost(Reason.TABLE_CHANGED, "is another one", judge(withColumn(full(200), "price", other)));
    }

    /** No record tells. */
    @Test
    void judge_labelOfAnEnumIsCalledOtherwise_losesData() {
        Look labelled = withColumn(full(100), "price", enumeration(Map.of("1", "low", "2", "high")));
        SourceState kept = SourceState.filled(labelled, true, Map.of());
        Look added = withColumn(full(200), "price", enumeration(Map.of("1", "low", "2", "high", "3", "none")));
        assertNull(rules.judge(kept, added, 0).lost());
        assertLost(
                Reason.TABLE_CHANGED,
                "label low of column \"price\" of \"public\".\"orders\" is least now",
                rules.judge(kept, withColumn(full(200), "price", enumeration(Map.of("1", "least", "2", "high"))), 0));
        SourceState ofEarlierBuild =
                SourceState.filled(withColumn(full(100), "price", enumeration(Map.of())), true, Map.of());
        assertNull(rules.judge(ofEarlierBuild, added, 0).lost());
    }

    private static Look.Column enumeration(Map<String, String> labels) {
        return new Look.Column("level", "E", 4, "700", labels);
    }

    @Test
    void judge_columnThatCannotBeRead_losesGroundAndSaysWhatToDo() {
        assertLost(
                Reason.TABLE_CHANGED,
                "columns of \"public\".\"orders\" are missing: \"price\"",
                judge(withColumn(full(200), "price", null)));
        assertLost(
                Reason.TABLE_CHANGED,
                "column \"price\" of \"public\".\"orders\" was numeric(12,2) and is text",
                judge(withColumn(full(200), "price", TEXT)));
        assertLost(Reason.TABLE_CHANGED, "is not there", judge(TestLooks.gone(full(200))));
    }

    @Test
    void judge_tableMadeAgain_losesGround() {
        Look now = full(200);
        Look again = new Look(200, false, now.system(), "3", now.tables(), now.columns());
        assertLost(Reason.TABLE_CHANGED, "was dropped and made again", judge(again));
    }

    @Test
    void judge_identityChangedAndBack_doubtsWhatLiesBetween() {
        Verdict verdict = judge(with(full(200), table("701", true)));
        assertNull(verdict.lost());
        assertRanges(verdict.next().doubts(), "100-200");
        assertFalse(verdict.next().mended(), "nothing was proven");
        assertRanges(
                rules.judge(verdict.next(), with(full(300), table("701", true)), 0)
                        .next()
                        .doubts(),
                "100-200");
    }

    @Test
    void judge_identityNotFull_doubtsFromTheLastGoodLookUntilOneFindsItFullAgain() {
        SourceState bad = judge(with(full(200), table("701", false))).next();
        assertRanges(bad.doubts(), "100-200", "200- proven");
        bad = rules.judge(bad, with(full(300), table("702", false)), 0).next();
        assertRanges(bad.doubts(), "100-200", "200- proven");
        SourceState mended =
                rules.judge(bad, with(full(400), table("703", true)), 0).next();
        assertRanges(mended.doubts(), "100-200", "200-400 proven");
        assertTrue(mended.mended());
    }

    @Test
    void judge_firstLookOfAnOldPipeline_believesWhatWasBefore() {
        assertRanges(rules.judge(null, full(200), 0).next().doubts());
        assertRanges(
                rules.judge(null, with(full(200), table("700", false)), 0)
                        .next()
                        .doubts(),
                "200- proven");
    }

    @Test
    void judge_rowsBeforeAreNotNeeded_doubtsNothing() {
        LookRules appending = new LookRules(TestLooks.ORDERS, false);
        assertRanges(appending
                .judge(before, with(full(200), table("701", false)), 0)
                .next()
                .doubts());
    }

    @Test
    void judge_partitionWithAnotherIdentity_isDoubtedOnceItHasRows() {
        Look empty = with(full(200), PARTITION, new Look.Table("p1", "9", 2, false, false));
        Verdict verdict = judge(empty);
        assertRanges(verdict.next().doubts());
        assertFalse(verdict.next().auditOwed());
        assertEquals(List.of("p1"), empty.notFull());
        Look filled = with(full(300), PARTITION, new Look.Table("p1", "9", 2, false, true));
        assertRanges(rules.judge(verdict.next(), filled, 0).next().doubts(), "200-300", "300- proven");
    }

    @Test
    void judge_partitionAttachedOrDetachedWithRows_isComparedWithEverything() {
        Look attached = with(full(200), PARTITION, new Look.Table("p1", "9", 2, true, true));
        SourceState with = judge(attached).next();
        assertEquals(200, with.auditLsn());
        SourceState audited = with.audited(200);
        assertFalse(audited.auditOwed());
        assertEquals(300, rules.judge(audited, full(300), 0).next().auditLsn());
    }

    @Test
    void judge_rewrittenOrAlteredAndBack_isComparedWithEverything() {
        Look.Table rewritten = new Look.Table("orders", "700", 2, true, true);
        assertEquals(200, judge(with(full(200), rewritten)).next().auditLsn());
        Look.Column altered = new Look.Column("numeric(12,2)", "N", 4, "701");
        SourceState owed = judge(withColumn(full(200), "price", altered)).next();
        assertEquals(200, owed.auditLsn());
        SourceState still =
                rules.judge(owed, withColumn(full(300), "price", altered), 0).next();
        assertEquals(200, still.auditLsn());
        assertTrue(still.audited(199).auditOwed(), "compared before it happened");
    }

    @Test
    void state_isTheSameAfterItWasWrittenDown() {
        SourceState state = judge(with(full(200), table("701", false))).next();
        assertEquals(state, SourceState.of(state.toJson()));
        assertNull(SourceState.of(null));
        assertEquals(TestLooks.gone(full(1)), Look.of(TestLooks.gone(full(1)).toJson()));
    }

    @Test
    void plus_manyRanges_arePutTogether() {
        List<Doubts.Range> doubts = List.of();
        for (int i = 0; i < 25; i++) {
            doubts = SourceState.plus(doubts, new Doubts.Range(10L * i, 10L * i + 5, true, "altered"));
        }
        assertEquals(20, doubts.size());
        assertEquals(0, doubts.getFirst().fromLsn());
        assertEquals(55, doubts.getFirst().toLsn());
    }
}
