package io.tally.window;

import io.tally.cdc.CapturedRow;
import io.tally.cdc.TableColumns;
import io.tally.view.expression.NumberExpression;
import java.math.BigDecimal;

/**
 * What the default view counts of a row: its columns are at fixed places, a customer and a quantity are counted with in 32
 * bits, an amount in 64 bits of the price's units. Holds the row that was read last.
 */
final class OrderRow {

    static final int CUSTOMER_ID = 0;
    static final int QUANTITY = 1;
    static final int PRICE = 2;
    static final int EVENT_TIME = 3;

    /** Windows have the times from there on only, so that begin and end of each are in PostgreSQL's range: 4713 BC. */
    private static final long FIRST_MICROS = -210_863_520_000_000_000L;

    /** Digits that 64 bits have room for. */
    private static final int DIGITS = 19;

    private final int priceScale;

    /** The columns of the last row, and whether their units are those that are counted with. */
    private TableColumns table;

    private boolean plainQuantity;
    private boolean plainPrice;

    private long eventTimeMs;
    private int customerId;
    private int quantity;
    private long priceUnits;

    /** @param priceScale decimals of a price unit: 2 makes units of cents */
    OrderRow(int priceScale) {
        this.priceScale = priceScale;
    }

    /** Reads a row that is there and returns null, or the reason why it counts nothing. */
    ValueFault read(CapturedRow row) {
        if (row.table() != table) {
            table = row.table();
            plainQuantity = table.scale(QUANTITY) == 0;
            plainPrice = table.scale(PRICE) == priceScale;
        }
        if (!row.isPlain()) {
            return faultOf(row);
        }
        long micros = row.units(EVENT_TIME);
        if (micros < FIRST_MICROS) {
            return ValueFault.TIME_OUT_OF_RANGE;
        }
        long customer = row.units(CUSTOMER_ID);
        if (customer != (int) customer) {
            return ValueFault.NUMBER_OUT_OF_RANGE;
        }
        eventTimeMs = Math.floorDiv(micros, 1000);
        customerId = (int) customer;
        ValueFault fault = readQuantity(row);
        return fault == null ? readPrice(row) : fault;
    }

    private static ValueFault faultOf(CapturedRow row) {
        int column = 0;
        while (!row.isNull(column) && row.isFinite(column)) {
            column++;
        }
        if (row.isNull(column)) {
            return ValueFault.NULL_VALUE;
        }
        if (column != EVENT_TIME) {
            return ValueFault.NOT_FINITE;
        }
        return row.isFar(column) ? ValueFault.TIME_OUT_OF_RANGE : ValueFault.INFINITE_TIME;
    }

    private ValueFault readQuantity(CapturedRow row) {
        long pieces = row.units(QUANTITY);
        if (!plainQuantity || pieces == NumberExpression.OUTSIDE) {
            BigDecimal exact = row.decimal(QUANTITY).stripTrailingZeros();
            ValueFault fault = faultOf(exact, 0);
            if (fault != null) {
                return fault;
            }
            pieces = exact.longValueExact();
        }
        quantity = (int) pieces;
        return quantity == pieces ? null : ValueFault.NUMBER_OUT_OF_RANGE;
    }

    private ValueFault readPrice(CapturedRow row) {
        priceUnits = row.units(PRICE);
        if (!plainPrice || priceUnits == NumberExpression.OUTSIDE) {
            BigDecimal exact = row.decimal(PRICE).stripTrailingZeros();
            ValueFault fault = faultOf(exact, priceScale);
            if (fault != null) {
                return fault;
            }
            priceUnits = exact.movePointRight(priceScale).longValueExact();
        }
        return null;
    }

    /** Why a number is not counted with in 64 bits of a scale's units, or null if it is. */
    private static ValueFault faultOf(BigDecimal shortest, int scale) {
        if (shortest.scale() > scale) {
            return ValueFault.FINER_NUMBER;
        }
        boolean large = shortest.precision() - shortest.scale() > DIGITS
                || shortest.setScale(scale).unscaledValue().bitLength() >= Long.SIZE;
        return large ? ValueFault.NUMBER_OUT_OF_RANGE : null;
    }

    /** In ms since the Unix epoch, rounded down. */
    long eventTimeMs() {
        return eventTimeMs;
    }

    int customerId() {
        return customerId;
    }

    int quantity() {
        return quantity;
    }

    long priceUnits() {
        return priceUnits;
    }
}
