package io.tally.publish;

import static io.tally.window.Changes.insert;
import static io.tally.window.TestCheckpoints.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.publish.FakeLedger.Fault;
import io.tally.publish.FakeLedger.Total;
import io.tally.window.Checkpoint;
import io.tally.window.Shard;
import io.tally.window.WindowStore;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PublisherTest {

    private static final long MINUTE = 60_000;
    private long nowMs = 1_000 * MINUTE;
    private final long window = nowMs - MINUTE;
    private final FakeLedger ledger = new FakeLedger();
    private final WindowStore store = new WindowStore(SETTINGS);
    private final Publisher publisher = new Publisher(store, ledger, () -> Instant.ofEpochMilli(nowMs), Runnable::run);

    @BeforeEach
    void fillOnce() {
        ledger.fill(new Ledger.Fill(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                "t",
                "id",
                Map.of(0, 0L, 1, 0L),
                Map.of()));
    }

    private Shard own(int partition) {
        Checkpoint checkpoint = ledger.takeOver(Set.of(partition), UUID.randomUUID())
                .toCompletableFuture()
                .join()
                .getFirst();
        Shard shard = new Shard(checkpoint, SETTINGS, nowMs);
        store.add(shard);
        return shard;
    }

    private void order(Shard shard, long eventTimeMs, int customerId) {
        shard.apply(shard.position(), insert(eventTimeMs, customerId, 1, 100), nowMs);
        shard.drained(true, nowMs);
        shard.settle();
    }

    private void round() {
        assertTrue(publisher.round().toCompletableFuture().isDone());
    }

    private static Total orders(long count) {
        return new Total(count, BigInteger.valueOf(100 * count));
    }

    @Test
    void round_closedWindow_isInTheTable() {
        Shard shard = own(0);
        order(shard, window, 7);
        order(shard, nowMs + 5_000, 7);
        round();
        assertEquals(orders(1), ledger.total(window, 7));
        assertNull(ledger.total(nowMs, 7));
        assertEquals(1, shard.sequence());
        assertEquals(1, publisher.state().rows());
    }

    @Test
    void round_answerLostAfterCommit_addsOnce() {
        Shard shard = own(0);
        order(shard, window, 7);
        order(shard, nowMs + 5_000, 7);
        ledger.faults.add(Fault.LOST_AFTER_COMMIT);
        round();
        assertTrue(publisher.state().failing());
        nowMs += 1_000;
        round();
        assertFalse(publisher.state().failing());
        assertEquals(orders(1), ledger.total(window, 7));
        assertEquals(1, shard.sequence());
        assertSame(shard, store.shard(0));
    }

    @Test
    void round_connectionLostBeforeCommit_sendsTheSameAgain() {
        Shard shard = own(0);
        order(shard, window, 7);
        order(shard, nowMs + 5_000, 7);
        ledger.faults.add(Fault.LOST_BEFORE_COMMIT);
        ledger.faults.add(Fault.LOST_BEFORE_COMMIT);
        for (int i = 0; i < 2; i++) {
            round();
            assertNull(ledger.total(window, 7));
            nowMs += 1_000;
        }
        round();
        assertEquals(orders(1), ledger.total(window, 7));
        assertEquals(1, shard.sequence());
    }

    /** Liveness gives a transaction time, and would notice a stuck thread that much later if one were thought to be under way. */
    @Test
    void answerDueMs_outcomeIsKnown_isNone() {
        Shard shard = own(0);
        order(shard, window, 7);
        order(shard, nowMs + 5_000, 7);
        ledger.faults.add(Fault.LOST_AFTER_COMMIT);
        round();
        assertTrue(publisher.answerDueMs() > nowMs);
        nowMs += 1_000;
        round();
        assertEquals(0, publisher.answerDueMs());
        order(shard, nowMs + 60_000, 7);
        nowMs += 40_000;
        round();
        assertEquals(2, shard.sequence());
        assertEquals(0, publisher.answerDueMs());
    }

    @Test
    void round_ledgerThrows_sendsTheSameAgain() {
        Shard shard = own(0);
        order(shard, window, 7);
        order(shard, nowMs + 5_000, 7);
        ledger.faults.add(Fault.THROWN);
        assertTrue(publisher.round().toCompletableFuture().isCompletedExceptionally());
        nowMs += 30_000;
        order(shard, nowMs + 40_000, 7);
        round();
        assertEquals(orders(1), ledger.total(window, 7));
        nowMs += 30_000;
        round();
        assertEquals(orders(1), ledger.total(window + MINUTE, 7));
        assertFalse(shard.dropped());
    }

    @Test
    void round_rowsRefused_readsThemAgainAndFailsUntilRowsAreTaken() {
        Shard shard = own(0);
        order(shard, window, 7);
        order(shard, nowMs + 5_000, 7);
        ledger.faults.add(Fault.REFUSED);
        round();
        assertTrue(shard.dropped(), "what has been corrected since comes with it then");
        nowMs += 40_000;
        round();
        assertTrue(publisher.state().failing(), "the database answers, and refuses");
        assertEquals("division by zero", publisher.state().lastFailure());

        Shard again = own(0);
        order(again, window, 7);
        order(again, nowMs + 5_000, 7);
        nowMs += 1_000;
        round();
        assertFalse(publisher.state().failing());
        assertEquals(orders(1), ledger.total(window, 7));
    }

    @Test
    void round_databaseAway_keepsWhatItHasAndWaitsLongerEachTime() {
        Shard shard = own(0);
        order(shard, window, 7);
        order(shard, nowMs + 5_000, 7);
        ledger.unreachable = true;
        for (int i = 0; i < 10; i++) {
            round();
            nowMs += 1_000;
        }
        ledger.unreachable = false;
        nowMs += 10_000;
        round();
        assertEquals(orders(1), ledger.total(window, 7));
        assertFalse(publisher.state().failing());
    }

    @Test
    void round_clockSetBackWhileWaiting_doesNotWaitForItToCatchUp() {
        Shard shard = own(0);
        order(shard, window, 7);
        order(shard, nowMs + 5_000, 7);
        nowMs += 60 * MINUTE;
        ledger.unreachable = true;
        round();
        ledger.unreachable = false;
        nowMs -= 60 * MINUTE;
        round();
        assertEquals(orders(1), ledger.total(window, 7));
    }

    @Test
    void round_muchLeftToRead_restsUntilNothingIs() {
        Shard shard = own(0);
        order(shard, window, 7);
        order(shard, nowMs + 5_000, 7);
        shard.drained(false, nowMs);
        shard.settle();
        round();
        assertEquals(orders(1), ledger.total(window, 7));
        shard.apply(shard.position(), insert(window, 8, 1, 100), nowMs);
        round();
        assertNull(ledger.total(window, 8), "corrections gather while there is more to read");
        shard.drained(true, nowMs);
        shard.settle();
        round();
        assertEquals(orders(1), ledger.total(window, 8));
    }

    @Test
    void round_anotherOwner_dropsThePartitionAndPublishesTheRest() {
        Shard lost = own(0);
        Shard kept = own(1);
        order(lost, window, 7);
        order(kept, window, 7);
        order(lost, nowMs + 5_000, 7);
        order(kept, nowMs + 5_000, 7);
        round();
        assertEquals(orders(2), ledger.total(window, 7));

        ledger.takeOver(Set.of(0), UUID.randomUUID());
        order(lost, window, 8);
        order(kept, window, 8);
        round();
        assertEquals(orders(1), ledger.total(window, 8));
        assertTrue(lost.dropped());
        assertSame(kept, store.shard(1));
    }

    @Test
    void round_databaseWentBackWhileOutcomeUnknown_dropsThePartition() {
        Shard shard = own(0);
        Checkpoint backup = ledger.checkpoints.get(0);
        order(shard, window, 7);
        order(shard, nowMs + 5_000, 7);
        round();
        order(shard, window, 7);
        ledger.faults.add(Fault.LOST_AFTER_COMMIT);
        round();
        ledger.checkpoints.put(0, backup);
        nowMs += 1_000;
        round();
        assertTrue(shard.dropped());
    }

    @Test
    void round_quietPartitionFenced_isNoticedByTheRegularCheck() {
        Shard shard = own(0);
        round();
        ledger.takeOver(Set.of(0), UUID.randomUUID());
        round();
        assertFalse(shard.dropped(), "not asked again yet");
        nowMs += 30_000;
        round();
        assertTrue(shard.dropped());
    }

    @Test
    void round_whileMuchIsLeftToRead_restsBetweenPublications() {
        Shard shard = own(0);
        order(shard, window, 7);
        order(shard, nowMs + 5_000, 7);
        shard.drained(false, nowMs);
        shard.settle();
        round();
        order(shard, window, 7);
        shard.drained(false, nowMs);
        shard.settle();
        round();
        assertEquals(orders(1), ledger.total(window, 7), "rests, so that corrections collapse");
        nowMs += 1_000;
        round();
        assertEquals(orders(2), ledger.total(window, 7));
    }
}
