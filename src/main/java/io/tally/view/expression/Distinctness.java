package io.tally.view.expression;

/** {@code left IS DISTINCT FROM right}, for two expressions of one kind: NULL is a value like any other. */
public record Distinctness(Expression left, Expression right) implements Condition {

    /** Of two expressions of one kind; numbers may be of any scale. */
    public static Distinctness of(Expression left, Expression right) {
        return new Distinctness(Order.comparable(left, right), Order.comparable(right, left));
    }

    @Override
    public int test(RowImage row) {
        boolean leftIsNull = left.isNull(row);
        boolean rightIsNull = right.isNull(row);
        boolean distinct = leftIsNull || rightIsNull ? leftIsNull != rightIsNull : Order.of(left, right, row) != 0;
        return distinct ? TRUE : FALSE;
    }

    @Override
    public boolean nullable() {
        return false;
    }

    @Override
    public void sql(StringBuilder out) {
        out.append('(');
        left.sql(out);
        out.append(" IS DISTINCT FROM ");
        right.sql(out);
        out.append(')');
    }
}
