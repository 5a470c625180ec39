package io.tally.window;

import io.tally.view.View;
import io.tally.view.expression.NumberExpression;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.IntConsumer;

/**
 * The customers with the highest amounts of a window of the default view.
 *
 * @param customers how many customers there are
 * @param top the highest of them, highest first; of equal ones the lower id first
 */
public record CustomerRanking(int customers, List<Entry> top) {

    /** The place of the customer among the keys of the default view. */
    public static final int CUSTOMER = 0;

    /** The place of the sales among its totals. */
    public static final int SALES = 1;

    /** What one customer has. */
    public record Entry(int customerId, long orders, BigDecimal amount) {}

    private static final Comparator<Entry> LOWEST_FIRST =
            Comparator.comparing(Entry::amount).thenComparing(Entry::customerId, Comparator.reverseOrder());

    /** @param limit of the ranking, above zero */
    static CustomerRanking of(Groups groups, int limit) {
        Highest highest = new Highest(groups, limit);
        groups.forEach(highest);
        return new CustomerRanking(groups.size(), highest.inOrder());
    }

    /** A customer below the lowest of those kept costs one comparison. */
    private static final class Highest implements IntConsumer {

        private final Groups groups;
        private final int limit;
        private final PriorityQueue<Entry> kept;
        private long toBeat = Long.MIN_VALUE;

        Highest(Groups groups, int limit) {
            this.groups = groups;
            this.limit = limit;
            this.kept = new PriorityQueue<>(limit + 1, LOWEST_FIRST);
        }

        @Override
        public void accept(int slot) {
            long units = groups.units(slot, SALES);
            if (units >= toBeat || units == NumberExpression.OUTSIDE) {
                int customer = ((Long) groups.key(slot, CUSTOMER)).intValue();
                add(new Entry(customer, groups.units(slot, View.ROWS), groups.sum(slot, SALES)));
            }
        }

        private void add(Entry entry) {
            kept.add(entry);
            if (kept.size() > limit) {
                kept.remove();
                BigInteger lowest = kept.element().amount().unscaledValue();
                toBeat = lowest.bitLength() < Long.SIZE ? lowest.longValue() : Long.MAX_VALUE;
            }
        }

        List<Entry> inOrder() {
            return kept.stream().sorted(LOWEST_FIRST.reversed()).toList();
        }
    }
}
