package io.tally.cdc;

/**
 * How columns are written, as far as JSON does not tell.
 *
 * @param priceDecimals decimals of the price where a string of it holds the unscaled bytes in base64, or {@link #TEXT}
 * @param quantityDecimals the same of the quantity
 * @param eventTime the unit of an event time that is a number, or null if it is not known
 */
public record ColumnTypes(int priceDecimals, int quantityDecimals, EpochUnit eventTime) {

    /** A string holds decimal text. */
    public static final int TEXT = Integer.MIN_VALUE;

    /** For decimals as text and times as text. */
    public static final ColumnTypes TEXTS = new ColumnTypes(TEXT, TEXT, null);
}
