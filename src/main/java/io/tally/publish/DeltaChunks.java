package io.tally.publish;

import io.tally.window.CustomerTotals;
import io.tally.window.Publication;
import io.tally.window.WindowDeltas;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.data.Numeric;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The deltas of publications as columns, cut into parameters for statements of bounded size. Rows are in the order of their
 * key, so that what several partitions add to one row is added up by one statement, and written once.
 */
final class DeltaChunks {

    /** Rows that a server adds in a second or two, and most publications have fewer of. */
    static final int MOST_ROWS = 20_000;

    private static final int FIRST_ROWS = 256;

    /** What one partition adds to a window. */
    private record Share(int partition, CustomerTotals totals) {}

    private final long windowSeconds;
    private final int priceScale;
    private final List<Tuple> full = new ArrayList<>();

    private Integer[] partitions = new Integer[FIRST_ROWS];
    private Long[] windowStarts = new Long[FIRST_ROWS];
    private Integer[] customers = new Integer[FIRST_ROWS];
    private Numeric[] amounts = new Numeric[FIRST_ROWS];
    private Long[] counts = new Long[FIRST_ROWS];
    private int rows;

    /**
     * @param windowSeconds size of a window
     * @param priceScale decimals of an amount unit
     */
    DeltaChunks(List<Publication> publications, long windowSeconds, int priceScale) {
        this.windowSeconds = windowSeconds;
        this.priceScale = priceScale;
        SortedMap<Long, List<Share>> windows = new TreeMap<>();
        for (Publication publication : publications) {
            for (WindowDeltas window : publication.deltas()) {
                windows.computeIfAbsent(window.startMs(), start -> new ArrayList<>())
                        .add(new Share(publication.partition(), window.totals()));
            }
        }
        windows.forEach((startMs, shares) -> append(startMs / 1000, new Window(shares)));
        cut();
    }

    /** Parameters in the order: size of a window, partitions, window starts, customers, amounts, order counts. */
    List<Tuple> toList() {
        return full;
    }

    private void append(Long windowStart, Window window) {
        for (long key : window.keysInOrder()) {
            int row = (int) key;
            // Not between the shares of one customer.
            if (rows >= MOST_ROWS && customers[rows - 1] != window.customers[row]) {
                cut();
            }
            if (rows == customers.length) {
                resize(2 * rows);
            }
            partitions[rows] = window.partitions[row];
            windowStarts[rows] = windowStart;
            customers[rows] = window.customers[row];
            amounts[rows] = Numeric.create(window.amounts[row]);
            counts[rows] = window.counts[row];
            rows++;
        }
    }

    private void cut() {
        if (rows == 0) {
            return;
        }
        int size = customers.length;
        resize(rows);
        full.add(Tuple.of(windowSeconds)
                .addArrayOfInteger(partitions)
                .addArrayOfLong(windowStarts)
                .addArrayOfInteger(customers)
                .addValue(amounts)
                .addArrayOfLong(counts));
        rows = 0;
        partitions = new Integer[size];
        windowStarts = new Long[size];
        customers = new Integer[size];
        amounts = new Numeric[size];
        counts = new Long[size];
    }

    private void resize(int size) {
        partitions = Arrays.copyOf(partitions, size);
        windowStarts = Arrays.copyOf(windowStarts, size);
        customers = Arrays.copyOf(customers, size);
        amounts = Arrays.copyOf(amounts, size);
        counts = Arrays.copyOf(counts, size);
    }

    /** The rows of one window, from all partitions. */
    private final class Window implements CustomerTotals.Visitor {
        private final Integer[] partitions;
        private final int[] customers;
        private final BigDecimal[] amounts;
        private final long[] counts;
        private int size;
        private Integer partition;

        Window(List<Share> shares) {
            int most = shares.stream().mapToInt(share -> share.totals().size()).sum();
            partitions = new Integer[most];
            customers = new int[most];
            amounts = new BigDecimal[most];
            counts = new long[most];
            for (Share share : shares) {
                partition = share.partition();
                share.totals().forEach(this);
            }
        }

        /** Customer in the upper half, row in the lower. */
        long[] keysInOrder() {
            long[] keys = new long[size];
            for (int row = 0; row < size; row++) {
                keys[row] = (long) customers[row] << Integer.SIZE | row;
            }
            Arrays.sort(keys);
            return keys;
        }

        @Override
        public void delta(int customerId, long orderCount, long amountUnits) {
            add(customerId, orderCount, BigDecimal.valueOf(amountUnits, priceScale));
        }

        @Override
        public void wideDelta(int customerId, long orderCount, BigInteger amountUnits) {
            add(customerId, orderCount, new BigDecimal(amountUnits, priceScale));
        }

        private void add(int customerId, long orderCount, BigDecimal amount) {
            partitions[size] = partition;
            customers[size] = customerId;
            counts[size] = orderCount;
            amounts[size] = amount;
            size++;
        }
    }
}
