package io.tally.view;

import io.tally.view.expression.Addition;
import io.tally.view.expression.Comparison;
import io.tally.view.expression.Comparison.Operator;
import io.tally.view.expression.Condition;
import io.tally.view.expression.Distinctness;
import io.tally.view.expression.Expression;
import io.tally.view.expression.Junction;
import io.tally.view.expression.Logic;
import io.tally.view.expression.Multiplication;
import io.tally.view.expression.Negation;
import io.tally.view.expression.NumberCase;
import io.tally.view.expression.NumberCoalesce;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.NumberLiteral;
import io.tally.view.expression.Rescaled;
import io.tally.view.expression.Rounding;
import io.tally.view.expression.TextExpression;
import io.tally.view.expression.TimeExpression;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;

/** Each construct that a view may hold, broken on purpose: the differential test has to notice. */
enum BrokenView {
    PLUS_IS_MINUS(expression(e -> e instanceof Addition a ? new Addition(a.left(), a.right(), !a.subtracts()) : e)),
    PRODUCT_IS_ITS_LEFT(expression(e -> e instanceof Multiplication m
            ? new Rescaled(m.left(), Math.max(m.scale(), m.left().scale()))
            : e)),
    MINUS_IS_LEFT_OUT(expression(e -> e instanceof Negation n ? n.operand() : e)),
    COALESCE_IS_ITS_FIRST(
            expression(e -> e instanceof NumberCoalesce c ? c.operands().getFirst() : e)),
    CASE_IS_ITS_ELSE(expression(e -> e instanceof NumberCase c ? c.otherwise() : e)),
    CASE_WITHOUT_ELSE_IS_ZERO(expression(e -> e instanceof NumberCase c
            ? new NumberCase(c.conditions(), c.results(), orZero(c.otherwise()), c.scale())
            : e)),
    UNKNOWN_IN_CASE_IS_TRUE(expression(e -> e instanceof NumberCase c
            ? new NumberCase(
                    c.conditions().stream().map(BrokenView::notFalse).toList(), c.results(), c.otherwise(), c.scale())
            : e)),
    CAST_DOES_NOT_ROUND(expression(e -> e instanceof Rounding r ? r.operand() : e)),
    CAST_ROUNDS_TIES_DOWN(expression(e -> e instanceof Rounding r
            ? new Rounding(Addition.of(r.operand(), NumberLiteral.of(new BigDecimal("1e-30")), true), r.places())
            : e)),
    SCALES_ARE_MIXED_UP(expression(e -> e instanceof Rescaled r ? r.operand() : e)),
    NUMBER_IS_ANOTHER(expression(e -> e instanceof NumberLiteral n && n.value() != null
            ? NumberLiteral.of(n.value().add(n.value().ulp()))
            : e)),
    TEXT_IS_ANOTHER(expression(e -> e instanceof TextExpression.Literal t && t.value() != null
            ? new TextExpression.Literal(t.value().stripTrailing() + "x")
            : e)),
    TIME_IS_A_MICROSECOND_LATER(expression(e -> e instanceof TimeExpression.Literal t
            ? new TimeExpression.Literal(t.value() + 1, t.isNull(), t.sql())
            : e)),
    LESS_IS_LESS_OR_EQUAL(operator(Operator.LESS, Operator.LESS_OR_EQUAL)),
    LESS_OR_EQUAL_IS_LESS(operator(Operator.LESS_OR_EQUAL, Operator.LESS)),
    GREATER_IS_GREATER_OR_EQUAL(operator(Operator.GREATER, Operator.GREATER_OR_EQUAL)),
    GREATER_OR_EQUAL_IS_GREATER(operator(Operator.GREATER_OR_EQUAL, Operator.GREATER)),
    EQUAL_IS_NOT_EQUAL(operator(Operator.EQUAL, Operator.NOT_EQUAL)),
    NOT_EQUAL_IS_EQUAL(operator(Operator.NOT_EQUAL, Operator.EQUAL)),
    DISTINCT_IS_NOT_EQUAL(
            expression(e -> e instanceof Distinctness d ? Comparison.of(Operator.NOT_EQUAL, d.left(), d.right()) : e)),
    NOT_IS_LEFT_OUT(expression(e -> e instanceof Logic.Not n ? n.operand() : e)),
    NOT_UNKNOWN_IS_TRUE(expression(e -> e instanceof Logic.Not n && !(n.operand() instanceof Logic.IsNull)
            ? new Logic.Not(new Logic.Is(n.operand(), Condition.TRUE))
            : e)),
    AND_IS_OR(expression(e -> e instanceof Junction j && j.and() ? new Junction(false, j.operands()) : e)),
    OR_IS_AND(expression(e -> e instanceof Junction j && !j.and() ? new Junction(true, j.operands()) : e)),
    LIST_LACKS_ITS_LAST(expression(e -> e instanceof Junction j
            ? new Junction(j.and(), j.operands().subList(0, j.operands().size() - 1))
            : e)),
    IS_NULL_IS_FALSE(expression(e -> e instanceof Logic.IsNull ? new Logic.Literal(Condition.FALSE) : e)),
    IS_TRUE_IS_LEFT_OUT(expression(e -> e instanceof Logic.Is i && i.value() == Condition.TRUE ? i.operand() : e)),
    IS_FALSE_IS_NOT(expression(
            e -> e instanceof Logic.Is i && i.value() == Condition.FALSE ? new Logic.Not(i.operand()) : e)),
    IS_UNKNOWN_IS_FALSE(expression(
            e -> e instanceof Logic.Is i && i.value() == Condition.UNKNOWN ? new Logic.Literal(Condition.FALSE) : e)),
    UNKNOWN_IN_WHERE_COUNTS(view -> with(view, notFalse(view.where()), view.totals())),
    WHERE_IS_LEFT_OUT(view -> with(view, null, view.totals())),
    FILTER_IS_LEFT_OUT(view ->
            with(view, view.where(), totals(view, t -> t.amount() == null ? t : new Total(t.amount(), null)))),
    UNKNOWN_IN_FILTER_COUNTS(view ->
            with(view, view.where(), totals(view, t -> new Total(t.amount(), notFalse(t.filter()))))),
    COUNT_COUNTS_NULL(expression(e ->
            e instanceof Logic.Not n && n.operand() instanceof Logic.IsNull ? new Logic.Literal(Condition.TRUE) : e)),
    SUM_OF_NOTHING_IS_ZERO(view -> measures(view, words -> words.replace("> 0", ">= 0"))),
    AVERAGE_DIVIDES_BY_ONE_MORE(view -> measures(view, words -> words.replace(" / (", " / (1 + "))),
    SUM_IN_EXPRESSION_IS_NO_BIGINT(view -> measures(view, words -> words.replace(")::bigint", ")"))),
    WINDOW_IS_TWICE_AS_LONG(
            fixed(w -> new FixedWindow(w.column(), w.zoned(), w.sizeMs() * 2, w.originMs(), w.lowest(), w.highest()))),
    WINDOW_INCLUDES_ITS_END(
            fixed(w -> new FixedWindow(w.column(), w.zoned(), w.sizeMs(), w.originMs() + 1, w.lowest(), w.highest()))),
    WINDOW_ENDS_NOWHERE(fixed(w ->
            new FixedWindow(w.column(), w.zoned(), w.sizeMs(), w.originMs(), Times.FIRST_MICROS, Times.LAST_MICROS))),
    DAYS_BEGIN_AN_HOUR_LATER(calendar(starts -> starts.map(start -> start + 3_600))),
    DAYS_HAVE_24_HOURS(calendar(starts -> {
        long[] all = starts.toArray();
        long length = all[1] - all[0];
        return LongStream.iterate(all[0], start -> start < all[all.length - 1], start -> start + length);
    })),
    DAYS_BEGIN_ONCE(calendar(starts -> starts)),
    CALENDAR_BEGINS_WITH_TIME(calendar(starts -> LongStream.concat(LongStream.of(-100_000_000_000L), starts))),
    INFINITY_IS_A_NUMBER(view -> columns(view, true)),
    INFINITY_IS_A_TIME(view -> columns(view, false)),
    KEYS_ARE_OF_ANY_LENGTH(view -> keyBytes(view, Integer.MAX_VALUE));

