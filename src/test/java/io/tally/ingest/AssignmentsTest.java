package io.tally.ingest;

import static io.tally.window.TestCheckpoints.SETTINGS;
import static io.tally.window.TestCheckpoints.filledAt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.window.Checkpoint;
import io.tally.window.Checkpoints;
import io.tally.window.DataLoss;
import io.tally.window.FilterState;
import io.tally.window.Memory;
import io.tally.window.OffsetRange;
import io.tally.window.Shard;
import io.tally.window.TakeoverException;
import io.tally.window.Topic;
import io.tally.window.TopicFacts;
import io.tally.window.WindowStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class AssignmentsTest {

    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final TopicPartition RETURNS = new TopicPartition("returns", 0);

    /** A view whose checkpoints come when the test says so. */
    private static final class Kept implements Checkpoints {
        final WindowStore store;
        final ViewInput input;
        final List<DataLoss> losses = new ArrayList<>();
        /** As it was given last. */
        IntPredicate isWanted;

        CompletableFuture<List<Checkpoint>> answer = new CompletableFuture<>();

        Kept(String name, TopicPartition partition, Memory memory) {
            store = new WindowStore(SETTINGS, memory);
            input = new ViewInput(name, partition.topic(), store, this);
        }

        @Override
        public CompletionStage<List<Checkpoint>> takeOver(
                Set<Integer> partitions, IntPredicate isWanted, Topic topic, DataLoss lost) {
            this.isWanted = isWanted;
            if (lost != null) {
                losses.add(lost);
            }
            return answer;
        }

        void resumesAt(long offset) {
            replays(offset, offset);
        }

        void replays(long from, long to) {
            answer.complete(List.of(checkpoint(from, to)));
        }

        void fails(Throwable failure) {
            answer.completeExceptionally(failure);
        }

        private static Checkpoint checkpoint(long resumeOffset, long position) {
            return new Checkpoint(
                    0,
                    new UUID(1, 2),
                    0,
                    position,
                    resumeOffset,
                    Shard.NO_TIME,
                    new long[0],
                    Shard.NO_TIME,
                    FilterState.NOTHING_SEEN,
                    null,
                    filledAt(1),
                    null,
                    0);
        }

        Shard shard() {
            return store.shard(0);
        }

        /** How many records its shards were handed. */
        long read() {
            return store.counts().read();
        }
    }

    private final Map<TopicPartition, Long> ends = new HashMap<>(Map.of(ORDERS, 10L, RETURNS, 10L));
    private final Memory memory = new Memory();
    private final Kept minutes = new Kept("minutes", ORDERS, memory);
    private final Kept hours = new Kept("hours", ORDERS, memory);
    private final Kept returns = new Kept("returns_agg", RETURNS, memory);
    private final List<String> refusals = new ArrayList<>();
    private final ShortLog consumer = new ShortLog(ends, 4);
    private final ShortLog again = new ShortLog(ends, 2);
    private SteppedReaders readers;
    private SteppedPollLoop loop;
    private SteppedPollLoop catchUp;
    private long nowMs = 1_000_000;

    private void keep(Kept... views) {
        Function<String, Topic> topics = name -> () -> CompletableFuture.completedStage(new TopicFacts(
                name, "id of " + name, Map.of(0, new OffsetRange(0, ends.get(new TopicPartition(name, 0)), 0))));
        readers = new SteppedReaders(
                List.of(views).stream().map(view -> view.input).toList(), topics, refusals::add, 3);
        loop = readers.loop(consumer);
        catchUp = readers.catchUp(again);
    }

    /** A round of the reader. */
    private void read() {
        step(loop, consumer);
    }

    /** A round of the one that catches up. */
    private void catchUp() {
        step(catchUp, again);
    }

    private void step(SteppedPollLoop one, ShortLog log) {
        nowMs += 100;
        one.step(
                () -> log.poll(Duration.ZERO),
                () -> {
                    assertEquals(List.of(), one.decode());
                    assertNull(one.apply(nowMs));
                },
                nowMs);
    }

    /** A round in which a poll is not applied, if there is one: it waits. */
    private void stepWithoutEnd(SteppedPollLoop one, ShortLog log) {
        nowMs += 100;
        one.step(() -> log.poll(Duration.ZERO), () -> {}, nowMs);
    }

    /** The first is read to the end, the second is not there yet. */
    private void minutesAreReadHoursAreNot() {
        keep(minutes, hours);
        loop.assigned(List.of(ORDERS));
        minutes.resumesAt(0);
        for (int i = 0; i < 20; i++) {
            read();
        }
        assertEquals(10, minutes.shard().position());
    }

    @Test
    void advance_shardsThatComeTogether_areReadFromTheLower() {
        keep(minutes, hours);
        loop.assigned(List.of(ORDERS));
        read();
        minutes.resumesAt(5);
        hours.resumesAt(2);
        read();
        read();
        read();
        assertEquals(List.of(0L, 2L), consumer.seeks);
        assertEquals(5, minutes.read());
        assertEquals(8, hours.read());
        assertTrue(catchUp.hasReadAll() && catchUp.fed() == 0);
    }

    @Test
    void advance_oneOfThoseThatComeTogetherIsFarBehind_catchesUp() {
        keep(minutes, hours);
        loop.assigned(List.of(ORDERS));
        read();
        minutes.resumesAt(8);
        hours.resumesAt(2);
        read();
        assertEquals(List.of(0L, 8L), consumer.seeks);
        for (int i = 0; i < 20; i++) {
            read();
            catchUp();
        }
        assertEquals(2, minutes.read());
        assertEquals(8, hours.read());
        assertTrue(catchUp.hasReadAll() && catchUp.fed() == 0);
    }

    @Test
    void advance_otherIsLoading_waitsForItAMomentOnly() {
        keep(minutes, hours);
        loop.assigned(List.of(ORDERS));
        read();
        minutes.resumesAt(0);
        read();
        assertEquals(0, minutes.read());
        for (int i = 0; i < 12; i++) {
            read();
        }
        assertEquals(10, minutes.read());
    }

    @Test
    void advance_laterAndNotBehind_joinsWithoutASeek() {
        minutesAreReadHoursAreNot();
        hours.resumesAt(10);
        read();
        ends.put(ORDERS, 12L);
        read();
        assertEquals(List.of(0L, 0L), consumer.seeks);
        assertEquals(12, minutes.read());
        assertEquals(2, hours.read());
    }

    @Test
    void advance_laterAndBehind_catchesUpAndTheReaderDoesNotGoBack() {
        minutesAreReadHoursAreNot();
        hours.resumesAt(1);
        read();
        assertEquals(1, hours.shard().position());
        ends.put(ORDERS, 14L);
        read();
        assertEquals(14, minutes.read());
        assertEquals(0, hours.read());
        for (int i = 0; i < 10; i++) {
            catchUp();
            read();
        }
        assertEquals(0, catchUp.fed());
        assertEquals(2, loop.fed());
        ends.put(ORDERS, 16L);
        read();
        assertEquals(List.of(0L, 0L), consumer.seeks);
        assertEquals(16, minutes.read());
        assertEquals(15, hours.read());
    }

    @Test
    void advance_twoCatchUpTogether_areReadFromTheLower() {
        Kept days = new Kept("days", ORDERS, memory);
        keep(minutes, hours, days);
        loop.assigned(List.of(ORDERS));
        minutes.resumesAt(0);
        for (int i = 0; i < 20; i++) {
            read();
        }
        hours.resumesAt(4);
        read();
        catchUp();
        days.resumesAt(1);
        read();
        for (int i = 0; i < 10; i++) {
            catchUp();
        }
        read();
        assertEquals(3, loop.fed());
        assertEquals(6, hours.read());
        assertEquals(9, days.read());
    }

    @Test
    void advance_oneIsAboutToMeet_waitsForItAMoment() {
        minutesAreReadHoursAreNot();
        hours.resumesAt(5);
        read();
        catchUp();
        catchUp();
        ends.put(ORDERS, 20L);
        read();
        assertTrue(consumer.isPaused(ORDERS), "or it would have to be met while it moves");
        assertEquals(10, minutes.read());
        nowMs += 2_000;
        read();
        assertEquals(14, minutes.read(), "nobody has seen it come nearer for a while");
    }

    @Test
    void advance_oneIsAboutToMeetAndItsPollWaits_goesOn() {
        minutesAreReadHoursAreNot();
        hours.resumesAt(5);
        read();
        catchUp();
        stepWithoutEnd(catchUp, again);
        ends.put(ORDERS, 14L);
        for (int i = 0; i < 15; i++) {
            stepWithoutEnd(catchUp, again);
            read();
        }
        assertEquals(14, minutes.read(), "what it waits for may take hours");
    }

    /** They read again one after another, and what the first waits for, such as the dead-letter topic, may take hours. */
    @Test
    void replay_pollThatWaits_doesNotKeepOthersFromReading() {
        keep(minutes, returns);
        ShortLog otherLog = new ShortLog(ends, 4);
        SteppedPollLoop other = readers.loop(otherLog);
        loop.assigned(List.of(ORDERS));
        other.assigned(List.of(RETURNS));
        minutes.replays(0, 8);
        returns.replays(0, 8);
        for (int i = 0; i < 100; i++) {
            stepWithoutEnd(loop, consumer);
            step(other, otherLog);
        }
        assertEquals(0, minutes.read());
        assertEquals(10, returns.read());
    }

    @Test
    void advance_metWhereTheReaderWasBefore_catchesUpOnceMore() {
        minutesAreReadHoursAreNot();
        hours.resumesAt(8);
        read();
        catchUp();
        ends.put(ORDERS, 13L);
        nowMs += 2_000;
        read();
        assertEquals(13, minutes.read());
        catchUp();
        read();
        assertEquals(1, loop.fed());
        catchUp();
        catchUp();
        catchUp();
        read();
        assertEquals(2, loop.fed());
        assertEquals(5, hours.read());
    }

    @Test
    void advance_nobodyReadsThePartition_theOneThatCatchesUpIsReadFromWhereItIs() {
        minutesAreReadHoursAreNot();
        hours.resumesAt(1);
        read();
        catchUp();
        minutes.answer = new CompletableFuture<>();
        minutes.store.drop(minutes.shard());
        read();
        catchUp();
        nowMs += 2_000;
        read();
        assertEquals(1, loop.fed());
        assertEquals(0, catchUp.fed());
        read();
        read();
        assertEquals(9, hours.read());
    }

    @Test
    void revoked_whileLoading_isWantedNoLonger() {
        keep(minutes);
        loop.assigned(List.of(ORDERS));
        read();
        assertTrue(minutes.isWanted.test(0));
        loop.revoked(List.of(ORDERS));
        loop.assigned(List.of(ORDERS));
        assertFalse(minutes.isWanted.test(0), "it is asked for once more");
    }

    @Test
    void revoked_whileCatchingUp_endsTheShard() {
        minutesAreReadHoursAreNot();
        hours.resumesAt(1);
        read();
        catchUp();
        Shard shard = hours.shard();
        loop.revoked(List.of(ORDERS));
        assertTrue(shard.dropped());
        catchUp();
        assertEquals(0, catchUp.fed());
        assertEquals(Map.of(), again.positions, "nothing is fetched for nobody");
    }

    @Test
    void outOfRange_whileCatchingUp_endsThatShardOnly() {
        minutesAreReadHoursAreNot();
        hours.resumesAt(1);
        read();
        catchUp();
        Shard behind = hours.shard();
        hours.answer = new CompletableFuture<>();
        catchUp.step(
                () -> {
                    throw new OffsetOutOfRangeException(Map.of(ORDERS, 3L));
                },
                () -> {},
                nowMs);
        read();
        assertTrue(behind.dropped());
        assertFalse(minutes.shard().dropped());
        assertEquals(ReaderState.Phase.LOADING, phase("hours"));
        assertEquals(ReaderState.Phase.READING, phase("minutes"));
    }

    @Test
    void dataLoss_ofOneView_endsItsShardOnly() {
        keep(minutes, hours);
        loop.assigned(List.of(ORDERS));
        minutes.resumesAt(0);
        hours.resumesAt(0);
        read();
        read();
        Shard kept = minutes.shard();
        DataLoss lost = new DataLoss(DataLoss.Reason.AUDIT, "rows differ", filledAt(1));
        hours.store.loseData(lost);
        for (int i = 0; i < 6; i++) {
            read();
        }
        assertSame(kept, minutes.shard());
        assertEquals(10, minutes.read());
        assertEquals(List.of(lost), hours.losses);
        assertEquals(List.of(), minutes.losses);
    }

    @Test
    void refused_oneOfSeveral_isStoppedAlone() {
        keep(minutes, hours);
        loop.assigned(List.of(ORDERS));
        minutes.resumesAt(0);
        hours.fails(new TakeoverException(TakeoverException.Kind.REFUSE, "its table is too narrow"));
        for (int i = 0; i < 4; i++) {
            read();
        }
        assertEquals(List.of(), refusals);
        assertEquals(10, minutes.read());
        assertEquals(ReaderState.Phase.STOPPED, phase("hours"));
        assertEquals(
                "its table is too narrow",
                loop.stopped().findFirst().orElseThrow().problem());
        assertEquals("its table is too narrow", loop.problem());
    }

    @Test
    void problem_ofAViewThatIsCalledLikeATopic_isItsOwn() {
        Kept named = new Kept("returns", ORDERS, memory);
        keep(named, returns);
        loop.assigned(List.of(ORDERS));
        named.fails(new TakeoverException(TakeoverException.Kind.WAIT, "it is being filled"));
        read();
        read();
        for (int i = 0; i < 120; i++) {
            read();
            assertEquals("it is being filled", loop.problem());
        }
    }

    @Test
    void refused_theOnlyView_isSaidToWhoEndsTheProcess() {
        keep(minutes);
        loop.assigned(List.of(ORDERS));
        minutes.fails(new TakeoverException(TakeoverException.Kind.REFUSE, "its table is too narrow"));
        read();
        read();
        assertEquals(List.of("its table is too narrow"), refusals);
    }

    @Test
    void ledgerOfOneViewAway_othersAreReadAndItIsTriedAgain() {
        keep(minutes, hours);
        loop.assigned(List.of(ORDERS));
        minutes.resumesAt(0);
        hours.fails(new IllegalStateException("no connection"));
        read();
        read();
        hours.answer = new CompletableFuture<>();
        hours.resumesAt(10);
        for (int i = 0; i < 10; i++) {
            read();
        }
        assertEquals(10, minutes.read());
        assertEquals(ReaderState.Phase.READING, phase("hours"));
        assertNull(loop.problem());
    }

    @Test
    void assigned_partitionsOfTwoTopicsWithOneNumber_areTwo() {
        keep(minutes, returns);
        loop.assigned(List.of(ORDERS, RETURNS));
        minutes.resumesAt(2);
        returns.resumesAt(7);
        for (int i = 0; i < 4; i++) {
            read();
        }
        assertEquals(8, minutes.read());
        assertEquals(3, returns.read());
        loop.revoked(List.of(RETURNS));
        assertNull(returns.shard());
        assertFalse(minutes.shard().dropped());
    }

    @Test
    void commit_severalViews_isTheLowestThatOneNeeds() {
        keep(minutes, hours);
        loop.assigned(List.of(ORDERS));
        read();
        minutes.resumesAt(5);
        hours.resumesAt(2);
        nowMs += 5_000;
        read();
        nowMs += 5_000;
        read();
        assertEquals(Map.of(ORDERS, 2L), consumer.committed);
    }

    @Test
    void commit_thatFailed_isRepeated() {
        keep(minutes);
        loop.assigned(List.of(ORDERS));
        minutes.resumesAt(5);
        consumer.commitFailure = new TimeoutException("no answer");
        for (int i = 0; i < 3; i++) {
            nowMs += 5_000;
            read();
        }
        assertEquals(Map.of(), consumer.committed);
        consumer.commitFailure = null;
        nowMs += 5_000;
        read();
        assertEquals(Map.of(ORDERS, 5L), consumer.committed);
    }

    @Test
    void feed_secondFeeder_isRefused() {
        minutesAreReadHoursAreNot();
        Feed feed = new Feed(minutes.input, ORDERS, minutes.shard());
        FixedReading one = new FixedReading();
        FixedReading other = new FixedReading();
        feed.takenBy(one);
        assertThrows(IllegalStateException.class, () -> feed.takenBy(other));
        assertThrows(IllegalStateException.class, () -> feed.leftBy(other));
        assertThrows(IllegalStateException.class, () -> feed.requireFedBy(other));
        feed.leftBy(one);
        feed.takenBy(other);
        assertTrue(feed.isFedBy(other));
    }

    @Test
    void join_behindTheReader_isRefused() {
        minutesAreReadHoursAreNot();
        FixedReading reading = new FixedReading();
        PartitionReader reader = new PartitionReader(consumer, reading, ORDERS);
        Feed feed = new Feed(minutes.input, ORDERS, minutes.shard());
        feed.takenBy(reading);
        assertThrows(IllegalStateException.class, () -> reader.join(feed, 11));
        reader.join(feed, 10);
    }

    private ReaderState.Phase phase(String view) {
        return loop.states().stream()
                .filter(state -> state.view().equals(view))
                .findFirst()
                .orElseThrow()
                .phase();
    }
}
