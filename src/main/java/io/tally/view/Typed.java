package io.tally.view;

import io.tally.view.expression.Condition;
import io.tally.view.expression.Expression;
import io.tally.view.expression.NumberExpression;

/** An expression with the type that PostgreSQL gives it. */
record Typed(Expression value, Type.Kind kind) {

    NumberExpression number() {
        return (NumberExpression) value;
    }

    Condition condition() {
        return (Condition) value;
    }
}