    private final UnaryOperator<View> breaking;

    BrokenView(UnaryOperator<View> breaking) {
        this.breaking = breaking;
    }

    View broken(View view) {
        return breaking.apply(view);
    }

    private static UnaryOperator<View> expression(UnaryOperator<Expression> change) {
        return new Rewriting(change)::view;
    }

    private static UnaryOperator<View> operator(Operator from, Operator to) {
        return expression(
                e -> e instanceof Comparison c && c.operator() == from ? new Comparison(to, c.left(), c.right()) : e);
    }

    private static Condition notFalse(Condition condition) {
        return condition == null ? null : new Logic.Not(new Logic.Is(condition, Condition.FALSE));
    }

    private static NumberExpression orZero(NumberExpression number) {
        return number instanceof NumberLiteral n && n.value() == null ? NumberLiteral.of(BigDecimal.ZERO) : number;
    }

    private static List<Total> totals(View view, UnaryOperator<Total> change) {
        return view.totals().stream().map(change).toList();
    }

    private static View with(View v, Condition where, List<Total> totals) {
        return copy(v, v.columns(), v.window(), v.keyBytes(), where, totals, v.results());
    }

    private static View keyBytes(View v, int bytes) {
        return copy(v, v.columns(), v.window(), bytes, v.where(), v.totals(), v.results());
    }

