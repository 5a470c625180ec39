package io.tally.view;

import io.tally.view.expression.NumberExpression;
import io.tally.view.sql.Syntax;
import java.util.Set;

/**
 * Reads a measure. Its aggregates become totals; the words between them stay PostgreSQL's, which works the measure out from
 * the totals.
 */
final class MeasureReader {

    /** Types that a measure may be cast to: all of them but text give equal values for equal numbers. */
    private static final Set<String> CASTS =
            Set.of("smallint", "integer", "bigint", "numeric", "double precision", "boolean", "text");

    private static final Set<String> OPERATORS = Set.of("+", "-", "*", "/", "%", "=", "<>", "<", "<=", ">", ">=");

    private final Scope scope;
    private final Totals totals;
    private final Measure.Builder measure = new Measure.Builder();
    /** Where the words begin that are not in the measure yet. */
    private int at;
    /** Whether a part shows how many digits a number has behind the point, and not its value alone. */
    private boolean showsDigits;

    private boolean digitsVary;

    private MeasureReader(Scope scope, Totals totals, int start) {
        this.scope = scope;
        this.totals = totals;
        at = start;
    }

    static Measure read(Scope scope, Totals totals, Syntax syntax) throws ViewRefused {
        if (syntax instanceof Syntax.Cast cast
                && cast.operand() instanceof Syntax.Call call
                && Functions.isKept(call.name())) {
            Measure sum = read(scope, totals, call);
            if (sum.isTotal()
                    && holdsDigits(cast.type(), totals.all().get(sum.totals().getFirst()))) {
                return sum;
            }
        }
        MeasureReader reader = new MeasureReader(scope, totals, syntax.span().start());
        if (syntax instanceof Syntax.Call call && Functions.isKept(call.name())) {
            reader.aggregate(call, true);
        } else {
            reader.overSums(syntax);
        }
        if (reader.showsDigits && reader.digitsVary) {
            throw scope.refused(
                    syntax,
                    "the digits of the result depend on the scales of the rows that are there; cast inside the sum,"
                            + " as in SUM(x::numeric(20, 4))");
        }
        return reader.measure.words(scope.words(reader.at, syntax.span().end())).build();
    }

    /** Whether a cast to this type changes no digit of a sum, so that the sum can be stored in it. */
    private static boolean holdsDigits(String type, Total sum) {
        Type numeric = Type.named(type);
        return numeric.precision() > 0 && sum.scale() >= 0 && sum.scale() <= numeric.scale();
    }

    private void overSums(Syntax syntax) throws ViewRefused {
        if (syntax instanceof Syntax.Call call && Functions.isKept(call.name())) {
            aggregate(call, false);
            return;
        }
        switch (syntax) {
            case Syntax.Call call -> function(call);
            case Syntax.Name name ->
                throw scope.refused(name, "beside aggregates a measure holds no columns; select it as a key");
            case Syntax.Cast cast -> cast(cast);
            case Syntax.Unary unary -> operator(unary, unary.operator());
            case Syntax.Binary binary -> operator(binary, binary.operator());
            case Syntax.Quantified quantified -> operator(quantified, quantified.operator());
            case Syntax.Constant _,
                    Syntax.Junction _,
                    Syntax.Not _,
                    Syntax.Is _,
                    Syntax.Distinct _,
                    Syntax.Array _,
                    Syntax.Case _ -> {}
        }
        for (Syntax part : syntax.parts()) {
            overSums(part);
        }
    }

    private void function(Syntax.Call call) throws ViewRefused {
        if (Functions.isAggregate(call.name())) {
            throw scope.refused(call, Functions.refusal(call.name()));
        }
        if (!Functions.isOverSums(call.name())) {
            throw scope.refused(call, "the function %s is not used over sums".formatted(call.name()));
        }
    }

    private void cast(Syntax.Cast cast) throws ViewRefused {
        if (!CASTS.contains(cast.type().replaceFirst("\\(.*\\)", ""))) {
            throw scope.refused(cast, "a measure is not cast to %s".formatted(cast.type()));
        }
        showsDigits |= cast.type().equals("text");
    }

    private void operator(Syntax syntax, String operator) throws ViewRefused {
        if (!OPERATORS.contains(operator)) {
            throw scope.refused(syntax, "the operator %s is not used over sums".formatted(operator));
        }
        showsDigits |= operator.equals("/");
    }

    private void aggregate(Syntax.Call call, boolean alone) throws ViewRefused {
        if (call.modifier() != null) {
            throw scope.refused(
                    call, "%s needs all values of a group to be remembered; leave it out".formatted(call.modifier()));
        }
        if (call.star() ? !call.name().equals("count") : call.arguments().size() != 1) {
            throw scope.refused(call, "an aggregate has one argument");
        }
        measure.words(scope.words(at, call.span().start()));
        at = call.span().end();
        digitsVary |= totals.aggregate(call, alone, measure) == NumberExpression.VARYING;
        showsDigits |= call.name().equals("avg");
    }
}
