package io.tally.window;

import io.tally.view.RowFault;

/**
 * Why a row of the orders table counts nothing. A fact about the row: every image of it in the log says so, and filling the
 * results from the table leaves the same rows out. So such an image contributes nothing by itself, and the other image of
 * its change counts as always.
 */
public enum ValueFault {
    /** The event time is infinite. */
    INFINITE_TIME("infinite-time"),
    /** The event time is one that PostgreSQL can hold, but not the window around it. */
    TIME_OUT_OF_RANGE("time-out-of-range"),
    /** A number is {@code NaN} or infinite. */
    NOT_FINITE("not-finite"),
    /** A number is larger than what is counted with, in a column that can hold such numbers. */
    NUMBER_OUT_OF_RANGE("number-out-of-range"),
    /** A number has more decimals than what is counted with, in a column that can hold such numbers. */
    FINER_NUMBER("finer-number"),
    /** A value is null, in a column that can hold nulls. */
    NULL_VALUE("null-value"),
    /** Texts that the rows are grouped by are longer together than a row of the results can hold. */
    KEY_TOO_LONG("key-too-long");

    private final String code;

    ValueFault(String code) {
        this.code = code;
    }

    static ValueFault of(RowFault fault) {
        return switch (fault) {
            case NOT_FINITE -> NOT_FINITE;
            case NO_WINDOW -> TIME_OUT_OF_RANGE;
            case KEY_TOO_LONG -> KEY_TOO_LONG;
        };
    }

    /** The fault as metrics and the status show it: lower case, words joined by hyphens. */
    public String code() {
        return code;
    }
}
