package io.tally.window;

/**
 * One image of an order row, before or after a change, as a decoder found it. Reused from record to record: nothing
 * keeps a reference to it beyond the call it was passed to.
 */
public final class RowImage {

    private boolean present;
    private boolean counts;
    private ValueFault fault;
    private long eventTimeMs;
    private int customerId;
    private int quantity;
    private long priceUnits;

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
        this.eventTimeMs = eventTimeMs;
        this.customerId = customerId;
        this.quantity = quantity;
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
