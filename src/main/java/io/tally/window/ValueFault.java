package io.tally.window;

import io.tally.view.RowFault;
import java.util.Arrays;

/**
 * Why a row of the orders table counts nothing. A fact about the row: every image of it in the log says so, and filling the
 * results from the table leaves the same rows out. So such an image contributes nothing by itself, and the other image of
 * its change counts as always.
 */
public enum ValueFault {
    /** The event time is infinite. */
    INFINITE_TIME("infinite-time", null),
    /** The event time is one that PostgreSQL can hold, but not the window around it. */
    TIME_OUT_OF_RANGE("time-out-of-range", RowFault.NO_WINDOW),
    /** A number is {@code NaN} or infinite. */
    NOT_FINITE("not-finite", RowFault.NOT_FINITE),
    /** A number is larger than what is counted with, in a column that can hold such numbers. */
    NUMBER_OUT_OF_RANGE("number-out-of-range", null),
    /** A number has more decimals than what is counted with, in a column that can hold such numbers. */
    FINER_NUMBER("finer-number", null),
    /** A value is null, in a column that can hold nulls. */
    NULL_VALUE("null-value", null),
    /** Texts that the rows are grouped by are longer together than a row of the results can hold. */
    KEY_TOO_LONG("key-too-long", RowFault.KEY_TOO_LONG);

    private final String code;
    private final RowFault ofView;

    /** @param ofView what a view calls it, if it is for a view to say */
    ValueFault(String code, RowFault ofView) {
        this.code = code;
        this.ofView = ofView;
    }

    static ValueFault of(RowFault fault) {
        return Arrays.stream(values())
                .filter(value -> value.ofView == fault)
                .findFirst()
                .orElseThrow();
    }

    /** The fault as metrics and the status show it: lower case, words joined by hyphens. */
    public String code() {
        return code;
    }
}
