package io.tally.view.expression;

import static io.tally.view.expression.NumberExpression.ANY;
import static io.tally.view.expression.NumberExpression.NULL;
import static io.tally.view.expression.NumberExpression.OUTSIDE;
import static io.tally.view.expression.NumberExpression.VARYING;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.math.BigDecimal;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The two ways of calculating at the edges of a long; what expressions mean is for the differential test. */
class NumberExpressionTest {

    private static final RowImage NO_ROW = new OneNumber(null);

    /** A row with one column, a number without a scale. */
    private record OneNumber(BigDecimal value) implements RowImage {

        @Override
        public boolean isNull(int column) {
            return value == null;
        }

        @Override
        public boolean isFinite(int column) {
            return true;
        }

        @Override
        public boolean isFar(int column) {
            return false;
        }

        @Override
        public long units(int column) {
            throw new AssertionError("a number without a scale has no units");
        }

        @Override
        public BigDecimal decimal(int column) {
            return value;
        }

        @Override
        public String text(int column) {
            throw new AssertionError("a number is no text");
        }
    }

    private static NumberExpression number(String value) {
        return NumberLiteral.of(new BigDecimal(value));
    }

    private static NumberExpression plus(String left, String right) {
        return Addition.of(number(left), number(right), false);
    }

    private static NumberExpression times(String left, String right) {
        return new Multiplication(number(left), number(right));
    }

    static Stream<Arguments> edges() {
        return Stream.of(
                arguments(number("9223372036854775807"), "9223372036854775807", false),
                arguments(number("9223372036854775808"), "9223372036854775808", true),
                // The two lowest numbers of a long stand for something else.
                arguments(number("-9223372036854775806"), "-9223372036854775806", false),
                arguments(number("-9223372036854775807"), "-9223372036854775807", true),
                arguments(number("-9223372036854775808"), "-9223372036854775808", true),
                arguments(plus("9223372036854775807", "1"), "9223372036854775808", true),
                arguments(plus("-9223372036854775800", "-8"), "-9223372036854775808", true),
                arguments(plus("-9223372036854775800", "-7"), "-9223372036854775807", true),
                arguments(plus("9223372036854775807", "0.1"), "9223372036854775807.1", true),
                arguments(plus("1", "0.0000000000000000000001"), "1.0000000000000000000001", true),
                arguments(plus("0", "0.5"), "0.5", false),
                arguments(times("3037000500", "3037000500"), "9223372037000250000", true),
                arguments(times("3037000499", "3037000499"), "9223372030926249001", false),
                arguments(times("-4611686018427387904", "2"), "-9223372036854775808", true),
                arguments(new Negation(number("9223372036854775807")), "-9223372036854775807", true),
                arguments(new Rounding(number("2.5"), 0), "3", false),
                arguments(new Rounding(number("-2.5"), 0), "-3", false),
                arguments(new Rounding(number("2.4999"), 0), "2", false),
                arguments(new Rounding(number("1.005"), 2), "1.01", false),
                arguments(new Rounding(number("15"), -1), "20", false),
                arguments(new Rounding(number("-15"), -1), "-20", false),
                arguments(new Rounding(number("7"), 3), "7.000", false),
                arguments(new Rounding(number("0.00000000000000000000005"), 1), "0.0", false),
                arguments(new Rounding(number("9223372036854775807"), 1), "9223372036854775807.0", true));
    }

    @ParameterizedTest
    @MethodSource("edges")
    void units_atTheEdges_areExactOrOutside(NumberExpression expression, String expected, boolean outside) {
        BigDecimal exact = new BigDecimal(expected);
        assertEquals(0, exact.compareTo(expression.exact(NO_ROW)), () -> "" + expression.exact(NO_ROW));
        long units = expression.units(NO_ROW);
        if (units != OUTSIDE) {
            assertEquals(0, exact.compareTo(BigDecimal.valueOf(units, expression.scale())));
        }
        // -9223372036854775807 is the number that stands for OUTSIDE.
        assertEquals(outside, units == OUTSIDE);
    }

    @Test
    void units_ofNull_areNullAlsoBesideWhatIsOutside() {
        NumberExpression nothing = NumberLiteral.of(null);
        NumberExpression large = number("1" + "0".repeat(40));
        for (NumberExpression expression : List.of(
                Addition.of(large, nothing, false),
                new Multiplication(nothing, large),
                new Negation(nothing),
                new Rounding(nothing, 2),
                NumberCoalesce.of(List.of(nothing, nothing)))) {
            assertEquals(NULL, expression.units(NO_ROW), expression::toString);
            assertNull(expression.exact(NO_ROW));
        }
    }

    @Test
    void units_withoutADeclaredScale_areOutsideAndNullOnlyForNull() {
        NumberExpression varying = new NumberColumn(new ColumnRef(0, "n", true), VARYING);
        RowImage row = new OneNumber(new BigDecimal("1.25"));
        NumberExpression zeroIfNull = NumberCoalesce.of(List.of(varying, number("0")));
        assertEquals(VARYING, zeroIfNull.scale());
        assertEquals(OUTSIDE, zeroIfNull.units(NO_ROW));
        assertEquals(BigDecimal.ZERO, zeroIfNull.exact(NO_ROW));
        assertEquals(OUTSIDE, varying.units(row));
        assertEquals(NULL, varying.units(NO_ROW));
        // A cast gives it a scale.
        assertEquals(13, new Rounding(varying, 1).units(row));
    }

    @Test
    void digits_ofBranches_areKnownIfAllHaveTheSame() {
        NumberExpression nothing = NumberLiteral.of(null);
        assertEquals(
                2,
                NumberCoalesce.of(List.of(nothing, number("1.25"), number("0.00")))
                        .digits());
        assertEquals(
                VARYING, NumberCoalesce.of(List.of(number("1.25"), number("0"))).digits());
        assertEquals(ANY, NumberCoalesce.of(List.of(nothing, nothing)).digits());
        assertEquals(3, times("1.5", "0.25").digits());
        assertEquals(2, plus("1.5", "0.25").digits());
    }
}
