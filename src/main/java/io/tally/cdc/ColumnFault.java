package io.tally.cdc;

/** Why the value of a column could not be read: it says something about the record, and nothing about the row. */
enum ColumnFault {
    /** The column is not there. */
    MISSING,
    /** It is null, and cannot be in the table. */
    NULL,
    /** Debezium's placeholder stands in its place. */
    UNAVAILABLE,
    /** It is of another JSON type. */
    WRONG_TYPE,
    /** A text that is no number, or bytes that are none. */
    NO_NUMBER,
    /** More decimals than the table can hold. */
    TOO_FINE,
    /** A larger number than the table can hold. */
    OUT_OF_RANGE,
    /** No time in PostgreSQL's range. */
    NO_TIME
}
