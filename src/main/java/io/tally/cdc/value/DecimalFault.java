package io.tally.cdc.value;

/** Why there is no number in a place that is for one. */
public enum DecimalFault {
    /** Neither a number nor a text nor an object of bytes with their scale. */
    WRONG_TYPE,
    /** A text that is no number, or bytes that are none. */
    NO_NUMBER,
    /** {@code NaN} or infinite. */
    NOT_FINITE,
    /** More decimals than the scale of the result. */
    TOO_FINE,
    /** More than 64 bits. */
    OUT_OF_RANGE
}
