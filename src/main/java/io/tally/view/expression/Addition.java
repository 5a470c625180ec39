package io.tally.view.expression;

import java.math.BigDecimal;

/**
 * {@code left + right}, or {@code left - right}.
 *
 * @param left of the same scale as {@code right}, unless one of them is varying
 */
public record Addition(NumberExpression left, NumberExpression right, boolean subtracts) implements NumberExpression {

    /** Of operands of any scale. */
    public static Addition of(NumberExpression left, NumberExpression right, boolean subtracts) {
        int scale = Rescaled.common(left, right);
        return new Addition(Rescaled.to(scale, left), Rescaled.to(scale, right), subtracts);
    }

    @Override
    public int scale() {
        return left.scale() == VARYING ? VARYING : right.scale();
    }

    @Override
    public int digits() {
        int l = left.digits();
        int r = right.digits();
        return l < 0 || r < 0 ? Math.min(l, r) : Math.max(l, r);
    }

    @Override
    public long units(RowImage row) {
        long l = left.units(row);
        long r = right.units(row);
        if (l == NULL || r == NULL) {
            return NULL;
        }
        if (l == OUTSIDE || r == OUTSIDE) {
            return OUTSIDE;
        }
        long result = subtracts ? l - r : l + r;
        boolean overflow = subtracts ? ((l ^ r) & (l ^ result)) < 0 : ((l ^ result) & (r ^ result)) < 0;
        return overflow || result == NULL ? OUTSIDE : result;
    }

    @Override
    public BigDecimal exact(RowImage row) {
        BigDecimal l = left.exact(row);
        BigDecimal r = right.exact(row);
        return l == null || r == null ? null : subtracts ? l.subtract(r) : l.add(r);
    }

    @Override
    public boolean nullable() {
        return left.nullable() || right.nullable();
    }

    @Override
    public void sql(StringBuilder out) {
        out.append('(');
        left.sql(out);
        out.append(subtracts ? " - " : " + ");
        right.sql(out);
        out.append(')');
    }
}
