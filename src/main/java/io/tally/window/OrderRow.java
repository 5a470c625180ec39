package io.tally.window;

import io.tally.cdc.CapturedRow;
import io.tally.cdc.TableColumns;
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

    /** By their places among the columns of the view. */
    private static final int[] IN_VIEW = {1, 2, 3, 0};

    /** Digits that 64 bits have room for. */
    private static final int DIGITS = 19;

    private final int priceScale;
    private final long[] units = new long[IN_VIEW.length];
    private long priceUnits;

    /** The columns of the last row, and whether their units are those that are counted with. */
    private TableColumns table;

    private boolean plainQuantity;
    private boolean plainPrice;

    /** @param view the default view */
    OrderRow(View view) {
        priceScale = view.columns().get(IN_VIEW[PRICE]).type().scale();
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
        long customer = row.units(CUSTOMER_ID);
        if (customer != (int) customer) {
            return ValueFault.NUMBER_OUT_OF_RANGE;
        }
        units[IN_VIEW[EVENT_TIME]] = row.units(EVENT_TIME);
        units[IN_VIEW[CUSTOMER_ID]] = customer;
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
        units[IN_VIEW[QUANTITY]] = pieces;
        return pieces == (int) pieces ? null : ValueFault.NUMBER_OUT_OF_RANGE;
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
