package io.tally.publish;

import java.util.OptionalInt;

/**
 * What the catalog of the database says of the source table's columns. Known before the first record is read, because it
 * is looked up whenever partitions are taken over. Any thread may ask.
 */
public final class SourceColumns {

    /**
     * A column.
     *
     * @param nullable whether it can hold nulls
     * @param large whether it can hold numbers larger than what is counted with
     * @param fine whether it can hold numbers with more decimals than what is counted with
     * @param decimals of its numbers, if it is a numeric with a scale
     */
    public record Column(boolean nullable, boolean large, boolean fine, OptionalInt decimals) {

        private static final Column UNKNOWN = new Column(false, false, false, OptionalInt.empty());
    }

    /** The columns that count, as they were at one moment. */
    public record Columns(Column customerId, Column quantity, Column price, Column eventTime) {}

    private volatile Columns columns = new Columns(Column.UNKNOWN, Column.UNKNOWN, Column.UNKNOWN, Column.UNKNOWN);

    void set(Columns found) {
        columns = found;
    }

    /** As they were when they were last looked at. */
    public Columns found() {
        return columns;
    }
}
