package io.tally.cdc;

import io.tally.cdc.value.DecimalFault;
import io.tally.cdc.value.DecimalReader;
import io.tally.cdc.value.DecimalText;
import io.tally.cdc.value.ExactDecimal;
import io.tally.view.Type;
import io.tally.view.expression.NumberExpression;
import java.math.BigDecimal;

/**
 * A column of type {@code numeric}, in units of its scale: worked out in 64 bits as long as they do, and left where it is
 * until it is asked for where they do not.
 */
final class DecimalColumn extends ColumnReader {

    /** Digits before and behind the point that a {@code numeric} without a scale can have. */
    private static final int MOST_WHOLE_DIGITS = 131_072;

    private static final int MOST_DECIMALS = 16_383;

    /** Scale with which a {@code numeric} without one is read to find out whether it is a number: most have no more decimals. */
    private static final int PROBE_SCALE = 4;

    private final Type type;
    private final DecimalReader decimal;

    /** Units below it, and above its negation, are known to fit the type; 0 if none are. */
    private final long limit;

    DecimalColumn(Type type) {
        this.type = type;
        boolean small = type.hasScale() && type.scale() >= 0 && type.scale() <= DecimalText.MAX_SCALE;
        decimal = new DecimalReader(small ? type.scale() : PROBE_SCALE);
        if (!small) {
            limit = 0;
        } else {
            limit = type.precision() <= DecimalText.MAX_SCALE
                    ? BigDecimal.TEN.pow(type.precision()).longValueExact()
                    : Long.MAX_VALUE;
        }
    }

    @Override
    void read(byte[] record, int start, int end, ColumnTypes types, CapturedRow row, int column) {
        DecimalFault against = decimal.read(record, start, end, types.decimals(column));
        long units = decimal.units();
        if (against == null && units < limit && units > -limit) {
            row.setUnits(column, units);
            return;
        }
        switch (against) {
            case WRONG_TYPE -> refuse(record, start, end, row, column, ColumnFault.WRONG_TYPE);
            case NO_NUMBER -> refuse(record, start, end, row, column, ColumnFault.NO_NUMBER);
            case NOT_FINITE -> row.setNotFinite(column);
            case null -> readLarge(record, start, end, types, row, column);
            case TOO_FINE, OUT_OF_RANGE -> readLarge(record, start, end, types, row, column);
        }
    }

    /** Reads a number that is in range or not, whatever its size. */
    private void readLarge(byte[] record, int start, int end, ColumnTypes types, CapturedRow row, int column) {
        BigDecimal exact = ExactDecimal.read(record, start, end, types.decimals(column));
        ColumnFault fault = exact == null ? ColumnFault.OUT_OF_RANGE : faultOf(exact);
        if (fault != null) {
            row.setFault(column, fault);
        } else {
            row.setUnits(
                    column,
                    type.hasScale()
                            ? NumberExpression.fitted(exact, Math.max(type.scale(), 0))
                            : NumberExpression.OUTSIDE);
        }
    }

    private ColumnFault faultOf(BigDecimal exact) {
        if (exact.signum() == 0) {
            return null;
        }
        BigDecimal shortest = exact.stripTrailingZeros();
        long wholeDigits = (long) shortest.precision() - shortest.scale();
        if (wholeDigits > (type.hasScale() ? type.precision() - type.scale() : MOST_WHOLE_DIGITS)) {
            return ColumnFault.OUT_OF_RANGE;
        }
        return shortest.scale() > (type.hasScale() ? type.scale() : MOST_DECIMALS) ? ColumnFault.TOO_FINE : null;
    }
}
