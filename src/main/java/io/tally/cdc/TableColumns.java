package io.tally.cdc;

import java.util.Objects;

/**
 * What the columns of the table can hold that cannot be counted. A record with such a value tells of the row, which is left
 * out then, here and when the results are filled from the table. The same value of a column that cannot hold it tells that
 * something is wrong with the record.
 */
public record TableColumns(Column customerId, Column quantity, Column price, Column eventTime) {

    /** For a table as the pipeline creates it, or one of which nothing is known. */
    public static final TableColumns STRICT =
            new TableColumns(Column.STRICT, Column.STRICT, Column.STRICT, Column.STRICT);

    /**
     * A column.
     *
     * @param nullable whether it can hold nulls
     * @param large whether it can hold numbers larger than what is counted with
     * @param fine whether it can hold numbers with more decimals than what is counted with
     */
    public record Column(boolean nullable, boolean large, boolean fine) {

        /** It holds nothing that cannot be counted, but for what is not finite. */
        public static final Column STRICT = new Column(false, false, false);
    }

    public TableColumns {
        Objects.requireNonNull(customerId);
        Objects.requireNonNull(quantity);
        Objects.requireNonNull(price);
        Objects.requireNonNull(eventTime);
    }
}
