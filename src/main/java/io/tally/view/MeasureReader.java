package io.tally.view;

import io.tally.view.Type.Kind;
import io.tally.view.expression.Condition;
import io.tally.view.expression.Junction;
import io.tally.view.expression.Logic;
import io.tally.view.expression.NumberExpression;
import io.tally.view.sql.Syntax;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Reads measures. Their aggregates become totals; the words between them stay PostgreSQL's, which works the measure out
 * from the totals.
 */
final class MeasureReader {

    /** Types that a measure may be cast to: all of them give equal values for equal numbers, but text. */
    private static final Set<String> CASTS =
            Set.of("smallint", "integer", "bigint", "numeric", "double precision", "boolean", "text");

    private static final Set<String> OPERATORS = Set.of("+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">", ">=");

    private final Scope scope;
    private final ExpressionReader expressions;
    private final List<Total> totals = new ArrayList<>(List.of(new Total(null, null)));

    /** Of the measure that is being read: its pieces, and where the next one begins. */
    private List<String> words;

    private List<Integer> used;
    private int at;
    /** Whether its digits depend on the scale of its sums, and a sum without a scale. */
    private boolean dividing;

    private Syntax varying;

    MeasureReader(Scope scope, ExpressionReader expressions) {
        this.scope = scope;
        this.expressions = expressions;
    }

    /** All that the measures read so far are made of; the first one counts rows. */
    List<Total> totals() {
        return List.copyOf(totals);
    }

    Measure read(Syntax syntax) throws ViewRefused {
        words = new ArrayList<>(List.of(""));
        used = new ArrayList<>();
        at = syntax.span().start();
        dividing = false;
        varying = null;
        if (syntax instanceof Syntax.Call call && Functions.isKept(call.name())) {
            aggregate(call, true);
        } else {
            overSums(syntax);
        }
        add(scope.words(at, Math.max(at, syntax.span().end())));
        if (dividing && varying != null) {
            throw scope.refused(
                    syntax,
                    "the digits of the result depend on the scales of the rows that are there; cast inside the sum,"
                            + " as in SUM(x::numeric(20, 4))");
        }
        return new Measure(List.copyOf(words), List.copyOf(used));
    }

    private void overSums(Syntax syntax) throws ViewRefused {
        switch (syntax) {
            case Syntax.Call call when Functions.isKept(call.name()) -> aggregate(call, false);
            case Syntax.Call call -> {
                if (!Functions.isOverSums(call.name()) || call.filter() != null || call.modifier() != null) {
                    throw scope.refused(call, overSumsRefusal(call.name()));
                }
                overSums(call.arguments());
            }
            case Syntax.Name name ->
                throw scope.refused(name, "beside aggregates a measure holds no columns; select it as a key");
            case Syntax.Constant _ -> {}
            case Syntax.Cast cast -> {
                if (!CASTS.contains(cast.type().replaceFirst("\\(.*\\)", ""))) {
                    throw scope.refused(cast, "a measure is not cast to %s".formatted(cast.type()));
                }
                dividing |= cast.type().equals("text");
                overSums(cast.operand());
            }
            case Syntax.Unary unary -> {
                operator(unary, unary.operator());
                overSums(unary.operand());
            }
            case Syntax.Binary binary -> {
                operator(binary, binary.operator());
                overSums(List.of(binary.left(), binary.right()));
            }
            case Syntax.Junction junction -> overSums(junction.operands());
            case Syntax.Not not -> overSums(not.operand());
            case Syntax.Is is -> overSums(is.operand());
            case Syntax.Distinct distinct -> overSums(List.of(distinct.left(), distinct.right()));
            case Syntax.Quantified quantified -> {
                operator(quantified, quantified.operator());
                overSums(List.of(quantified.left(), quantified.array()));
            }
            case Syntax.Array array -> overSums(array.elements());
            case Syntax.Case branches -> {
                if (branches.operand() != null) {
                    overSums(branches.operand());
                }
                for (Syntax.When when : branches.whens()) {
                    overSums(List.of(when.condition(), when.result()));
                }
                overSums(branches.otherwise());
            }
        }
    }

    private void overSums(List<Syntax> several) throws ViewRefused {
        for (Syntax one : several) {
            overSums(one);
        }
    }

    private static String overSumsRefusal(String name) {
        return Functions.isAggregate(name)
                ? Functions.refusal(name)
                : "the function %s is not used over sums".formatted(name);
    }

    private void operator(Syntax syntax, String operator) throws ViewRefused {
        if (!OPERATORS.contains(operator)) {
            throw scope.refused(syntax, "the operator %s is not used over sums".formatted(operator));
        }
        dividing |= operator.equals("/");
    }

    private void aggregate(Syntax.Call call, boolean alone) throws ViewRefused {
        if (call.modifier() != null) {
            throw scope.refused(
                    call, "%s needs all values of a group to be remembered; leave it out".formatted(call.modifier()));
        }
        if (!call.star() && call.arguments().size() != 1) {
            throw scope.refused(call, "an aggregate has one argument");
        }
        add(scope.words(at, call.span().start()));
        at = call.span().end();
        Condition filter = call.filter() == null ? null : expressions.condition(call.filter());
        if (call.name().equals("count")) {
            count(call, filter, alone);
        } else {
            sum(call, filter, alone);
        }
    }

    private void count(Syntax.Call call, Condition filter, boolean alone) throws ViewRefused {
        Typed argument = call.star() ? null : expressions.read(call.arguments().getFirst());
        int count = total(new Total(null, argument == null ? filter : present(argument, filter)));
        if (alone) {
            add(count);
        } else {
            add("(");
            add(count);
            add(")::bigint");
        }
    }

    private void sum(Syntax.Call call, Condition filter, boolean alone) throws ViewRefused {
        Typed argument = expressions.number(call.arguments().getFirst());
        NumberExpression amount = argument.number();
        boolean average = call.name().equals("avg");
        int digits = amount.digits();
        if (digits == NumberExpression.VARYING) {
            varying = call;
            dividing |= average;
        }
        boolean mayBeNull = filter != null || amount.nullable();
        int sum = total(new Total(amount, filter));
        int count = average || mayBeNull ? total(new Total(null, present(argument, filter))) : View.ROWS;
        if (alone && !average && !mayBeNull) {
            add(sum);
            return;
        }
        add("(CASE WHEN ");
        add(count);
        add(" > 0 THEN ");
        boolean rounds = digits >= 0 && !isShort(argument);
        add(rounds || average && digits >= 0 ? "round(" : "(");
        add(sum);
        add(rounds || average && digits >= 0 ? ", %d)".formatted(digits) : isShort(argument) ? ")::bigint" : ")");
        if (average) {
            add(" / (");
            add(count);
            add(")::numeric");
        }
        add(" END)");
    }

    /** Whether PostgreSQL adds up in bigint. */
    private static boolean isShort(Typed argument) {
        return argument.kind() == Kind.SMALLINT || argument.kind() == Kind.INTEGER;
    }

    /** Rows that pass the filter and have a value. */
    private static Condition present(Typed argument, Condition filter) {
        if (!argument.value().nullable()) {
            return filter;
        }
        Condition present = new Logic.Not(new Logic.IsNull(argument.value()));
        return filter == null ? present : new Junction(true, List.of(filter, present));
    }

    private int total(Total total) {
        int known = totals.indexOf(total);
        if (known >= 0) {
            return known;
        }
        totals.add(total);
        return totals.size() - 1;
    }

    private void add(String word) {
        words.set(words.size() - 1, words.getLast() + word);
    }

    private void add(int total) {
        used.add(total);
        words.add("");
    }
}
