package io.tally.view;

import io.tally.view.Type.Kind;
import io.tally.view.expression.Comparison;
import io.tally.view.expression.Condition;
import io.tally.view.expression.Distinctness;
import io.tally.view.expression.Expression;
import io.tally.view.expression.Junction;
import io.tally.view.expression.Logic;
import io.tally.view.sql.Syntax;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Makes conditions from their syntax. */
final class ConditionReader {

    private final Scope scope;
    private final ExpressionReader expressions;

    ConditionReader(Scope scope, ExpressionReader expressions) {
        this.scope = scope;
        this.expressions = expressions;
    }

    Condition read(Syntax syntax) throws ViewRefused {
        return switch (syntax) {
            case Syntax.Binary binary ->
                compared(binary, Comparison.Operator.of(binary.operator()), binary.left(), binary.right());
            case Syntax.Junction junction -> junction(junction);
            case Syntax.Not not -> new Logic.Not(expressions.condition(not.operand()));
            case Syntax.Is is -> is(is);
            case Syntax.Distinct distinct -> distinct(distinct);
            case Syntax.Quantified quantified -> quantified(quantified);
            default -> throw new IllegalArgumentException(syntax.toString());
        };
    }

    private Condition junction(Syntax.Junction junction) throws ViewRefused {
        List<Condition> operands = new ArrayList<>();
        for (Syntax operand : junction.operands()) {
            operands.add(expressions.condition(operand));
        }
        return new Junction(junction.and(), List.copyOf(operands));
    }

    private Condition is(Syntax.Is is) throws ViewRefused {
        Condition condition = is.what().equals("NULL")
                ? new Logic.IsNull(expressions.read(is.operand()).value())
                : new Logic.Is(expressions.condition(is.operand()), truth(is.what()));
        return is.negated() ? new Logic.Not(condition) : condition;
    }

    private static int truth(String word) {
        return switch (word) {
            case "TRUE" -> Condition.TRUE;
            case "FALSE" -> Condition.FALSE;
            default -> Condition.UNKNOWN;
        };
    }

    private Condition distinct(Syntax.Distinct distinct) throws ViewRefused {
        Typed left = expressions.read(distinct.left());
        Typed right = expressions.read(distinct.right());
        check(distinct, Comparison.Operator.EQUAL, left.kind(), right.kind());
        return Distinctness.of(left.value(), right.value());
    }

    /** {@code left operator right}; the whole is what a refusal shows. */
    Condition compared(Syntax whole, Comparison.Operator operator, Syntax left, Syntax right) throws ViewRefused {
        Typed l = expressions.read(left);
        Typed r = expressions.read(right);
        check(whole, operator, l.kind(), r.kind());
        return Comparison.of(operator, l.value(), r.value());
    }

    private void check(Syntax whole, Comparison.Operator operator, Kind left, Kind right) throws ViewRefused {
        // Of a CASE with an operand, PostgreSQL does not print the casts that it compares with.
        boolean comparable =
                left == right || left.isNumber() && right.isNumber() || left.isCharacter() && right.isCharacter();
        if (!comparable) {
            throw scope.refused(
                    whole,
                    "%s and %s cannot be compared without the session's settings; write both as one type"
                            .formatted(
                                    left.name().toLowerCase(Locale.ROOT),
                                    right.name().toLowerCase(Locale.ROOT)));
        }
        boolean equality = operator == Comparison.Operator.EQUAL || operator == Comparison.Operator.NOT_EQUAL;
        if (left.isText() && !equality) {
            throw scope.refused(whole, "texts, enums and uuids are compared for equality only; write =, <> or IN");
        }
    }

    private Condition quantified(Syntax.Quantified quantified) throws ViewRefused {
        boolean equal = quantified.any() && quantified.operator().equals("=");
        boolean unequal = !quantified.any() && quantified.operator().equals("<>");
        if (!equal && !unequal) {
            throw scope.refused(quantified, "only = ANY and <> ALL are kept, which are IN and NOT IN");
        }
        Comparison.Operator operator = equal ? Comparison.Operator.EQUAL : Comparison.Operator.NOT_EQUAL;
        Typed operand = expressions.read(quantified.left());
        List<Expression> elements = new ArrayList<>();
        for (Syntax element : elements(quantified)) {
            Typed one = expressions.read(element);
            check(quantified, operator, operand.kind(), one.kind());
            elements.add(one.value());
        }
        return Condition.among(operand.value(), elements, unequal);
    }

    private List<Syntax> elements(Syntax.Quantified quantified) throws ViewRefused {
        Syntax array = quantified.array();
        // The cast that IN makes of a varchar; the elements are texts already as far as equality goes.
        if (array instanceof Syntax.Cast cast && cast.type().equals("text[]")) {
            array = cast.operand();
        }
        if (array instanceof Syntax.Array list) {
            return list.elements();
        }
        throw scope.refused(quantified, "its right side is no list; write IN (…) or = ANY (ARRAY[…])");
    }
}
