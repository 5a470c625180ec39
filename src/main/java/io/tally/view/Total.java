package io.tally.view;

import io.tally.view.expression.Condition;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import java.math.BigDecimal;

/**
 * A sum over the rows of a group: each row adds an amount, or one, or nothing, and takes the same away when it leaves.
 *
 * @param amount what a row adds; null to count rows
 * @param filter which rows add something; null for all of them
 */
public record Total(NumberExpression amount, Condition filter) {

    /** The scale that {@link #units} are in, or {@link NumberExpression#VARYING}. */
    public int scale() {
        return amount == null ? 0 : amount.scale();
    }

    /**
     * Amount that a row adds, in units of the scale: {@link NumberExpression#NULL} for nothing, {@link NumberExpression#OUTSIDE}
     * where {@link #exact} has to be asked.
     */
    public long units(RowImage row) {
        if (filter != null && filter.test(row) != Condition.TRUE) {
            return NumberExpression.NULL;
        }
        return amount == null ? 1 : amount.units(row);
    }

    /** Amount that a row adds, or null for nothing; always right, and slow. */
    public BigDecimal exact(RowImage row) {
        if (filter != null && filter.test(row) != Condition.TRUE) {
            return null;
        }
        return amount == null ? BigDecimal.ONE : amount.exact(row);
    }

    /** The sum in SQL, 0 where there is nothing. */
    String sql() {
        String one = amount == null ? "1" : amount.sql();
        String summed = filter == null ? one : "CASE WHEN %s THEN %s END".formatted(filter.sql(), one);
        return amount == null ? "count(%s)".formatted(summed) : "COALESCE(sum(%s), 0)".formatted(summed);
    }
}
