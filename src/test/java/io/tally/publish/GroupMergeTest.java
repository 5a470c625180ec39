package io.tally.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GroupMergeTest {

    /** In the order of their bytes in UTF-8; in UTF-16 the last two are the other way round. */
    private static final List<String> TEXTS = List.of("", "1", "10", "9", "a", "b", "é", "ア", "一", "亜", "\uFFFD", "😀");

    private static final int MOST = 1_000;

    private static AuditedGroup group(long window, String total, String... keys) {
        return new AuditedGroup(Instant.ofEpochSecond(window), Arrays.asList(keys), List.of(total), "7");
    }

    private static GroupMerge merged(List<AuditedGroup> found, List<AuditedGroup> expected) {
        GroupMerge merge = new GroupMerge(group -> true, MOST);
        merge.found().feed(found, true);
        merge.expected().feed(expected, true);
        assertFalse(merge.advance());
        return merge;
    }

    @Test
    void order_ofKeys_isThatOfTheirBytesAndNullIsLast() {
        List<AuditedGroup> groups = new ArrayList<>();
        for (long window = 0; window < 2; window++) {
            for (String first : nullLast()) {
                for (String second : nullLast()) {
                    groups.add(group(window, "0", first, second));
                }
            }
        }
        List<AuditedGroup> sorted = new ArrayList<>(groups.reversed());
        sorted.sort(AuditedGroup.ORDER);
        assertEquals(groups, sorted);
    }

    private static List<String> nullLast() {
        return Stream.concat(TEXTS.stream(), Stream.of((String) null)).toList();
    }

    @Test
    void advance_sidesThatDiffer_tellsHow() {
        AuditedGroup same = group(1, "5", "a");
        AuditedGroup found = group(1, "6", "b");
        AuditedGroup expected = group(1, "7", "b");
        AuditedGroup missing = group(2, "1", "a");
        AuditedGroup foreign = group(2, "1", (String) null);
        assertEquals(
                List.of(new Difference(found, expected), new Difference(null, missing), new Difference(foreign, null)),
                merged(List.of(same, found, foreign), List.of(same, expected, missing))
                        .differences());
    }

    @Test
    void advance_groupsOfOneSideOnly_areAllDifferent() {
        List<AuditedGroup> groups = List.of(group(1, "1", "a"), group(2, "1", "a"));
        assertEquals(2, merged(groups, List.of()).differences().size());
        assertEquals(2, merged(List.of(), groups).differences().size());
        assertEquals(List.of(), merged(List.of(), List.of()).differences());
    }

    @Test
    void advance_groupsThatAreNotWanted_areLeftOut() {
        GroupMerge merge = new GroupMerge(group -> group.keys().contains("b"), MOST);
        merge.found().feed(List.of(), true);
        merge.expected().feed(List.of(group(1, "1", "a"), group(1, "1", "b")), true);
        merge.advance();
        assertEquals(List.of(new Difference(null, group(1, "1", "b"))), merge.differences());
    }

    @Test
    void advance_moreDifferencesThanAreKept_endsThere() {
        GroupMerge merge = new GroupMerge(group -> true, 2);
        merge.found().feed(List.of(), true);
        merge.expected().feed(List.of(group(1, "1", "a"), group(2, "1", "a"), group(3, "1", "a")), false);
        assertFalse(merge.advance());
        assertTrue(merge.isCut());
        assertEquals(2, merge.differences().size());
    }

    @Test
    void feed_groupsOutOfOrder_isAnErrorAndNoDifference() {
        GroupMerge merge = new GroupMerge(group -> true, MOST);
        merge.found().feed(List.of(group(1, "1", "b")), false);
        merge.expected().feed(List.of(group(1, "1", "a"), group(1, "1", "b")), false);
        assertTrue(merge.advance());
        IllegalStateException error =
                assertThrows(IllegalStateException.class, () -> merge.found().feed(List.of(group(1, "1", "a")), true));
        assertTrue(error.getMessage().contains("the results"), error.getMessage());
    }

    /** Both sides cut into batches anywhere, empty ones among them, against what a map of all groups tells. */
    @Test
    void advance_randomGroupsInRandomBatches_findsWhatAMapTells() {
        for (long seed = 1; seed <= 2_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Map<List<Object>, AuditedGroup> found = random(random);
            Map<List<Object>, AuditedGroup> expected = random(random);
            GroupMerge merge = new GroupMerge(group -> true, MOST);
            Batches has = new Batches(found, random);
            Batches should = new Batches(expected, random);
            do {
                has.feed(merge.found());
                should.feed(merge.expected());
            } while (merge.advance());
            List<Difference> differences = Stream.concat(found.keySet().stream(), expected.keySet().stream())
                    .distinct()
                    .map(key -> new Difference(found.get(key), expected.get(key)))
                    .filter(pair -> pair.found() == null
                            || pair.expected() == null
                            || !pair.found().totals().equals(pair.expected().totals()))
                    .sorted((one, other) -> AuditedGroup.ORDER.compare(one.group(), other.group()))
                    .toList();
            assertEquals(differences, merge.differences(), "seed " + seed);
        }
    }

    private static Map<List<Object>, AuditedGroup> random(SplittableRandom random) {
        Map<List<Object>, AuditedGroup> groups = new HashMap<>();
        for (int i = random.nextInt(30); i > 0; i--) {
            AuditedGroup group = group(
                    random.nextInt(3),
                    Integer.toString(random.nextInt(2)),
                    nullLast().get(random.nextInt(TEXTS.size() + 1)));
            groups.put(List.of(group.windowStart(), group.keys()), group);
        }
        return groups;
    }

    /** The groups of a side on their way. */
    private static final class Batches {

        private final List<AuditedGroup> groups;
        private final SplittableRandom random;
        private int fed;

        Batches(Map<List<Object>, AuditedGroup> groups, SplittableRandom random) {
            this.groups = groups.values().stream().sorted(AuditedGroup.ORDER).toList();
            this.random = random;
        }

        void feed(GroupMerge.Side side) {
            if (side.needsBatch()) {
                int to = Math.min(groups.size(), fed + random.nextInt(5));
                // That it was the last may show only with an empty batch behind it.
                side.feed(groups.subList(fed, to), to == groups.size() && (to == fed || random.nextBoolean()));
                fed = to;
            }
        }
    }
}
