package io.tally.view;

import io.tally.view.expression.Condition;
import io.tally.view.expression.Junction;
import io.tally.view.expression.Logic;
import io.tally.view.expression.NumberExpression;
import io.tally.view.sql.Syntax;
import java.util.ArrayList;
import java.util.List;

/** The totals of a view, and the SQL by which an aggregate is made of them. */
final class Totals {

    private final ExpressionReader expressions;
    private final List<Total> totals = new ArrayList<>(List.of(new Total(null, null)));

    Totals(ExpressionReader expressions) {
        this.expressions = expressions;
    }

    /** All that was needed so far; the first one counts rows. */
    List<Total> all() {
        return List.copyOf(totals);
    }

    /**
     * Adds {@code count}, {@code sum} or {@code avg} to a measure.
     *
     * @param alone whether the measure is nothing else, and so has no need to know the type that PostgreSQL gives it
     * @return the digits of what it adds up, or {@link NumberExpression#VARYING}
     */
    int aggregate(Syntax.Call call, boolean alone, Measure.Builder measure) throws ViewRefused {
        Condition filter = call.filter() == null ? null : expressions.condition(call.filter());
        if (call.name().equals("count")) {
            count(call, filter, alone, measure);
            return 0;
        }
        Typed argument = expressions.number(call.arguments().getFirst());
        NumberExpression amount = argument.number();
        boolean average = call.name().equals("avg");
        boolean mayBeNull = filter != null || amount.nullable();
        int sum = place(new Total(amount, filter));
        if (alone && !average && !mayBeNull) {
            measure.total(sum).isSum(sum, View.ROWS, false);
            return amount.digits();
        }
        int count = average || mayBeNull ? place(new Total(null, present(argument, filter))) : View.ROWS;
        if (alone && !average) {
            measure.isSum(sum, count, true);
        }
        measure.words("(CASE WHEN ").total(count).words(" > 0 THEN ");
        if (average) {
            rounded(sum, amount, measure);
            measure.words(" / (").total(count).words(")::numeric");
        } else if (argument.kind() == Type.Kind.SMALLINT || argument.kind() == Type.Kind.INTEGER) {
            measure.words("(").total(sum).words(")::bigint");
        } else {
            rounded(sum, amount, measure);
        }
        measure.words(" END)");
        return amount.digits();
    }

    /** With the digits that PostgreSQL gives it, which the digits of a division depend on. */
    private static void rounded(int sum, NumberExpression amount, Measure.Builder measure) {
        if (amount.digits() >= 0) {
            measure.words("round(").total(sum).words(", %d)".formatted(amount.digits()));
        } else {
            measure.total(sum);
        }
    }

    private void count(Syntax.Call call, Condition filter, boolean alone, Measure.Builder measure) throws ViewRefused {
        Condition counted =
                call.star() ? filter : present(expressions.read(call.arguments().getFirst()), filter);
        int count = place(new Total(null, counted));
        if (alone) {
            measure.total(count).isSum(count, View.ROWS, false);
        } else {
            measure.words("(").total(count).words(")::bigint");
        }
    }

    /** Rows that pass the filter and have a value. */
    private static Condition present(Typed argument, Condition filter) {
        if (!argument.value().nullable()) {
            return filter;
        }
        Condition present = new Logic.Not(new Logic.IsNull(argument.value()));
        return filter == null ? present : new Junction(true, List.of(filter, present));
    }

    private int place(Total total) {
        int known = totals.indexOf(total);
        if (known >= 0) {
            return known;
        }
        totals.add(total);
        return totals.size() - 1;
    }
}
