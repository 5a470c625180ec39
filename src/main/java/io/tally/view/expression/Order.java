package io.tally.view.expression;

/** Which of two values of one kind comes first. */
final class Order {

    private Order() {}

    /** The expression, a number in units in which it can be compared with the other one. */
    static Expression comparable(Expression expression, Expression other) {
        return expression instanceof NumberExpression number && other instanceof NumberExpression second
                ? Rescaled.to(Rescaled.common(number, second), number)
                : expression;
    }

    /** Negative, zero or positive. Of texts only zero means something. Neither value is NULL. */
    static int of(Expression left, Expression right, RowImage row) {
        return switch (left) {
            case NumberExpression number -> ofNumbers(number, (NumberExpression) right, row);
            case TimeExpression time -> Long.compare(time.units(row), ((TimeExpression) right).units(row));
            case TextExpression text -> text.text(row).equals(((TextExpression) right).text(row)) ? 0 : 1;
            case Condition condition -> Integer.compare(condition.test(row), ((Condition) right).test(row));
        };
    }

    private static int ofNumbers(NumberExpression left, NumberExpression right, RowImage row) {
        long l = left.units(row);
        long r = right.units(row);
        return l == NumberExpression.OUTSIDE || r == NumberExpression.OUTSIDE
                ? left.exact(row).compareTo(right.exact(row))
                : Long.compare(l, r);
    }
}
