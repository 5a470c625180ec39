package io.tally.window;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CustomerTotalsTest {

    record Delta(long orderCount, BigInteger amountUnits) {
        static final Delta NONE = new Delta(0, BigInteger.ZERO);

        Delta plus(long count, BigInteger amount) {
            return new Delta(orderCount + count, amountUnits.add(amount));
        }
    }

    /** What the totals say, added up by customer, without customers whose delta is zero. */
    static Map<Integer, Delta> read(CustomerTotals totals) {
        Map<Integer, Delta> deltas = new HashMap<>();
        totals.forEach(new CustomerTotals.Visitor() {
            @Override
            public void delta(int customerId, long orderCount, long amountUnits) {
                wideDelta(customerId, orderCount, BigInteger.valueOf(amountUnits));
            }

            @Override
            public void wideDelta(int customerId, long orderCount, BigInteger amountUnits) {
                deltas.merge(
                        customerId,
                        new Delta(orderCount, amountUnits),
                        (one, other) -> one.plus(other.orderCount, other.amountUnits));
            }
        });
        deltas.values().removeIf(Delta.NONE::equals);
        return deltas;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void add_randomOrders_equalsNaiveSums(long seed) {
        Random random = new Random(seed);
        CustomerTotals totals = new CustomerTotals();
        Map<Integer, Delta> expected = new HashMap<>();
        int customers = 1 + random.nextInt(3_000);
        for (int i = 0; i < 20_000; i++) {
            int customer = random.nextInt(customers) - customers / 2;
            int sign = random.nextInt(4) == 0 ? -1 : 1;
            int quantity = random.nextInt(50) == 0 ? Integer.MIN_VALUE : random.nextInt(10);
            long price = random.nextInt(50) == 0 ? Long.MAX_VALUE - random.nextInt(9) : random.nextInt(50_000);
            boolean isNew = totals.add(customer, sign, quantity, price);
            assertEquals(!expected.containsKey(customer), isNew, () -> "seed " + seed);
            BigInteger amount = BigInteger.valueOf((long) sign * quantity).multiply(BigInteger.valueOf(price));
            expected.merge(customer, new Delta(sign, amount), (a, b) -> a.plus(b.orderCount, b.amountUnits));
        }
        assertEquals(expected.size(), totals.size(), () -> "seed " + seed);
        expected.values().removeIf(Delta.NONE::equals);
        assertEquals(expected, read(totals), () -> "seed " + seed);
    }

    @Test
    void add_orderAndItsRetraction_leavesNothingToSay() {
        CustomerTotals totals = new CustomerTotals();
        assertTrue(totals.add(7, 1, 2, 350));
        assertFalse(totals.add(7, -1, 2, 350));
        assertEquals(1, totals.size());
        assertEquals(Map.of(), read(totals));
    }

    @Test
    void add_customerZero_isACustomerLikeOthers() {
        CustomerTotals totals = new CustomerTotals();
        assertTrue(totals.add(0, 1, 2, 350));
        assertFalse(totals.add(0, 1, 1, 1));
        for (int customer = 1; customer <= 100; customer++) {
            totals.add(customer, 1, 1, customer);
        }
        assertEquals(101, totals.size());
        assertEquals(new Delta(2, BigInteger.valueOf(701)), read(totals).get(0));
    }

    @Test
    void add_amountsBeyondALong_areExact() {
        CustomerTotals totals = new CustomerTotals();
        totals.add(1, 1, Integer.MAX_VALUE, 999_999_999_999L);
        totals.add(1, 1, 1, Long.MAX_VALUE);
        totals.add(1, 1, 1, Long.MAX_VALUE);
        totals.add(1, -1, 1, 5);
        BigInteger expected = BigInteger.valueOf(Integer.MAX_VALUE)
                .multiply(BigInteger.valueOf(999_999_999_999L))
                .add(BigInteger.valueOf(Long.MAX_VALUE).shiftLeft(1))
                .subtract(BigInteger.valueOf(5));
        assertEquals(new Delta(2, expected), read(totals).get(1));
    }

    /** Totals of customers around zero, some amounts too large for a long. */
    private static CustomerTotals random(Random random) {
        CustomerTotals totals = new CustomerTotals();
        for (int i = 0; i < 2_000; i++) {
            long price = random.nextInt(50) == 0 ? Long.MAX_VALUE - random.nextInt(9) : random.nextInt(50_000);
            totals.add(random.nextInt(400) - 200, random.nextInt(4) == 0 ? -1 : 1, 1 + random.nextInt(9), price);
        }
        return totals;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void copyOnlyAndAddAll_randomTotals_equalNaiveSums(long seed) {
        Random random = new Random(seed);
        CustomerTotals one = random(random);
        CustomerTotals other = random(random);
        Map<Integer, Delta> expected = read(one);
        read(other)
                .forEach((customer, delta) ->
                        expected.merge(customer, delta, (a, b) -> a.plus(b.orderCount, b.amountUnits)));
        expected.values().removeIf(Delta.NONE::equals);
        CustomerTotals sum = one.copy();
        sum.addAll(other);
        assertEquals(expected, read(sum), () -> "seed " + seed);
        for (int customer = -201; customer < 201; customer++) {
            Delta wanted = expected.get(customer);
            assertEquals(wanted == null ? Map.of() : Map.of(customer, wanted), read(sum.only(customer)));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void ranking_randomTotals_isTheHighestFirst(long seed) {
        CustomerTotals totals = random(new Random(seed));
        List<Integer> expected = read(totals).entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<Integer, Delta> entry) -> entry.getValue().amountUnits)
                        .reversed()
                        .thenComparing(Map.Entry::getKey))
                .limit(20)
                .map(Map.Entry::getKey)
                .toList();
        CustomerRanking ranking = CustomerRanking.of(totals, 20);
        assertEquals(
                expected,
                ranking.top().stream().map(CustomerRanking.Entry::customerId).toList(),
                () -> "seed " + seed);
        assertEquals(totals.size(), ranking.customers());
    }
}
