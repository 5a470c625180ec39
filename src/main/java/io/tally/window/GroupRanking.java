package io.tally.window;

import io.tally.view.View;
import io.tally.view.expression.NumberExpression;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * The groups with the highest totals of a window: of the total that the view is ranked by.
 *
 * @param groups how many groups there are
 * @param top the highest of them, highest first; of equal ones the one whose key comes first
 */
public record GroupRanking(int groups, List<Entry> top) {

    /**
     * One group and its totals.
     *
     * @param key its parts, as {@link Groups#key} gives them; some may be null
     * @param totals in the order of the view's
     */
    public record Entry(List<Object> key, List<BigDecimal> totals) {}

    /** @param limit of the ranking, above zero */
    static GroupRanking of(View view, Groups groups, int limit) {
        Highest highest = new Highest(view, groups, limit);
        groups.forEach(highest);
        return new GroupRanking(groups.size(), highest.inOrder());
    }

    /** A group below the lowest of those kept costs one comparison. */
    private static final class Highest implements IntConsumer {

        private final View view;
        private final Groups groups;
        private final int total;
        private final int limit;
        private final Comparator<Integer> lowestFirst;
        private final PriorityQueue<Integer> kept;
        private long toBeat = Long.MIN_VALUE;

        Highest(View view, Groups groups, int limit) {
            this.view = view;
            this.groups = groups;
            this.limit = limit;
            total = view.rankedBy();
            lowestFirst = Comparator.<Integer, BigDecimal>comparing(slot -> groups.sum(slot, total))
                    .thenComparing((one, other) -> groups.compare(other, groups, one));
            kept = new PriorityQueue<>(limit + 1, lowestFirst);
        }

        @Override
        public void accept(int slot) {
            long units = groups.units(slot, total);
            if (units >= toBeat || units == NumberExpression.OUTSIDE) {
                add(slot);
            }
        }

        private void add(int slot) {
            kept.add(slot);
            if (kept.size() > limit) {
                kept.remove();
                BigInteger lowest = groups.sum(kept.element(), total)
                        .setScale(groups.scale(total), RoundingMode.FLOOR)
                        .unscaledValue();
                toBeat = lowest.bitLength() < Long.SIZE ? lowest.longValue() : Long.MAX_VALUE;
            }
        }

        List<Entry> inOrder() {
            return kept.stream().sorted(lowestFirst.reversed()).map(this::entry).toList();
        }

        private Entry entry(int slot) {
            return new Entry(
                    IntStream.range(0, view.keys().size())
                            .mapToObj(key -> groups.key(slot, key))
                            .toList(),
                    IntStream.range(0, view.totals().size())
                            .mapToObj(each -> groups.sum(slot, each))
                            .toList());
        }
    }
}
