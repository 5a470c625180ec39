package io.tally.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.window.DataLoss;
import io.tally.window.FillId;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OwedFillTest {

    private static final FillId FILL = TestCheckpoints.filledAt(1_000);
    private static final long NOW = 1_700_000_000_000L;
    private static final long HOUR = OwedFill.INTERVAL.toMillis();

    private final WindowStore store = new WindowStore(TestCheckpoints.SETTINGS);
    private final FakeLedger ledger = new FakeLedger();
    private final Map<String, Long> filledAtMs = new HashMap<>();
    private Shard shard;

    @BeforeEach
    void fill() {
        ledger.nowMs = NOW;
        ledger.pipeline = new Ledger.Pipeline(
                Map.of(), "id", FILL, Optional.empty(), new Ledger.FillTimes(filledAtMs, 0), Optional.empty(), null);
    }

    private OwedFill owedFill(boolean fills) {
        return new OwedFill(store, ledger, fills, Runnable::run);
    }

    private void owe(DataLoss.Reason reason, FillId fillId) {
        shard = new Shard(
                TestCheckpoints.withOwed(
                        TestCheckpoints.fresh(0, new UUID(1, 2), 0, null, FILL),
                        new DataLoss(reason, "seen", fillId, 0, 7)),
                TestCheckpoints.SETTINGS,
                NOW);
        store.add(shard);
    }

    private DataLoss lost() {
        return shard.progress().dataLoss();
    }

    @Test
    void step_firstTimeForAReason_losesGround() {
        filledAtMs.put(DataLoss.Reason.REPLICA_IDENTITY.code(), NOW - 1);
        owe(DataLoss.Reason.VOID_CHANGE, FILL);
        OwedFill owedFill = owedFill(true);

        owedFill.step();

        assertEquals(DataLoss.Reason.VOID_CHANGE, lost().reason());
        assertTrue(owedFill.owed().isEmpty());
    }

    @Test
    void step_filledForTheSameReasonLessThanAnHourAgo_waitsAndSaysUntilWhen() {
        filledAtMs.put(DataLoss.Reason.VOID_CHANGE.code(), NOW);
        owe(DataLoss.Reason.VOID_CHANGE, FILL);
        OwedFill owedFill = owedFill(true);

        ledger.nowMs = NOW + HOUR - 1;
        owedFill.step();

        assertNull(lost());
        OwedFill.Owed owed = owedFill.owed().orElseThrow();
        assertEquals(Optional.of(NOW + HOUR), owed.dueAtMs());
        assertEquals(7, owed.why().offset());

        ledger.nowMs = NOW + HOUR;
        owedFill.step();

        assertNotNull(lost());
    }

    @Test
    void step_clockWasSetBack_doesNotWaitLongerThanAnHour() {
        filledAtMs.put(DataLoss.Reason.VOID_CHANGE.code(), NOW + 1);
        owe(DataLoss.Reason.VOID_CHANGE, FILL);

        owedFill(true).step();

        assertNotNull(lost());
    }

    /** Who stamps the fills knows how long ago they were; our clock may be minutes behind. */
    @Test
    void step_clockOfTheServerIsAhead_waitsAllTheSame() {
        ledger.nowMs = System.currentTimeMillis() + HOUR;
        filledAtMs.put(DataLoss.Reason.VOID_CHANGE.code(), ledger.nowMs - 1);
        owe(DataLoss.Reason.VOID_CHANGE, FILL);

        owedFill(true).step();

        assertNull(lost());
    }

    @Test
    void step_settingsForbidFilling_onlySaysSo() {
        owe(DataLoss.Reason.VOID_CHANGE, FILL);
        OwedFill owedFill = owedFill(false);

        owedFill.step();

        assertNull(lost());
        assertEquals(Optional.empty(), owedFill.owed().orElseThrow().dueAtMs());
    }

    @Test
    void step_resultsWereFilledSince_doesNothing() {
        assertDoesNothingAfter(TestCheckpoints.filledAt(1_001));
    }

    /** The source was restored to the moment of the fill. */
    @Test
    void step_resultsWereFilledSinceAtTheSamePlace_doesNothing() {
        assertDoesNothingAfter(TestCheckpoints.filledBeforeAt(1_000));
    }

    private void assertDoesNothingAfter(FillId since) {
        owe(DataLoss.Reason.VOID_CHANGE, FILL);
        ledger.pipeline = new Ledger.Pipeline(
                Map.of(), "id", since, Optional.empty(), new Ledger.FillTimes(filledAtMs, 0), Optional.empty(), null);
        OwedFill owedFill = owedFill(true);

        owedFill.step();

        assertNull(lost());
        assertTrue(owedFill.owed().isEmpty());
    }
}
