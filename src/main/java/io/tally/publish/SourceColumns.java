package io.tally.publish;

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
     * @param type as {@code format_type} writes it
     */
    public record Column(boolean nullable, boolean large, boolean fine, String type) {

        private static Column unknown(String type) {
            return new Column(false, false, false, type);
        }
    }

    /** The columns that count, as they were at one moment. */
    public record Columns(Column customerId, Column quantity, Column price, Column eventTime) {}

    private volatile Columns columns = new Columns(
            Column.unknown("integer"),
            Column.unknown("integer"),
            Column.unknown("numeric"),
            Column.unknown("timestamp with time zone"));

    void set(Columns found) {
        columns = found;
    }

    /** As they were when they were last looked at. */
    public Columns found() {
        return columns;
    }
}
