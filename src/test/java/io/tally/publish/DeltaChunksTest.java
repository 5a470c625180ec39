package io.tally.publish;

import static io.tally.window.Changes.insert;
import static io.tally.window.TestCheckpoints.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.window.Checkpoint;
import io.tally.window.Shard;
import io.tally.window.WindowStore;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.data.Numeric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DeltaChunksTest {

    private static final long MINUTE = 60_000;
    private static final long NOW = 1_000 * MINUTE;

    private final WindowStore store = new WindowStore(SETTINGS);
    private final Map<Integer, Shard> shards = new HashMap<>();

    DeltaChunksTest() {
        FakeLedger ledger = new FakeLedger();
        ledger.fill(new Ledger.Fill(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Map.of(),
                "t",
                "id",
                Map.of(0, 0L, 1, 0L, 2, 0L),
                Map.of()));
        for (Checkpoint checkpoint : ledger.takeOver(Set.of(0, 1, 2), UUID.randomUUID())
                .toCompletableFuture()
                .join()) {
            Shard shard = new Shard(checkpoint, SETTINGS, NOW);
            shards.put(checkpoint.partition(), shard);
            store.add(shard);
        }
    }

    private void order(int partition, long eventTimeMs, int customer, int quantity) {
        Shard shard = shards.get(partition);
        shard.apply(shard.position(), insert(eventTimeMs, customer, quantity, 100), NOW);
    }

    /** Closes the minutes before now, and cuts them. */
    private List<Tuple> chunks() {
        shards.forEach((partition, shard) -> {
            order(partition, NOW + 10_000, 1, 1);
            shard.settle();
        });
        List<Tuple> chunks = new ArrayList<>();
        new DeltaChunks(store.take(NOW + 10_000), SETTINGS.view()).forEachRemaining(chunks::add);
        return chunks;
    }

    @Test
    void next_severalPartitionsOneRow_isAddedUp() {
        order(2, NOW - MINUTE, 9, 1);
        order(0, NOW - MINUTE, 7, 2);
        order(1, NOW - MINUTE, -7, 3);
        order(1, NOW - 2 * MINUTE, 9, 4);
        order(1, NOW - MINUTE, 9, 5);
        order(0, NOW - MINUTE, 9, 6);
        order(0, NOW - MINUTE, 9, 7);

        List<Tuple> chunks = chunks();

        assertEquals(1, chunks.size());
        Tuple chunk = chunks.getFirst();
        long last = NOW - MINUTE;
        assertArrayEquals(new Long[] {last - MINUTE, last, last, last}, chunk.getArrayOfLongs(0));
        assertArrayEquals(new Integer[] {9, -7, 7, 9}, chunk.getArrayOfIntegers(1));
        assertArrayEquals(new Long[] {1L, 1L, 1L, 4L}, chunk.getArrayOfLongs(2));
        assertEquals(
                List.of("4.00", "3.00", "2.00", "19.00"),
                Arrays.stream((Numeric[]) chunk.getValue(3))
                        .map(Numeric::toString)
                        .toList());
    }

    @Test
    void next_moreThanAStatementTakes_isCutBetweenCustomers() {
        int customers = DeltaChunks.MOST_ROWS + 100;
        order(2, NOW - MINUTE, 1, 1);
        for (int customer = 1; customer <= customers; customer++) {
            order(0, NOW - MINUTE, customer, 1);
            order(1, NOW - MINUTE, customer, 1);
        }

        List<Tuple> chunks = chunks();

        assertEquals(2, chunks.size());
        assertArrayEquals(numbers(1, DeltaChunks.MOST_ROWS), chunks.getFirst().getArrayOfIntegers(1));
        assertArrayEquals(
                numbers(DeltaChunks.MOST_ROWS + 1, customers), chunks.getLast().getArrayOfIntegers(1));
        assertEquals(3, chunks.getFirst().getArrayOfLongs(2)[0]);
        assertEquals(2, chunks.getFirst().getArrayOfLongs(2)[DeltaChunks.MOST_ROWS - 1]);
        assertEquals(2, chunks.getLast().getArrayOfLongs(2)[0]);
    }

    private static Integer[] numbers(int from, int to) {
        return IntStream.rangeClosed(from, to).boxed().toArray(Integer[]::new);
    }
}
