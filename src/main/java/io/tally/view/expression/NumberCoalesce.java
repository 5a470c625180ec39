package io.tally.view.expression;

import java.math.BigDecimal;
import java.util.List;

/**
 * {@code COALESCE} of numbers.
 *
 * @param operands of this scale, unless it is varying
 */
public record NumberCoalesce(List<NumberExpression> operands, int scale) implements NumberExpression {

    /** Of operands of any scale. */
    public static NumberCoalesce of(List<NumberExpression> operands) {
        return new NumberCoalesce(Branches.aligned(operands), Branches.scale(operands));
    }

    @Override
    public int digits() {
        return Branches.digits(operands);
    }

    @Override
    public long units(RowImage row) {
        for (NumberExpression operand : operands) {
            long units = operand.units(row);
            if (units != NULL) {
                return scale == VARYING ? OUTSIDE : units;
            }
        }
        return NULL;
    }

    @Override
    public BigDecimal exact(RowImage row) {
        for (NumberExpression operand : operands) {
            BigDecimal value = operand.exact(row);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    @Override
    public boolean nullable() {
        return operands.stream().allMatch(Expression::nullable);
    }

    @Override
    public void sql(StringBuilder out) {
        out.append("COALESCE(");
        for (int i = 0; i < operands.size(); i++) {
            out.append(i == 0 ? "" : ", ");
            operands.get(i).sql(out);
        }
        out.append(')');
    }
}
