package io.tally.view.expression;

/** Something that can be worked out from a row. */
public sealed interface Expression permits NumberExpression, Condition, TimeExpression, TextExpression {

    boolean isNull(RowImage row);

    /** Whether it can be NULL for some row. */
    boolean nullable();

    /** Says itself in SQL that raises no error: numbers in {@code numeric}. */
    void sql(StringBuilder out);

    default String sql() {
        StringBuilder out = new StringBuilder();
        sql(out);
        return out.toString();
    }
}
