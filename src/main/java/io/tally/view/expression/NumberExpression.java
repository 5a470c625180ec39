package io.tally.view.expression;

import java.math.BigDecimal;

/** A number: exact, of any size. */
public sealed interface NumberExpression extends Expression
        permits NumberColumn,
                NumberLiteral,
                Negation,
                Addition,
                Multiplication,
                Rounding,
                Rescaled,
                NumberCoalesce,
                NumberCase {

    /** Answer of {@link #units}: the value is NULL. */
    long NULL = Long.MIN_VALUE;

    /**
     * Answer of {@link #units}: the value has no fixed scale, or does not fit; ask for {@link #exact}. Every number that is
     * one is above it.
     */
    long OUTSIDE = Long.MIN_VALUE + 1;

    /** Neither {@link #scale} nor {@link #digits} is known beforehand. */
    int VARYING = -1;

    /** Answer of {@link #digits} where there is no value but NULL, which has no digits. */
    int ANY = -2;

    /** The scale that {@link #units} are in, or {@link #VARYING}. */
    int scale();

    /** The digits behind the point that PostgreSQL gives the value in every row, {@link #VARYING} or {@link #ANY}. */
    int digits();

    /** The value in units of {@link #scale}, or {@link #NULL} or {@link #OUTSIDE}. */
    long units(RowImage row);

    /** The value, or null; always right, and slow. */
    BigDecimal exact(RowImage row);

    @Override
    default boolean isNull(RowImage row) {
        return units(row) == NULL;
    }

    /** A value that was worked out with all its digits, in units, if it fits. */
    static long fitted(BigDecimal value, int scale) {
        if (value == null) {
            return NULL;
        }
        var unscaled = value.setScale(scale).unscaledValue();
        long units = unscaled.longValue();
        return unscaled.bitLength() < Long.SIZE && units != NULL ? units : OUTSIDE;
    }
}
