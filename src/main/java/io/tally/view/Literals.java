package io.tally.view;

import io.tally.view.Type.Kind;
import io.tally.view.expression.Condition;
import io.tally.view.expression.Logic;
import io.tally.view.expression.NumberLiteral;
import io.tally.view.expression.TextExpression;
import io.tally.view.expression.TimeExpression;
import io.tally.view.sql.Syntax;
import java.math.BigDecimal;
import java.util.regex.Pattern;

/** Literals as PostgreSQL prints them. */
final class Literals {

    private static final Pattern NUMBER = Pattern.compile("-?\\d+(\\.\\d+)?");

    private Literals() {}

    static Typed read(Scope scope, Syntax.Constant constant) throws ViewRefused {
        Type type = scope.type(constant.type());
        Kind kind = type.kind();
        String value = constant.value();
        if (kind.isNumber()) {
            if (value != null && !NUMBER.matcher(value).matches()) {
                throw scope.refused(constant, "rows hold no such number: NaN and infinity are left out of every view");
            }
            BigDecimal number = value == null ? null : new BigDecimal(value);
            return ExpressionReader.converted(
                    new Typed(NumberLiteral.of(number), kind == Kind.NUMERIC ? Kind.NUMERIC : kind), type);
        }
        if (kind == Kind.BOOLEAN) {
            int truth = value == null ? Condition.UNKNOWN : value.equals("true") ? Condition.TRUE : Condition.FALSE;
            return new Typed(new Logic.Literal(truth), kind);
        }
        if (kind.isText()) {
            return new Typed(new TextExpression.Literal(value), kind);
        }
        if (kind.isTime()) {
            return new Typed(time(scope, constant, kind), kind);
        }
        throw scope.refused(constant, "a literal of type %s cannot be kept".formatted(constant.type()));
    }

    private static TimeExpression time(Scope scope, Syntax.Constant constant, Kind kind) throws ViewRefused {
        if (constant.value() == null) {
            return new TimeExpression.Literal(0, true, scope.words(constant));
        }
        Long units = kind == Kind.DATE ? Times.days(constant.value()) : Times.micros(constant.value());
        if (units == null) {
            throw scope.refused(constant, "rows hold no such time: infinite ones are left out of every view");
        }
        return new TimeExpression.Literal(units, false, scope.words(constant));
    }
}
