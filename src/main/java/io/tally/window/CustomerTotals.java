package io.tally.window;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;

/**
 * What one partition adds to one window: for each customer a signed number of orders and a signed amount, in units of
 * the pipeline's price scale. Single writer; not changed any more once it is part of a {@link Publication}.
 *
 * <p>Implementation note. An open-addressing table of primitives with linear probing: 16 bytes a slot, at most 0.8 full,
 * doubled when it would be fuller, so 20 to 40 bytes a customer. Customer 0 cannot be told from an empty slot and lives
 * in an extra slot at the end. Amounts are exact: an addition that would leave the range of a long (92 quadrillion at
 * two decimals) moves what the slot holds to a side map of big integers and starts the slot again from zero.
 */
public final class CustomerTotals {

    /** Receives the deltas of a window, each customer once. */
    public interface Visitor {
        void delta(int customerId, long orderCount, long amountUnits);

        /** The same, where some amount of the window did not fit a long. */
        void wideDelta(int customerId, long orderCount, BigInteger amountUnits);
    }

    private record Wide(long orderCount, BigInteger amountUnits) {
        Wide plus(Wide other) {
            return new Wide(Math.addExact(orderCount, other.orderCount), amountUnits.add(other.amountUnits));
        }

        boolean isZero() {
            return orderCount == 0 && amountUnits.signum() == 0;
        }
    }

    private static final int SMALLEST_TABLE = 4;
    private static final double FULLEST = 0.8;
    /** 2^32 divided by the golden ratio: spreads neighbouring ids over the table (Knuth, TAOCP 3, 6.4). */
    private static final int SPREAD = 0x9E3779B9;

    private int[] customers;
    private int[] counts;
    private long[] amounts;
    private int mask;
    private int shift;
    private int used;
    private boolean holdsCustomerZero;
    private Map<Integer, Wide> wide;

    CustomerTotals() {
        allocate(SMALLEST_TABLE);
    }

    /**
     * Adds {@code sign} orders and {@code sign × quantity × priceUnits}.
     *
     * @param sign 1 to count an order, -1 to retract it
     * @return whether the customer was not in this window yet
     */
    boolean add(int customerId, int sign, int quantity, long priceUnits) {
        int sizeBefore = size();
        int slot = slotFor(customerId);
        long factor = (long) sign * quantity;
        long product = factor * priceUnits;
        long sum = amounts[slot] + product;
        int count = counts[slot] + sign;
        boolean productFits = Math.multiplyHigh(factor, priceUnits) == product >> 63;
        boolean sumFits = ((amounts[slot] ^ sum) & (product ^ sum)) >= 0;
        boolean countFits = ((counts[slot] ^ count) & (sign ^ count)) >= 0;
        if (productFits && sumFits && countFits) {
            amounts[slot] = sum;
            counts[slot] = count;
        } else {
            moveToWide(slot, customerId, sign, BigInteger.valueOf(factor).multiply(BigInteger.valueOf(priceUnits)));
        }
        return size() != sizeBefore;
    }

    /** Number of customers. */
    public int size() {
        return holdsCustomerZero ? used + 1 : used;
    }

    /** Passes on every delta that is not zero, in no particular order. */
    public void forEach(Visitor visitor) {
        for (int slot = 0; slot < customers.length; slot++) {
            if (wide == null && (counts[slot] != 0 || amounts[slot] != 0)) {
                visitor.delta(customers[slot], counts[slot], amounts[slot]);
            } else if (wide != null && isUsed(slot)) {
                visitWhole(slot, visitor);
            }
        }
    }

    private void visitWhole(int slot, Visitor visitor) {
        Wide beside = wide.get(customers[slot]);
        Wide whole = beside == null ? wide(slot) : wide(slot).plus(beside);
        if (!whole.isZero()) {
            visitor.wideDelta(customers[slot], whole.orderCount, whole.amountUnits);
        }
    }

    private boolean isUsed(int slot) {
        return customers[slot] != 0 || slot == mask + 1 && holdsCustomerZero;
    }