    private static UnaryOperator<View> fixed(UnaryOperator<FixedWindow> change) {
        return window(w -> w instanceof FixedWindow fixed ? change.apply(fixed) : w);
    }

    /** With other starts of windows, in seconds, and each time in the window that has begun last. */
    private static UnaryOperator<View> calendar(UnaryOperator<LongStream> change) {
        return window(w -> w instanceof CalendarWindow calendar ? moved(calendar, change) : w);
    }

    private static CalendarWindow moved(CalendarWindow window, UnaryOperator<LongStream> change) {
        Boundaries known = window.boundaries();
        LongStream starts =
                LongStream.iterate(known.lowestMicros() / 1_000, start -> start < known.endMs(start), known::endMs);
        Long[] moved = change.apply(starts.map(start -> start / 1_000)).boxed().toArray(Long[]::new);
        return new CalendarWindow(window.column(), known.question().answer(moved, moved));
    }

    private static UnaryOperator<View> window(UnaryOperator<Window> change) {
        return v -> copy(v, v.columns(), v.window().map(change), v.keyBytes(), v.where(), v.totals(), v.results());
    }

    private static View measures(View v, UnaryOperator<String> change) {
        List<ResultColumn> results = v.results().stream()
                .map(r -> new ResultColumn(
                        r.name(),
                        r.type(),
                        r.role(),
                        r.key(),
                        r.measure()
                                .map(m -> new Measure(
                                        m.words().stream().map(change).toList(), m.totals(), m.sum()))))
                .toList();
        return copy(v, v.columns(), v.window(), v.keyBytes(), v.where(), v.totals(), results);
    }

    /** Columns whose type is one without infinite values. */
    private static View columns(View v, boolean numbers) {
        List<SourceColumn> columns = v.columns().stream()
                .map(c -> c.type().kind().isNumber() == numbers
                                && c.type().kind().mayBeInfinite()
                        ? new SourceColumn(c.ref(), finite(c.type(), numbers ? Type.Kind.BIGINT : Type.Kind.BOOLEAN))
                        : c)
                .toList();
        return copy(v, columns, v.window(), v.keyBytes(), v.where(), v.totals(), v.results());
    }

    private static Type finite(Type type, Type.Kind kind) {
        return new Type(kind, type.name(), type.precision(), type.scale());
    }

    private static View copy(
            View v,
            List<SourceColumn> columns,
            Optional<Window> window,
            int keyBytes,
            Condition where,
            List<Total> totals,
            List<ResultColumn> results) {
        return new View(
                v.name(),
                v.schema(),
                v.table(),
                v.primaryKey(),
                columns,
                window,
                v.keys(),
                keyBytes,
                where,
                totals,
                results,
                v.words());
    }
}
