package io.tally.view.expression;

import java.math.BigDecimal;

/** {@code left * right}; scales add up, so nothing is rounded. */
public record Multiplication(NumberExpression left, NumberExpression right) implements NumberExpression {

    @Override
    public int scale() {
        return sum(left.scale(), right.scale());
    }

    @Override
    public int digits() {
        return sum(left.digits(), right.digits());
    }

    private static int sum(int left, int right) {
        return left < 0 || right < 0 ? Math.min(left, right) : left + right;
    }

    @Override
    public long units(RowImage row) {
        long l = left.units(row);
        long r = right.units(row);
        if (l > OUTSIDE && r > OUTSIDE) {
            return Powers.product(l, r);
        }
        return l == NULL || r == NULL ? NULL : OUTSIDE;
    }

    @Override
    public BigDecimal exact(RowImage row) {
        BigDecimal l = left.exact(row);
        BigDecimal r = right.exact(row);
        return l == null || r == null ? null : l.multiply(r);
    }

    @Override
    public boolean nullable() {
        return left.nullable() || right.nullable();
    }

    @Override
    public void sql(StringBuilder out) {
        out.append('(');
        left.sql(out);
        out.append(" * ");
        right.sql(out);
        out.append(')');
    }
}
