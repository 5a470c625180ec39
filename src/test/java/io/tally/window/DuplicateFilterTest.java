package io.tally.window;

import static io.tally.window.Changes.at;
import static io.tally.window.Changes.insert;
import static io.tally.window.DuplicateFilter.Verdict.DUPLICATE;
import static io.tally.window.DuplicateFilter.Verdict.NEW;
import static io.tally.window.DuplicateFilter.Verdict.UNTOLD;
import static io.tally.window.DuplicateFilter.Verdict.WENT_BACK;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.RowChange;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DuplicateFilterTest {

    private static final long NULL = RowChange.NO_LSN;

    private DuplicateFilter filter;
    private long offset;

    @BeforeEach
    void freshFilter() {
        filter = new DuplicateFilter(FilterState.NOTHING_SEEN);
        offset = 0;
    }

    private DuplicateFilter.Verdict see(int transaction, long lastCommit, long lsn, long commitTime, String order) {
        offset++;
        return filter.judge(at(insert(0, 1, 1, 1), transaction, lastCommit, lsn, commitTime, order));
    }

    @Test
    void judge_risingPairs_areNew() {
        assertEquals(NEW, see(1, NULL, 100, 1, "a"));
        assertEquals(NEW, see(2, 110, 120, 2, "b"));
        assertEquals(NEW, see(3, 130, 140, 3, "c"));
    }

    @Test
    void judge_overlappingTransactions_fallingLsnIsNew() {
        assertEquals(NEW, see(1, 90, 200, 1, "a"));
        assertEquals(NEW, see(1, 90, 204, 1, "b"));
        assertEquals(NEW, see(2, 210, 150, 2, "c"), "committed later, written earlier");
        assertEquals(NEW, see(2, 210, 160, 2, "d"));
    }

    @Test
    void judge_stretchSentAgain_isDroppedAndThenGoesOn() {
        assertEquals(NEW, see(1, 90, 200, 1, "a"));
        assertEquals(NEW, see(2, 210, 150, 2, "b"));
        assertEquals(NEW, see(2, 210, 160, 2, "c"));
        assertEquals(DUPLICATE, see(1, 90, 200, 1, "a"));
        assertEquals(DUPLICATE, see(2, 210, 150, 2, "b"));
        assertEquals(DUPLICATE, see(2, 210, 160, 2, "c"));
        assertEquals(NEW, see(2, 210, 170, 2, "d"));
    }

    @Test
    void judge_restartInsideFirstTransaction_changedFirstPartIsStillADuplicate() {
        assertEquals(NEW, see(7, NULL, 100, 5, "a"));
        assertEquals(NEW, see(7, NULL, 104, 5, "b"));
        assertEquals(DUPLICATE, see(7, 100, 100, 5, "a"));
        assertEquals(DUPLICATE, see(7, 100, 104, 5, "b"));
        assertEquals(NEW, see(7, 100, 108, 5, "c"));
    }

    @Test
    void judge_copyRowsWithOneLsn_orderIdsDecide() {
        assertEquals(NEW, see(1, 90, 200, 1, "a"));
        assertEquals(NEW, see(1, 90, 200, 1, "b"));
        assertEquals(NEW, see(1, 90, 200, 1, "c"));
        assertEquals(DUPLICATE, see(1, 90, 200, 1, "a"));
        assertEquals(DUPLICATE, see(1, 90, 200, 1, "c"));
        assertEquals(NEW, see(1, 90, 200, 1, "d"));
    }

    @Test
    void judge_keyMovedInsideOnePartition_operationDecides() {
        RowChange gone = at(Changes.delete(0, 1, 1, 1), 1, 90, 200, 1, "a");
        RowChange here = at(insert(0, 1, 1, 1), 1, 90, 200, 1, "a");
        assertEquals(NEW, filter.judge(gone));
        assertEquals(NEW, filter.judge(here));
        assertEquals(DUPLICATE, filter.judge(gone));
    }

    @Test
    void judge_oldPairCommittedLater_wentBack() {
        assertEquals(NEW, see(900, 5_000, 6_000, 1_000, "a"));
        assertEquals(WENT_BACK, see(800, 3_000, 4_000, 1_001, "b"));
        assertEquals(DUPLICATE, see(700, 3_000, 4_000, 1_000, "c"));
    }

    /** As after a slot was dropped and the connector registered again: it was taken for a log that went back. */
    @Test
    void judge_firstTransactionOfAConnectorThatBeganAnew_isNew() {
        assertEquals(NEW, see(1, 90, 200, 1, "a"));
        assertEquals(NEW, see(7, NULL, 300, 5, "b"));
        assertEquals(NEW, see(7, NULL, 304, 5, "c"));
        assertEquals(DUPLICATE, see(7, 290, 304, 5, "c"), "killed inside it, and sent again with a number");
        assertEquals(DUPLICATE, see(1, 90, 200, 1, "a"));
        assertEquals(NEW, see(8, 310, 306, 6, "d"));
        assertEquals(DUPLICATE, see(7, NULL, 300, 5, "b"), "committed earlier than the newest");
    }

    @Test
    void judge_firstTransactionCommittedLaterButWrittenBefore_wentBack() {
        assertEquals(NEW, see(1, 90, 200, 1, "a"));
        assertEquals(WENT_BACK, see(2, NULL, 150, 5, "b"));
    }

    @Test
    void judge_withoutLsn_isNewAndTeachesNothing() {
        assertEquals(NEW, filter.judge(insert(0, 1, 1, 1)));
        assertEquals(NEW, filter.judge(insert(0, 1, 1, 1)));
        assertEquals(new ResumePoint(5, FilterState.NOTHING_SEEN), filter.resumePointFor(5));
    }

    /** Two commits in one millisecond, a connector that has forgotten where it was between them. */
    @Test
    void judge_firstPartMissingAndCommittedAtTheSameTime_placeBeyondTheLastCommitIsNew() {
        assertEquals(NEW, see(1, 90, 200, 5, "a"));
        assertEquals(NEW, see(2, NULL, 150, 5, "b"), "what was sent before had been committed before 90");
        assertEquals(DUPLICATE, see(1, 90, 200, 5, "a"));
        assertEquals(DUPLICATE, see(2, NULL, 150, 5, "b"));
        assertEquals(NEW, see(2, NULL, 160, 5, "c"));
        assertEquals(DUPLICATE, see(3, NULL, 80, 5, "d"), "not told from one that was sent before the first");
    }

    @Test
    void judge_lsnWithoutSequence_cannotBeTold() {
        RowChange old = at(insert(0, 1, 1, 1), 1, NULL, 200, 1, "a");
        assertEquals(NEW, filter.judge(old), "the first part alone may be missing");
        old.reset(RowChange.Op.INSERT);
        old.setTransactionId(2);
        old.setLsn(150);
        old.setCommitTimeMs(2);
        assertEquals(UNTOLD, filter.judge(old));
        assertTrue(filter.mayHaveGoneBack(old), "committed later, written before");
        old.setLsn(250);
        assertFalse(filter.mayHaveGoneBack(old));
    }

    @Test
    void resumePoint_ofTheFirstRecordOfARun_isTheStateBefore() {
        see(1, 90, 200, 1, "a");
        see(1, 90, 300, 1, "b");
        ResumePoint resume = filter.resumePointFor(1);
        assertEquals(new FilterState(90, 200, 1, true, 1, FilterState.NO_KEYS), resume.before());
    }

    @Test
    void restart_atARecordInARun_judgesItAndTheRestAsBefore() {
        see(1, 90, 200, 1, "a");
        see(1, 90, 300, 1, "b");
        see(1, 90, 300, 1, "c");
        restart(filter.resumePointFor(2));
        assertEquals(DUPLICATE, see(1, 90, 200, 1, "a"));
        assertEquals(DUPLICATE, see(1, 90, 300, 1, "b"));
        assertEquals(NEW, see(1, 90, 300, 1, "c"));
        assertEquals(DUPLICATE, see(1, 90, 300, 1, "c"));
    }

    @Test
    void restart_behindSomeOfARun_judgesTheRestAsBefore() {
        see(1, 90, 200, 1, "a");
        see(1, 90, 300, 1, "b");
        see(1, 90, 300, 1, "a longer one");
        assertEquals(3, filter.resumePointBehind(offset).offset(), "nothing before is needed");
        restart(filter.resumePointBehind(offset));
        assertEquals(DUPLICATE, see(1, 90, 200, 1, "a"));
        assertEquals(DUPLICATE, see(1, 90, 300, 1, "b"));
        assertEquals(DUPLICATE, see(1, 90, 300, 1, "a longer one"));
        assertEquals(NEW, see(1, 90, 300, 1, "d"));
        assertEquals(DUPLICATE, see(1, 90, 300, 1, "d"));

        assertEquals(NEW, see(1, 90, 300, 1, "e"));
        restart(filter.resumePointFor(offset - 1));
        assertEquals(DUPLICATE, see(1, 90, 300, 1, "b"));
        assertEquals(DUPLICATE, see(1, 90, 300, 1, "d"));
        assertEquals(NEW, see(1, 90, 300, 1, "e"));
        assertEquals(NEW, see(2, 310, 305, 2, "b"));
        assertEquals(DUPLICATE, see(1, 90, 300, 1, "f"));
    }

    @Test
    void resumePoint_ofARecordWithoutLsn_isItself() {
        see(1, 90, 300, 1, "a");
        assertEquals(NEW, filter.judge(insert(0, 1, 1, 1)));
        restart(filter.resumePointFor(offset));
        assertEquals(1, offset, "it does not lead back to the last run");
        assertEquals(DUPLICATE, see(1, 90, 300, 1, "a"));
        assertEquals(NEW, see(1, 90, 300, 1, "b"));
    }

    private void restart(ResumePoint from) {
        filter = new DuplicateFilter(from.before());
        offset = from.offset();
    }
}
