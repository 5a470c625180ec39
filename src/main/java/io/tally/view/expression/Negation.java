package io.tally.view.expression;

import java.math.BigDecimal;

/** {@code -x}. */
public record Negation(NumberExpression operand) implements NumberExpression {

    @Override
    public int scale() {
        return operand.scale();
    }

    @Override
    public int digits() {
        return operand.digits();
    }

    @Override
    public long units(RowImage row) {
        long units = operand.units(row);
        return units == NULL || units == OUTSIDE ? units : -units;
    }

    @Override
    public BigDecimal exact(RowImage row) {
        BigDecimal value = operand.exact(row);
        return value == null ? null : value.negate();
    }

    @Override
    public boolean nullable() {
        return operand.nullable();
    }

    @Override
    public void sql(StringBuilder out) {
        out.append("(- ");
        operand.sql(out);
        out.append(')');
    }
}
