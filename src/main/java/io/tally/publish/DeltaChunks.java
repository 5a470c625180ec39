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
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The deltas of publications as columns, cut into parameters for statements of bounded size, each made when it is asked for:
 * they take several times the memory of what they are made from. Rows are in the order of their key, so that what several
 * partitions add to one row is added up by one statement, and written once.
 */
final class DeltaChunks implements Iterator<Tuple> {

    /** Rows that a server adds in a second or two, and most publications have fewer of. */
    static final int MOST_ROWS = 20_000;

    private static final int FIRST_ROWS = 256;

    /** What one partition adds to a window. */
    private record Share(int partition, CustomerTotals totals) {}

    private final long windowSeconds;
    private final int priceScale;
    private final Iterator<Map.Entry<Long, List<Share>>> windows;
    private Window window = new Window(0, List.of());

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
        SortedMap<Long, List<Share>> shares = new TreeMap<>();
        for (Publication publication : publications) {
            for (WindowDeltas deltas : publication.deltas()) {
                shares.computeIfAbsent(deltas.startMs(), start -> new ArrayList<>(1))
                        .add(new Share(publication.partition(), deltas.totals()));
            }
        }
        windows = shares.entrySet().iterator();
    }

    @Override
    public boolean hasNext() {
        while (window.isOver() && windows.hasNext()) {
            Map.Entry<Long, List<Share>> next = windows.next();
            window = new Window(next.getKey() / 1000, next.getValue());
        }
        return !window.isOver();
    }

    /** Parameters in the order: size of a window, partitions, window starts, customers, amounts, order counts. */
    @Override
    public Tuple next() {
        rows = 0;
        // Not cut between the shares of one customer.
        while (hasNext() && (rows < MOST_ROWS || customers[rows - 1] == window.customer())) {
            if (rows == customers.length) {
                grow();
            }
            window.moveTo(rows++);
        }
        return Tuple.of(windowSeconds)
                .addArrayOfInteger(Arrays.copyOf(partitions, rows))
                .addArrayOfLong(Arrays.copyOf(windowStarts, rows))
                .addArrayOfInteger(Arrays.copyOf(customers, rows))
                .addValue(Arrays.copyOf(amounts, rows))
                .addArrayOfLong(Arrays.copyOf(counts, rows));
    }

    private void grow() {
        partitions = Arrays.copyOf(partitions, 2 * rows);
        windowStarts = Arrays.copyOf(windowStarts, 2 * rows);
        customers = Arrays.copyOf(customers, 2 * rows);
        amounts = Arrays.copyOf(amounts, 2 * rows);
        counts = Arrays.copyOf(counts, 2 * rows);
    }

    /** The rows of one window, from all partitions, in the order of their customers. */
    private final class Window implements CustomerTotals.Visitor {
        private final Long start;
        private final Integer[] partitionOf;
        private final int[] customerOf;
        private final long[] amountOf;
        private final long[] countOf;
        /** Amounts that do not fit, by row. */
        private final Map<Integer, BigInteger> wide = new HashMap<>();
        /** Customer in the upper half, row in the lower. */
        private final long[] keys;

        private Integer partition;
        private int size;
        private int next;

        Window(long startSeconds, List<Share> shares) {
            int most = shares.stream().mapToInt(share -> share.totals().size()).sum();
            start = startSeconds;
            partitionOf = new Integer[most];
            customerOf = new int[most];
            amountOf = new long[most];
            countOf = new long[most];
            for (Share share : shares) {
                partition = share.partition();
                share.totals().forEach(this);
            }
            keys = new long[size];
            for (int row = 0; row < size; row++) {
                keys[row] = (long) customerOf[row] << Integer.SIZE | row;
            }
            Arrays.sort(keys);
        }

        boolean isOver() {
            return next == size;
        }

        /** The customer of the next row. */
        int customer() {
            return customerOf[(int) keys[next]];
        }

        /** Makes the next row one of the chunk. */
        void moveTo(int row) {
            int from = (int) keys[next++];
            BigInteger tooWide = wide.get(from);
            partitions[row] = partitionOf[from];
            windowStarts[row] = start;
            customers[row] = customerOf[from];
            amounts[row] = Numeric.create(
                    tooWide == null
                            ? BigDecimal.valueOf(amountOf[from], priceScale)
                            : new BigDecimal(tooWide, priceScale));
            counts[row] = countOf[from];
        }

        @Override
        public void delta(int customerId, long orderCount, long amountUnits) {
            partitionOf[size] = partition;
            customerOf[size] = customerId;
            amountOf[size] = amountUnits;
            countOf[size] = orderCount;
            size++;
        }

        @Override
        public void wideDelta(int customerId, long orderCount, BigInteger amountUnits) {
            wide.put(size, amountUnits);
            delta(customerId, orderCount, 0);
        }
    }
}
