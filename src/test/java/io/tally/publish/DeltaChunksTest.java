package io.tally.publish;

import static io.tally.window.Changes.insert;
import static io.tally.window.TestCheckpoints.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.window.Checkpoint;
import io.tally.window.Shard;
import io.tally.window.WindowStore;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.data.Numeric;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
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
    void next_severalPartitionsOneRow_lieSideBySide() {
        order(2, NOW - MINUTE, 9, 1);
        order(0, NOW - MINUTE, 7, 2);
        order(1, NOW - MINUTE, -7, 3);
        order(1, NOW - 2 * MINUTE, 9, 4);
        order(1, NOW - MINUTE, 9, 5);

        List<Tuple> chunks = chunks();

        assertEquals(1, chunks.size());
        Tuple chunk = chunks.getFirst();
        long last = NOW - MINUTE;
        assertArrayEquals(new Long[] {last - MINUTE, last, last, last, last}, chunk.getArrayOfLongs(1));
        assertArrayEquals(new Integer[] {9, -7, 7, 9, 9}, chunk.getArrayOfIntegers(2));
        assertEquals(Set.of(1, 2), Set.of(chunk.getArrayOfIntegers(0)[3], chunk.getArrayOfIntegers(0)[4]));
        assertArrayEquals(new Long[] {1L, 1L, 1L, 1L, 1L}, chunk.getArrayOfLongs(3));
        Numeric[] amounts = (Numeric[]) chunk.getValue(4);
        assertEquals("4.00", amounts[0].toString());
        assertEquals("3.00", amounts[1].toString());
    }

    @Test
    void next_moreThanAStatementTakes_isCutBetweenCustomers() {
        int customers = DeltaChunks.MOST_ROWS / 2 + 100;
        order(2, NOW - MINUTE, 1, 1);
        for (int customer = 1; customer <= customers; customer++) {
            order(0, NOW - MINUTE, customer, 1);
            order(1, NOW - MINUTE, customer, 1);
        }

        List<Tuple> chunks = chunks();

        assertEquals(2, chunks.size());
        Integer[] first = chunks.getFirst().getArrayOfIntegers(2);
        Integer[] second = chunks.getLast().getArrayOfIntegers(2);
        assertEquals(DeltaChunks.MOST_ROWS + 1, first.length);
        assertEquals(2 * customers + 1, first.length + second.length);
        assertTrue(first[first.length - 1] < second[0]);
        List<Integer> sorted = new ArrayList<>(List.of(first));
        sorted.sort(null);
        assertEquals(sorted, List.of(first));
    }
}
