package io.tally.window;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.TreeSet;
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
                set.closeSmallestGap();
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
    void closeSmallestGap_threeRanges_meltsTheNearest() {
        WindowSet set = WindowSet.of(0, 10, 100, 110, 130, 140);
        set.closeSmallestGap();
        assertArrayEquals(new long[] {0, 10, 100, 140}, set.toArray());
        assertTrue(set.contains(110));
    }
}
