package io.tally.view.expression;

import java.math.BigDecimal;

/** A number in smaller units than its own, so that it can be added to another or compared with it. */
public record Rescaled(NumberExpression operand, int scale) implements NumberExpression {

    /** The scale in which all of these can be expressed, or {@link #VARYING}. */
    static int common(NumberExpression... operands) {
        int scale = 0;
        for (NumberExpression operand : operands) {
            if (operand.scale() == VARYING) {
                return VARYING;
            }
            scale = Math.max(scale, operand.scale());
        }
        return scale;
    }

    /** The same number in units of this scale; itself where that is its own, or where there is none. */
    static NumberExpression to(int scale, NumberExpression operand) {
        return scale == VARYING || operand.scale() == scale ? operand : new Rescaled(operand, scale);
    }

    @Override
    public int digits() {
        return operand.digits();
    }

    @Override
    public long units(RowImage row) {
        return Powers.scaled(operand.units(row), scale - operand.scale());
    }

    @Override
    public BigDecimal exact(RowImage row) {
        return operand.exact(row);
    }

    @Override
    public boolean nullable() {
        return operand.nullable();
    }

    @Override
    public void sql(StringBuilder out) {
        operand.sql(out);
    }
}
