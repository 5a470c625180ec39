package io.tally.window;

/**
 * One image of an order row, before or after a change, as a decoder found it. Reused from record to record: nothing
 * keeps a reference to it beyond the call it was passed to.
 */
public final class RowImage {

    private boolean present;
    private boolean finite;
    private long eventTimeMs;
    private int customerId;
    private int quantity;
    private long priceUnits;

    /** Forgets the row: a change that has no such image. */
    public void clear() {
        present = false;
        finite = false;
    }

    /**
     * Sets a row with a finite event time.
     *
     * @param eventTimeMs {@code event_ts} in ms since the Unix epoch, rounded down
     * @param priceUnits price in units of the scale of the pipeline (cents, for a scale of 2)
     */
    public void set(long eventTimeMs, int customerId, int quantity, long priceUnits) {
        this.present = true;
        this.finite = true;
        this.eventTimeMs = eventTimeMs;
        this.customerId = customerId;
        this.quantity = quantity;
        this.priceUnits = priceUnits;
    }

    /** Sets a row whose {@code event_ts} is infinite: it belongs to no window and so contributes nothing. */
    public void setInfinite() {
        this.present = true;
        this.finite = false;
    }

    /** Whether the change has this image. */
    public boolean present() {
        return present;
    }

    /** Whether the row belongs to a window at all; the other getters mean nothing unless it does. */
    public boolean finite() {
        return finite;
    }

    public long eventTimeMs() {
        return eventTimeMs;
    }

    public int customerId() {
        return customerId;
    }

    public int quantity() {
        return quantity;
    }

    public long priceUnits() {
        return priceUnits;
    }
}
