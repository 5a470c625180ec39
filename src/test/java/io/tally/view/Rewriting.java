package io.tally.view;

import io.tally.view.expression.Addition;
import io.tally.view.expression.Comparison;
import io.tally.view.expression.Condition;
import io.tally.view.expression.Distinctness;
import io.tally.view.expression.Expression;
import io.tally.view.expression.Junction;
import io.tally.view.expression.Logic;
import io.tally.view.expression.Multiplication;
import io.tally.view.expression.Negation;
import io.tally.view.expression.NumberCase;
import io.tally.view.expression.NumberCoalesce;
import io.tally.view.expression.NumberColumn;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.NumberLiteral;
import io.tally.view.expression.Rescaled;
import io.tally.view.expression.Rounding;
import io.tally.view.expression.TextExpression;
import io.tally.view.expression.TimeExpression;
import java.util.List;
import java.util.function.UnaryOperator;

/** Makes expressions anew, with each of their parts replaced by something else. */
final class Rewriting {

    private final UnaryOperator<Expression> change;

    Rewriting(UnaryOperator<Expression> change) {
        this.change = change;
    }

    Condition condition(Condition condition) {
        return condition == null ? null : (Condition) expression(condition);
    }

    NumberExpression number(NumberExpression number) {
        return number == null ? null : (NumberExpression) expression(number);
    }

    private Expression expression(Expression expression) {
        return change.apply(
                switch (expression) {
                    case NumberColumn _, NumberLiteral _, TimeExpression _, TextExpression _ -> expression;
                    case Negation e -> new Negation(number(e.operand()));
                    case Addition e -> new Addition(number(e.left()), number(e.right()), e.subtracts());
                    case Multiplication e -> new Multiplication(number(e.left()), number(e.right()));
                    case Rounding e -> new Rounding(number(e.operand()), e.places());
                    case Rescaled e -> new Rescaled(number(e.operand()), e.scale());
                    case NumberCoalesce e -> new NumberCoalesce(numbers(e.operands()), e.scale());
                    case NumberCase e ->
                        new NumberCase(
                                conditions(e.conditions()), numbers(e.results()), number(e.otherwise()), e.scale());
                    case Comparison e -> new Comparison(e.operator(), expression(e.left()), expression(e.right()));
                    case Distinctness e -> new Distinctness(expression(e.left()), expression(e.right()));
                    case Junction e -> new Junction(e.and(), conditions(e.operands()));
                    case Logic.Column _, Logic.Literal _ -> expression;
                    case Logic.Not e -> new Logic.Not(condition(e.operand()));
                    case Logic.Is e -> new Logic.Is(condition(e.operand()), e.value());
                    case Logic.IsNull e -> new Logic.IsNull(expression(e.operand()));
                });
    }

    private List<NumberExpression> numbers(List<NumberExpression> numbers) {
        return numbers.stream().map(this::number).toList();
    }

    private List<Condition> conditions(List<Condition> conditions) {
        return conditions.stream().map(this::condition).toList();
    }

    /** The view with all of its expressions made anew. */
    View view(View view) {
        return new View(
                view.name(),
                view.schema(),
                view.table(),
                view.columns(),
                view.window(),
                view.keys(),
                view.keyBytes(),
                condition(view.where()),
                view.totals().stream()
                        .map(total -> new Total(number(total.amount()), condition(total.filter())))
                        .toList(),
                view.results(),
                view.words());
    }
}
