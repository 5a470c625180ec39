package io.tally.window;

import io.tally.view.expression.NumberExpression;
import java.math.BigDecimal;

/**
 * One image of an order row, before or after a change, as a decoder found it: the columns that the default view reads, in its
 * order. Reused from record to record: nothing keeps a reference to it beyond the call it was passed to.
 */
public final class RowImage implements io.tally.view.expression.RowImage {

    private static final int EVENT_TIME = 0;
    private static final int CUSTOMER_ID = 1;
    private static final int QUANTITY = 2;
    private static final int PRICE = 3;

    private final long[] units = new long[4];

    /** Places behind the point of a price; for whoever needs a number of any size. */
    int priceScale;

    private long priceUnits;
    private boolean present;
    private boolean counts;
    private ValueFault fault;

    /** Forgets the row: a change that has no such image. */
    public void clear() {
        present = false;
        counts = false;
    }

    /**
     * Sets a row that counts.
     *
     * @param eventTimeMs {@code event_ts} in ms since the Unix epoch, rounded down
     * @param priceUnits price in units of the scale of the pipeline (cents, for a scale of 2)
     */
    public void set(long eventTimeMs, int customerId, int quantity, long priceUnits) {
        this.present = true;
        this.counts = true;
        units[EVENT_TIME] = eventTimeMs * 1000;
        units[CUSTOMER_ID] = customerId;
        units[QUANTITY] = quantity;
        // The two lowest numbers mean something else there.
        units[PRICE] = Math.max(priceUnits, NumberExpression.OUTSIDE);
        this.priceUnits = priceUnits;
    }

    /** Sets a row that contributes nothing. */
    public void setFault(ValueFault newFault) {
        this.present = true;
        this.counts = false;
        this.fault = newFault;
    }

    /** Whether the change has this image. */
    public boolean present() {
        return present;
    }

    /** Whether the row is there and counts; the getters of its values mean nothing unless it does. */
    public boolean counts() {
        return counts;
    }

    /** Why the row counts nothing; means something only if it is there and does not count. */
    public ValueFault fault() {
        return fault;
    }

    public long eventTimeMs() {
        return Math.floorDiv(units[EVENT_TIME], 1000);
    }

    public int customerId() {
        return (int) units[CUSTOMER_ID];
    }

    public int quantity() {
        return (int) units[QUANTITY];
    }

    public long priceUnits() {
        return priceUnits;
    }

    @Override
    public boolean isNull(int column) {
        return false;
    }

    @Override
    public boolean isFinite(int column) {
        return true;
    }

    @Override
    public long units(int column) {
        return units[column];
    }

    @Override
    public BigDecimal decimal(int column) {
        return column == PRICE ? BigDecimal.valueOf(priceUnits, priceScale) : BigDecimal.valueOf(units[column]);
    }

    @Override
    public String text(int column) {
        throw new UnsupportedOperationException();
    }
}
