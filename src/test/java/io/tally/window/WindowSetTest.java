package io.tally.window;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WindowSetTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void randomOperations_equalASetOfWindows(long seed) {
        Random random = new Random(seed);
        WindowSet set = new WindowSet();
        TreeSet<Long> expected = new TreeSet<>();
        for (int i = 0; i < 2_000; i++) {
            int what = random.nextInt(20);
            if (what == 0) {
                long end = random.nextInt(500) * 10L;
                set.removeUpTo(end);
                expected.removeIf(start -> start + 10 <= end);
            } else if (what == 1 && set.rangeCount() > 1) {
                long[] before = set.toArray();
                set.meltTo(set.rangeCount() - 1);
                for (int range = 0; range + 2 < before.length; range += 2) {
                    if (set.contains(before[range + 1])) {
                        for (long start = before[range + 1]; start < before[range + 2]; start += 10) {
                            expected.add(start);
                        }
                    }
                }
            } else {
                long from = random.nextInt(500) * 10L;
                long to = from + (1 + random.nextInt(3)) * 10L;
                set.add(from, to);
                for (long start = from; start < to; start += 10) {
                    expected.add(start);
                }
            }
            for (long start = -10; start < 5_100; start += 10) {
                long asked = start;
                assertEquals(expected.contains(start), set.contains(start), () -> "seed " + seed + " at " + asked);
            }
            assertArrayEquals(set.toArray(), WindowSet.of(set.toArray()).toArray(), () -> "seed " + seed);
        }
    }

    @Test
    void add_neighbours_meltIntoOneRange() {
        WindowSet set = new WindowSet();
        set.add(10, 20);
        set.add(30, 40);
        assertEquals(2, set.rangeCount());
        set.add(20, 30);
        assertArrayEquals(new long[] {10, 40}, set.toArray());
    }

    @Test
    void meltTo_threeRanges_closesTheSmallestGap() {
        WindowSet set = WindowSet.of(0, 10, 100, 110, 130, 140);
        set.meltTo(2);
        assertArrayEquals(new long[] {0, 10, 100, 140}, set.toArray());
        assertTrue(set.contains(110));
        set.meltTo(2);
        assertEquals(2, set.rangeCount());
    }

    /** What it stands for, step by step: the smallest gap is closed again and again, the first of several. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void meltTo_random_equalsClosingTheSmallestGapAgainAndAgain(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 200; i++) {
            WindowSet set = new WindowSet();
            int windows = random.nextInt(100);
            int differentGaps = 1 + random.nextInt(20);
            long from = random.nextInt(1_000) - 500;
            for (int window = 0; window < windows; window++) {
                long to = from + 1 + random.nextInt(3);
                set.add(from, to);
                from = to + random.nextInt(differentGaps);
            }
            int most = 1 + random.nextInt(50);
            long[] expected = set.toArray();
            while (expected.length > 2 * most) {
                expected = withoutSmallestGap(expected);
            }
            set.meltTo(most);
            assertArrayEquals(expected, set.toArray(), "seed " + seed + " most " + most);
        }
    }

    private static long[] withoutSmallestGap(long[] fromsAndTos) {
        int smallest = 1;
        for (int to = 3; to + 1 < fromsAndTos.length; to += 2) {
            if (fromsAndTos[to + 1] - fromsAndTos[to] < fromsAndTos[smallest + 1] - fromsAndTos[smallest]) {
                smallest = to;
            }
        }
        int closed = smallest;
        return IntStream.range(0, fromsAndTos.length)
                .filter(i -> i != closed && i != closed + 1)
                .mapToLong(i -> fromsAndTos[i])
                .toArray();
    }

    /** As many as memory may hold apart from each other. Closed one by one, with a search for each, they took minutes. */
    @Test
    void meltTo_manyRanges_takesAMoment() {
        Random random = new Random(1);
        WindowSet set = new WindowSet();
        long from = 0;
        for (int i = 0; i < 200_000; i++) {
            set.add(from, from + 10);
            from += 20 + random.nextInt(1_000);
        }
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> set.meltTo(ShardWindows.MAX_EARLY_RANGES));
        assertEquals(ShardWindows.MAX_EARLY_RANGES, set.rangeCount());
    }
}