    private Wide wide(int slot) {
        return new Wide(counts[slot], BigInteger.valueOf(amounts[slot]));
    }

    /** A copy that does not change with this one: for those who look on without the monitor. */
    CustomerTotals copy() {
        CustomerTotals copy = new CustomerTotals();
        copy.customers = customers.clone();
        copy.counts = counts.clone();
        copy.amounts = amounts.clone();
        copy.mask = mask;
        copy.shift = shift;
        copy.used = used;
        copy.holdsCustomerZero = holdsCustomerZero;
        copy.wide = wide == null ? null : new HashMap<>(wide);
        return copy;
    }

    /** A copy that holds one customer only, or nothing. */
    CustomerTotals only(int customerId) {
        CustomerTotals one = new CustomerTotals();
        int slot = customerId == 0 ? mask + 1 : find(customerId);
        if (customers[slot] == customerId) {
            one.add(customerId, counts[slot], amounts[slot]);
            if (wide != null && wide.containsKey(customerId)) {
                one.addWide(customerId, wide.get(customerId));
            }
        }
        return one;
    }

    /** Adds everything that another one holds. */
    void addAll(CustomerTotals other) {
        for (int slot = 0; slot < other.customers.length; slot++) {
            if (other.isUsed(slot)) {
                add(other.customers[slot], other.counts[slot], other.amounts[slot]);
            }
        }
        if (other.wide != null) {
            other.wide.forEach(this::addWide);
        }
    }

    private void add(int customerId, int orders, long amountUnits) {
        int slot = slotFor(customerId);
        long sum = amounts[slot] + amountUnits;
        int count = counts[slot] + orders;
        boolean sumFits = ((amounts[slot] ^ sum) & (amountUnits ^ sum)) >= 0;
        boolean countFits = ((counts[slot] ^ count) & (orders ^ count)) >= 0;
        if (sumFits && countFits) {
            amounts[slot] = sum;
            counts[slot] = count;
        } else {
            addWide(customerId, new Wide(orders, BigInteger.valueOf(amountUnits)));
        }
    }

    private void addWide(int customerId, Wide delta) {
        slotFor(customerId);
        if (wide == null) {
            wide = new HashMap<>();
        }
        wide.merge(customerId, delta, Wide::plus);
    }

    private void moveToWide(int slot, int customerId, int sign, BigInteger amountUnits) {
        addWide(customerId, wide(slot).plus(new Wide(sign, amountUnits)));
        counts[slot] = 0;
        amounts[slot] = 0;
    }

    private int slotFor(int customerId) {
        if (customerId == 0) {
            holdsCustomerZero = true;
            return mask + 1;
        }
        int slot = find(customerId);
        if (customers[slot] == customerId) {
            return slot;
        }
        if (used + 1 > FULLEST * (mask + 1)) {
            grow();
            slot = find(customerId);
        }
        customers[slot] = customerId;
        used++;
        return slot;
    }

    /** The slot that holds the customer, or the empty one where it belongs. */
    private int find(int customerId) {
        int slot = customerId * SPREAD >>> shift;
        while (customers[slot] != 0 && customers[slot] != customerId) {
            slot = slot + 1 & mask;
        }
        return slot;
    }

    private void grow() {
        int[] oldCustomers = customers;
        int[] oldCounts = counts;
        long[] oldAmounts = amounts;
        int oldZeroSlot = mask + 1;
        allocate(Math.multiplyExact(oldZeroSlot, 2));
        for (int old = 0; old < oldZeroSlot; old++) {
            if (oldCustomers[old] != 0) {
                int slot = find(oldCustomers[old]);
                customers[slot] = oldCustomers[old];
                counts[slot] = oldCounts[old];
                amounts[slot] = oldAmounts[old];
            }
        }
        counts[mask + 1] = oldCounts[oldZeroSlot];
        amounts[mask + 1] = oldAmounts[oldZeroSlot];
    }

    private void allocate(int slots) {
        customers = new int[slots + 1];
        counts = new int[slots + 1];
        amounts = new long[slots + 1];
        mask = slots - 1;
        shift = Integer.numberOfLeadingZeros(mask);
    }
}
