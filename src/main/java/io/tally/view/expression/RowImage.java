package io.tally.view.expression;

import java.math.BigDecimal;

/**
 * A row before or after a change: the values of the columns that some view reads, by their place among these.
 *
 * <p>Columns of other types than the one asked for, and those that are NULL, give no meaningful answer.
 */
public interface RowImage {

    boolean isNull(int column);

    /**
     * Whether the value is one to calculate with: no infinite time, none after the year 294246, no {@code NaN}, no infinite
     * number. A NULL is.
     */
    boolean isFinite(int column);

    /** Whether it is a time after the year 294246, which is not infinite, but no {@link #isFinite finite} one either. */
    boolean isFar(int column);

    /**
     * A number in units of its column's declared scale (whole ones if that is negative), or {@link NumberExpression#OUTSIDE}
     * if it has none or does not fit;
     * a boolean as 0 or 1; a date in days, a time in microseconds, both since 1970-01-01.
     */
    long units(int column);

    /** A number, whatever its size. */
    BigDecimal decimal(int column);

    /** A text, the label of an enum, or a uuid in its usual form, in small letters. */
    String text(int column);
}
