package io.tally.window;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The customers with the highest amounts of a window.
 *
 * @param customers how many customers there are
 * @param top the highest of them, highest first; of equal ones the lower id first
 */
public record CustomerRanking(int customers, List<Entry> top) {

    /** What one customer has; the amount is in units of the price scale. */
    public record Entry(int customerId, long orders, BigInteger amountUnits) {}

    private static final Comparator<Entry> LOWEST_FIRST =
            Comparator.comparing(Entry::amountUnits).thenComparing(Entry::customerId, Comparator.reverseOrder());

    /** @param limit of the ranking, above zero */
    static CustomerRanking of(CustomerTotals totals, int limit) {
        Highest highest = new Highest(limit);
        totals.forEach(highest);
        return new CustomerRanking(totals.size(), highest.inOrder());
    }

    /** A customer below the lowest of those kept costs one comparison. */
    private static final class Highest implements CustomerTotals.Visitor {

        private final int limit;
        private final PriorityQueue<Entry> kept;
        private long toBeat = Long.MIN_VALUE;

        Highest(int limit) {
            this.limit = limit;
            this.kept = new PriorityQueue<>(limit + 1, LOWEST_FIRST);
        }

        @Override
        public void delta(int customerId, long orderCount, long amountUnits) {
            if (amountUnits >= toBeat) {
                add(new Entry(customerId, orderCount, BigInteger.valueOf(amountUnits)));
            }
        }

        @Override
        public void wideDelta(int customerId, long orderCount, BigInteger amountUnits) {
            add(new Entry(customerId, orderCount, amountUnits));
        }

        private void add(Entry entry) {
            kept.add(entry);
            if (kept.size() > limit) {
                kept.remove();
                BigInteger lowest = kept.element().amountUnits();
                toBeat = lowest.bitLength() < Long.SIZE ? lowest.longValue() : Long.MAX_VALUE;
            }
        }

        List<Entry> inOrder() {
            return kept.stream().sorted(LOWEST_FIRST.reversed()).toList();
        }
    }
}
