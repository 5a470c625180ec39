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

/** The deltas of publications as columns, cut into parameters for statements of bounded size. */
final class DeltaChunks implements CustomerTotals.Visitor {

    /** Rows that a server adds in a second or two, and most publications have fewer of. */
    static final int MOST_ROWS = 20_000;

    private static final int FIRST_ROWS = 256;

    private final long windowSeconds;
    private final int priceScale;
    private final List<Tuple> full = new ArrayList<>();

    private Integer[] partitions = new Integer[FIRST_ROWS];
    private Long[] windowStarts = new Long[FIRST_ROWS];
    private Integer[] customers = new Integer[FIRST_ROWS];
    private Numeric[] amounts = new Numeric[FIRST_ROWS];
    private Long[] counts = new Long[FIRST_ROWS];
    private int rows;
    private Integer partition;
    private Long windowStart;

    /**
     * @param windowSeconds size of a window
     * @param priceScale decimals of an amount unit
     */
    DeltaChunks(List<Publication> publications, long windowSeconds, int priceScale) {
        this.windowSeconds = windowSeconds;
        this.priceScale = priceScale;
        for (Publication publication : publications) {
            partition = publication.partition();
            for (WindowDeltas window : publication.deltas()) {
                windowStart = window.startMs() / 1000;
                window.totals().forEach(this);
            }
        }
        cut();
    }

    /** Parameters in the order: size of a window, partitions, window starts, customers, amounts, order counts. */
    List<Tuple> toList() {
        return full;
    }

    @Override
    public void delta(int customerId, long orderCount, long amountUnits) {
        append(customerId, orderCount, BigDecimal.valueOf(amountUnits, priceScale));
    }

    @Override
    public void wideDelta(int customerId, long orderCount, BigInteger amountUnits) {
        append(customerId, orderCount, new BigDecimal(amountUnits, priceScale));
    }

    private void append(int customerId, long orderCount, BigDecimal amount) {
        if (rows == MOST_ROWS) {
            cut();
        }
        if (rows == customers.length) {
            resize(Math.min(MOST_ROWS, 2 * rows));
        }
        partitions[rows] = partition;
        windowStarts[rows] = windowStart;
        customers[rows] = customerId;
        amounts[rows] = Numeric.create(amount);
        counts[rows] = orderCount;
        rows++;
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
}
