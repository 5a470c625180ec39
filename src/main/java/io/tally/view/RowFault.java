package io.tally.view;

/** Why an image of a row contributes nothing, whatever the view's WHERE says. */
public enum RowFault {
    /** A time that is infinite or after the year 294246, {@code NaN}, or an infinite number. */
    NOT_FINITE,
    /** A time so far from the origin of the windows that PostgreSQL cannot name its window. */
    NO_WINDOW,
    /** Keys that a row of the result cannot hold together. */
    KEY_TOO_LONG
}
