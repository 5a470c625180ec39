package io.tally.view;

import io.tally.view.Type.Kind;
import io.tally.view.expression.Addition;
import io.tally.view.expression.ColumnRef;
import io.tally.view.expression.Comparison;
import io.tally.view.expression.Condition;
import io.tally.view.expression.Logic;
import io.tally.view.expression.Multiplication;
import io.tally.view.expression.Negation;
import io.tally.view.expression.NumberCase;
import io.tally.view.expression.NumberCoalesce;
import io.tally.view.expression.NumberColumn;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.Rounding;
import io.tally.view.expression.TextExpression;
import io.tally.view.expression.TimeExpression;
import io.tally.view.sql.Syntax;
import java.util.ArrayList;
import java.util.List;

/** Makes expressions over a row from their syntax: what is inside an aggregate, a FILTER or a WHERE. */
final class ExpressionReader {

    private final Scope scope;
    private final ConditionReader conditions;

    ExpressionReader(Scope scope) {
        this.scope = scope;
        this.conditions = new ConditionReader(scope, this);
    }

    Typed read(Syntax syntax) throws ViewRefused {
        return switch (syntax) {
            case Syntax.Name name -> column(scope.column(name));
            case Syntax.Constant constant -> Literals.read(scope, constant);
            case Syntax.Cast cast -> cast(cast);
            case Syntax.Unary unary -> unary(unary);
            case Syntax.Binary binary -> binary(binary);
            case Syntax.Case branches -> caseOf(branches);
            case Syntax.Call call -> call(call);
            case Syntax.Array array -> throw scope.refused(array, "an array can only stand in = ANY (ARRAY[…])");
            case Syntax.Junction _, Syntax.Not _, Syntax.Is _, Syntax.Distinct _, Syntax.Quantified _ ->
                new Typed(conditions.read(syntax), Kind.BOOLEAN);
        };
    }

    Condition condition(Syntax syntax) throws ViewRefused {
        Typed typed = read(syntax);
        if (typed.kind() != Kind.BOOLEAN) {
            throw scope.refused(syntax, "a condition is expected here");
        }
        return typed.condition();
    }

    private static Typed column(SourceColumn column) {
        ColumnRef ref = column.ref();
        Kind kind = column.type().kind();
        if (kind.isNumber()) {
            int scale = column.type().hasScale() ? Math.max(column.type().scale(), 0) : NumberExpression.VARYING;
            return new Typed(new NumberColumn(ref, scale), kind);
        }
        if (kind.isTime()) {
            return new Typed(new TimeExpression.Column(ref), kind);
        }
        return new Typed(kind == Kind.BOOLEAN ? new Logic.Column(ref) : new TextExpression.Column(ref), kind);
    }

    private Typed cast(Syntax.Cast cast) throws ViewRefused {
        Type type = scope.type(cast.type());
        Typed operand = read(cast.operand());
        if (operand.kind().isCharacter()
                && type.kind().isCharacter()
                && !type.name().contains("(")) {
            return new Typed(operand.value(), type.kind());
        }
        if (!operand.kind().isNumber() || !type.kind().isNumber()) {
            throw scope.refused(
                    cast, "only casts between integers and numeric are kept" + insteadOfCast(operand.kind(), type));
        }
        return converted(operand, type);
    }

    private static String insteadOfCast(Kind from, Type to) {
        if (from == Kind.BOOLEAN && to.kind().isNumber()) {
            return "; write CASE WHEN … THEN 1 ELSE 0 END";
        }
        return from == Kind.ENUM ? "; compare the enum itself with a label" : "";
    }

    /** A number in another type. Integers lose nothing: where PostgreSQL would raise an error, nothing is equal. */
    static Typed converted(Typed operand, Type type) {
        boolean rounds = type.kind().isInteger() ? operand.kind() == Kind.NUMERIC : type.hasScale();
        int places = type.kind().isInteger() ? 0 : type.scale();
        return new Typed(rounds ? new Rounding(operand.number(), places) : operand.value(), type.kind());
    }

    private Typed unary(Syntax.Unary unary) throws ViewRefused {
        boolean negates = unary.operator().equals("-");
        if (!negates && !unary.operator().equals("+")) {
            throw scope.refused(unary, "the operator %s cannot be kept".formatted(unary.operator()));
        }
        Typed operand = number(unary.operand());
        return negates ? new Typed(new Negation(operand.number()), operand.kind()) : operand;
    }

    private Typed binary(Syntax.Binary binary) throws ViewRefused {
        if (Comparison.Operator.of(binary.operator()) != null) {
            return new Typed(conditions.read(binary), Kind.BOOLEAN);
        }
        switch (binary.operator()) {
            case "+", "-", "*" -> {}
            case "/", "%" ->
                throw scope.refused(
                        binary, "a division rounds each row; divide sums, as in SUM(a) / NULLIF(SUM(b), 0)");
            case "~~", "!~~", "~~*", "!~~*", "~", "!~", "~*", "!~*" ->
                throw scope.refused(binary, "texts are compared for equality only; write = or IN");
            default -> throw scope.refused(binary, "the operator %s cannot be kept".formatted(binary.operator()));
        }
        Typed left = number(binary.left());
        Typed right = number(binary.right());
        Kind kind = left.kind().compareTo(right.kind()) >= 0 ? left.kind() : right.kind();
        NumberExpression value = binary.operator().equals("*")
                ? new Multiplication(left.number(), right.number())
                : Addition.of(left.number(), right.number(), binary.operator().equals("-"));
        return new Typed(value, kind);
    }

    Typed number(Syntax syntax) throws ViewRefused {
        Typed typed = read(syntax);
        if (!typed.kind().isNumber()) {
            throw scope.refused(syntax, "it is no number; only integers and numeric can be added and multiplied");
        }
        return typed;
    }

    private Typed caseOf(Syntax.Case branches) throws ViewRefused {
        List<Condition> tests = new ArrayList<>();
        List<NumberExpression> results = new ArrayList<>();
        for (Syntax.When when : branches.whens()) {
            tests.add(
                    branches.operand() == null
                            ? condition(when.condition())
                            : conditions.compared(
                                    branches, Comparison.Operator.EQUAL, branches.operand(), when.condition()));
            results.add(branch(branches, when.result()).number());
        }
        Typed otherwise = branch(branches, branches.otherwise());
        return new Typed(NumberCase.of(tests, results, otherwise.number()), otherwise.kind());
    }

    private Typed branch(Syntax whole, Syntax syntax) throws ViewRefused {
        Typed typed = read(syntax);
        if (!typed.kind().isNumber()) {
            throw scope.refused(whole, "only numbers can be chosen between; combine conditions with AND and OR");
        }
        return typed;
    }

    private Typed call(Syntax.Call call) throws ViewRefused {
        if (!call.name().equals("COALESCE")) {
            throw scope.refused(call, Functions.refusal(call.name()));
        }
        List<NumberExpression> operands = new ArrayList<>();
        Kind kind = Kind.SMALLINT;
        for (Syntax argument : call.arguments()) {
            Typed operand = branch(call, argument);
            operands.add(operand.number());
            kind = operand.kind();
        }
        return new Typed(NumberCoalesce.of(operands), kind);
    }
}
