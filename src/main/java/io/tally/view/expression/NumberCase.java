package io.tally.view.expression;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code CASE WHEN … THEN … ELSE … END} over numbers.
 *
 * @param results what follows each condition: of this scale, like {@code otherwise}, unless it is varying
 */
public record NumberCase(
        List<Condition> conditions, List<NumberExpression> results, NumberExpression otherwise, int scale)
        implements NumberExpression {

    /** Of results of any scale. */
    public static NumberCase of(
            List<Condition> conditions, List<NumberExpression> results, NumberExpression otherwise) {
        List<NumberExpression> all =
                Stream.concat(results.stream(), Stream.of(otherwise)).toList();
        List<NumberExpression> aligned = Branches.aligned(all);
        return new NumberCase(
                List.copyOf(conditions), aligned.subList(0, results.size()), aligned.getLast(), Branches.scale(all));
    }

    private NumberExpression branch(RowImage row) {
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.get(i).test(row) == Condition.TRUE) {
                return results.get(i);
            }
        }
        return otherwise;
    }

    private List<NumberExpression> branches() {
        return Stream.concat(results.stream(), Stream.of(otherwise)).toList();
    }

    @Override
    public int digits() {
        return Branches.digits(branches());
    }

    @Override
    public long units(RowImage row) {
        long units = branch(row).units(row);
        return units != NULL && scale == VARYING ? OUTSIDE : units;
    }

    @Override
    public BigDecimal exact(RowImage row) {
        return branch(row).exact(row);
    }

    @Override
    public boolean nullable() {
        return branches().stream().anyMatch(Expression::nullable);
    }

    @Override
    public void sql(StringBuilder out) {
        out.append("CASE");
        for (int i = 0; i < conditions.size(); i++) {
            out.append(" WHEN ");
            conditions.get(i).sql(out);
            out.append(" THEN ");
            results.get(i).sql(out);
        }
        out.append(" ELSE ");
        otherwise.sql(out);
        out.append(" END");
    }
}
