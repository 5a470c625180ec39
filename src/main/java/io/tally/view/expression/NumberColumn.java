package io.tally.view.expression;

import java.math.BigDecimal;

/**
 * A column of an integer type or of {@code numeric}.
 *
 * @param scale its declared scale, 0 for integers, {@link #VARYING} for {@code numeric} without one
 */
public record NumberColumn(ColumnRef column, int scale) implements NumberExpression {

    @Override
    public int digits() {
        return scale;
    }

    @Override
    public long units(RowImage row) {
        if (column.nullable() && row.isNull(column.index())) {
            return NULL;
        }
        return scale == VARYING ? OUTSIDE : row.units(column.index());
    }

    @Override
    public BigDecimal exact(RowImage row) {
        return isNull(row) ? null : row.decimal(column.index());
    }

    @Override
    public boolean nullable() {
        return column.nullable();
    }

    @Override
    public void sql(StringBuilder out) {
        column.sql(out);
        out.append("::numeric");
    }
}
