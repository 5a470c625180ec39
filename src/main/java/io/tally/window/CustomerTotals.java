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

    /** Receives the deltas of a window. A customer may be named by both methods; the deltas then add up. */
    public interface Visitor {
        void delta(int customerId, long orderCount, long amountUnits);

        /** The same for an amount that does not fit a long. */
        void wideDelta(int customerId, long orderCount, BigInteger amountUnits);
    }

    private record Wide(long orderCount, BigInteger amountUnits) {
        Wide plus(Wide other) {
            return new Wide(Math.addExact(orderCount, other.orderCount), amountUnits.add(other.amountUnits));
        }
    }

    private static final int SMALLEST_TABLE = 16;
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
            addWide(slot, customerId, sign, BigInteger.valueOf(factor).multiply(BigInteger.valueOf(priceUnits)));
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
            if (counts[slot] != 0 || amounts[slot] != 0) {
                visitor.delta(customers[slot], counts[slot], amounts[slot]);
            }
        }
        if (wide != null) {
            wide.forEach((customerId, delta) -> {
                if (delta.orderCount != 0 || delta.amountUnits.signum() != 0) {
                    visitor.wideDelta(customerId, delta.orderCount, delta.amountUnits);
                }
            });
        }
    }

    private void addWide(int slot, int customerId, int sign, BigInteger amountUnits) {
        if (wide == null) {
            wide = new HashMap<>();
        }
        Wide delta = new Wide(
                counts[slot] + (long) sign, BigInteger.valueOf(amounts[slot]).add(amountUnits));
        wide.merge(customerId, delta, Wide::plus);
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
