package io.tally.window;

import io.tally.cdc.CapturedRow;
import io.tally.view.View;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import java.math.BigDecimal;

/**
 * What the default view counts of a row: its columns are at fixed places, a customer and a quantity are counted with in 32
 * bits, an amount in 64 bits of the price's units. Holds the row that was read last.
 */
final class OrderRow implements RowImage {

    /** Places among the columns that the decoder reads. */
    static final int CUSTOMER_ID = 0;

    static final int QUANTITY = 1;
    static final int PRICE = 2;
    static final int EVENT_TIME = 3;
    private static final int COLUMNS = 4;

    /** By their places among the columns of the view. */
    private static final int[] IN_VIEW = {1, 2, 3, 0};

    /** Digits that 64 bits have room for. */
    private static final int DIGITS = 19;

    private final int priceScale;
    private final long[] units = new long[COLUMNS];
    private long priceUnits;

    /** @param view the default view */
    OrderRow(View view) {
        priceScale = view.columns().get(IN_VIEW[PRICE]).type().scale();
    }

    /** A row of a customer, of whose other values nothing is known. */
    static OrderRow ofCustomer(View view, int customerId) {
        OrderRow row = new OrderRow(view);
        row.units[IN_VIEW[CUSTOMER_ID]] = customerId;
        return row;
    }

    /** Reads a row that is there and returns null, or the reason why it counts nothing. */
    ValueFault read(CapturedRow row) {
        for (int column = 0; column < COLUMNS; column++) {
            if (row.isNull(column)) {
                return ValueFault.NULL_VALUE;
            }
            if (!row.isFinite(column)) {
                return notFinite(row, column);
            }
        }
        long customer = row.units(CUSTOMER_ID);
        if (customer != (int) customer) {
            return ValueFault.NUMBER_OUT_OF_RANGE;
        }
        units[IN_VIEW[EVENT_TIME]] = row.units(EVENT_TIME);
        units[IN_VIEW[CUSTOMER_ID]] = customer;
        ValueFault fault = readQuantity(row);
        return fault == null ? readPrice(row) : fault;
    }

    private static ValueFault notFinite(CapturedRow row, int column) {
        if (column != EVENT_TIME) {
            return ValueFault.NOT_FINITE;
        }
        return row.isFar(column) ? ValueFault.TIME_OUT_OF_RANGE : ValueFault.INFINITE_TIME;
    }

    private ValueFault readQuantity(CapturedRow row) {
        long pieces = row.units(QUANTITY);
        if (row.scale(QUANTITY) != 0 || pieces == NumberExpression.OUTSIDE) {
            BigDecimal exact = row.decimal(QUANTITY).stripTrailingZeros();
            ValueFault fault = faultOf(exact, 0);
            if (fault != null) {
                return fault;
            }
            pieces = exact.longValueExact();
        }
        units[IN_VIEW[QUANTITY]] = pieces;
        return pieces == (int) pieces ? null : ValueFault.NUMBER_OUT_OF_RANGE;
    }

    private ValueFault readPrice(CapturedRow row) {
        priceUnits = row.units(PRICE);
        if (row.scale(PRICE) != priceScale || priceUnits == NumberExpression.OUTSIDE) {
            BigDecimal exact = row.decimal(PRICE).stripTrailingZeros();
            ValueFault fault = faultOf(exact, priceScale);
            if (fault != null) {
                return fault;
            }
            priceUnits = exact.movePointRight(priceScale).longValueExact();
        }
        // The two lowest numbers mean something else there.
        units[IN_VIEW[PRICE]] = Math.max(priceUnits, NumberExpression.OUTSIDE);
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
        return column == IN_VIEW[PRICE]
                ? BigDecimal.valueOf(priceUnits, priceScale)
                : BigDecimal.valueOf(units[column]);
    }

    @Override
    public String text(int column) {
        throw new IllegalStateException("the default view has no texts, column=" + column);
    }
}
