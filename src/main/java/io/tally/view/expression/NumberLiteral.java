package io.tally.view.expression;

import java.math.BigDecimal;

/**
 * A number that is written down, or NULL.
 *
 * @param units the value in units of its scale, or {@link #NULL} or {@link #OUTSIDE}
 */
public record NumberLiteral(BigDecimal value, long units) implements NumberExpression {

    /** A literal with the digits that it is written with. */
    public static NumberLiteral of(BigDecimal value) {
        return new NumberLiteral(value, value == null ? NULL : NumberExpression.fitted(value, value.scale()));
    }

    @Override
    public int scale() {
        return value == null ? 0 : value.scale();
    }

    @Override
    public int digits() {
        return value == null ? ANY : value.scale();
    }

    @Override
    public long units(RowImage row) {
        return units;
    }

    @Override
    public BigDecimal exact(RowImage row) {
        return value;
    }

    @Override
    public boolean nullable() {
        return value == null;
    }

    @Override
    public void sql(StringBuilder out) {
        if (value == null) {
            out.append("NULL::numeric");
        } else {
            out.append('\'').append(value.toPlainString()).append("'::numeric");
        }
    }
}
