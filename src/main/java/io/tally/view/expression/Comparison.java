package io.tally.view.expression;

/** {@code left operator right}, for two expressions of one kind; unknown if one of them is NULL. */
public record Comparison(Operator operator, Expression left, Expression right) implements Condition {

    /** Operators that compare. */
    public enum Operator {
        EQUAL("="),
        NOT_EQUAL("<>"),
        LESS("<"),
        LESS_OR_EQUAL("<="),
        GREATER(">"),
        GREATER_OR_EQUAL(">=");

        private final String sql;

        Operator(String sql) {
            this.sql = sql;
        }

        /** The operator that is written like this, or null. */
        public static Operator of(String sql) {
            for (Operator operator : values()) {
                if (operator.sql.equals(sql)) {
                    return operator;
                }
            }
            return null;
        }

        boolean holds(int order) {
            return switch (this) {
                case EQUAL -> order == 0;
                case NOT_EQUAL -> order != 0;
                case LESS -> order < 0;
                case LESS_OR_EQUAL -> order <= 0;
                case GREATER -> order > 0;
                case GREATER_OR_EQUAL -> order >= 0;
            };
        }
    }

    /** Of two expressions of one kind; numbers may be of any scale. */
    public static Comparison of(Operator operator, Expression left, Expression right) {
        return new Comparison(operator, Order.comparable(left, right), Order.comparable(right, left));
    }

    @Override
    public int test(RowImage row) {
        if (left.isNull(row) || right.isNull(row)) {
            return UNKNOWN;
        }
        return operator.holds(Order.of(left, right, row)) ? TRUE : FALSE;
    }

    @Override
    public boolean nullable() {
        return left.nullable() || right.nullable();
    }

    @Override
    public void sql(StringBuilder out) {
        out.append('(');
        left.sql(out);
        out.append(' ').append(operator.sql).append(' ');
        right.sql(out);
        out.append(')');
    }
}
