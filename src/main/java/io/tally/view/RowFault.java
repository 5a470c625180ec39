package io.tally.view;

/**
 * Why an image of a row contributes nothing, whatever the view's WHERE says. A fact about the row: every image of it in the log
 * says so, and filling the results from the table leaves the same rows out. So such an image contributes nothing by itself, and
 * the other image of its change counts as always.
 */
public enum RowFault {
    /** A time that is infinite. */
    INFINITE_TIME("infinite-time"),
    /** A time that PostgreSQL can hold, but not the window around it; or one after the year 294246. */
    TIME_OUT_OF_RANGE("time-out-of-range"),
    /** A number that is {@code NaN} or infinite. */
    NOT_FINITE("not-finite"),
    /** Keys of text that are longer together than a row of the result can hold. */
    KEY_TOO_LONG("key-too-long");

    private final String code;

    RowFault(String code) {
        this.code = code;
    }

    /** The fault as metrics and the status show it: lower case, words joined by hyphens. */
    public String code() {
        return code;
    }
}
