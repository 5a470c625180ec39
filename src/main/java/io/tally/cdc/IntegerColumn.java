package io.tally.cdc;

import io.tally.cdc.json.Members;
import io.tally.cdc.value.IntegerText;
import io.tally.view.expression.NumberExpression;

/** A column of an integer type. */
final class IntegerColumn extends ColumnReader {

    private final long least;
    private final long most;

    IntegerColumn(long least, long most) {
        this.least = least;
        this.most = most;
    }

    @Override
    void read(byte[] record, int start, int end, ColumnTypes types, CapturedRow row, int column) {
        long usual = IntegerText.usual(record, start, end);
        if (usual >= 0 && usual <= most) {
            row.setUnits(column, usual);
            return;
        }
        if (!Members.isNumber(record[start]) || !IntegerText.isInteger(record, start, end)) {
            refuse(record, start, end, row, column, ColumnFault.WRONG_TYPE);
            return;
        }
        if (IntegerText.fits(record, start, end)) {
            long value = IntegerText.value(record, start, end);
            if (value >= least && value <= most) {
                // The lowest two numbers have another meaning.
                row.setUnits(column, Math.max(value, NumberExpression.OUTSIDE));
                return;
            }
        }
        row.setFault(column, ColumnFault.OUT_OF_RANGE);
    }
}
