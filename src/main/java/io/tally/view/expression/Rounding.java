package io.tally.view.expression;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * A cast to an integer type or to {@code numeric(p, s)}: rounded to so many places, a tie away from zero. The bounds of
 * the type are left out: beyond them PostgreSQL raises an error, and then there is nothing to be equal to.
 *
 * @param places behind the point; negative for places before it
 */
public record Rounding(NumberExpression operand, int places) implements NumberExpression {

    @Override
    public int scale() {
        return Math.max(places, 0);
    }

    @Override
    public int digits() {
        return operand.digits() == ANY ? ANY : scale();
    }

    @Override
    public long units(RowImage row) {
        long units = operand.units(row);
        if (units == NULL) {
            return NULL;
        }
        int dropped = operand.scale() - places;
        if (units == OUTSIDE || places < 0 || dropped > Powers.MAX) {
            return NumberExpression.fitted(exact(row), scale());
        }
        if (dropped <= 0) {
            return Powers.scaled(units, -dropped);
        }
        long unit = Powers.OF_TEN[dropped];
        long quotient = units / unit;
        long rest = Math.abs(units % unit);
        return rest >= unit - rest ? quotient + (units < 0 ? -1 : 1) : quotient;
    }

    @Override
    public BigDecimal exact(RowImage row) {
        BigDecimal value = operand.exact(row);
        return value == null ? null : value.setScale(places, RoundingMode.HALF_UP);
    }

    @Override
    public boolean nullable() {
        return operand.nullable();
    }

    @Override
    public void sql(StringBuilder out) {
        out.append("round(");
        operand.sql(out);
        out.append(", ").append(places).append(')');
    }
}
