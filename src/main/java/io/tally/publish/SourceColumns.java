package io.tally.publish;

import java.util.OptionalInt;

/**
 * What the catalog of the database says of the source table's decimals. Known before the first record is read, because it
 * is looked up whenever partitions are taken over. Any thread may ask.
 */
public final class SourceColumns {

    private record Decimals(OptionalInt price, OptionalInt quantity) {}

    private volatile Decimals decimals = new Decimals(OptionalInt.empty(), OptionalInt.empty());

    void set(OptionalInt price, OptionalInt quantity) {
        decimals = new Decimals(price, quantity);
    }

    /** Decimals of the price, if it is a numeric with a scale. */
    public OptionalInt priceDecimals() {
        return decimals.price;
    }

    /** The same of the quantity. */
    public OptionalInt quantityDecimals() {
        return decimals.quantity;
    }
}
