package io.tally.cdc;

/**
 * Why a record cannot be counted. The code goes into the header of the dead letter and into the tag of its metric, so
 * the set is closed and a code, once released, keeps its meaning.
 */
public enum DeadLetterReason {
    /** The bytes are not one JSON document in UTF-8, or nest deeper than can be real. */
    NOT_JSON("not-json"),
    /** JSON, but no Debezium envelope: not an object, or one without {@code op}. */
    UNKNOWN_SHAPE("unknown-shape"),
    /** An envelope whose {@code op} is none of Debezium's. */
    UNKNOWN_OPERATION("unknown-operation"),
    /** A row, or a column of it, that the operation needs is not there. */
    MISSING_FIELD("missing-field"),
    /** A column that is needed holds null. */
    NULL_FIELD("null-field"),
    /** A value is of another JSON type than its field takes. */
    WRONG_TYPE("wrong-type"),
    /** An update or delete without the whole row before it: it cannot be taken back. */
    NO_BEFORE_IMAGE("no-before-image"),
    /** Debezium's placeholder stands where PostgreSQL did not log a large, unchanged value. */
    UNAVAILABLE_VALUE("unavailable-value"),
    /** A price with more decimals than the scale of the pipeline. */
    FINER_PRICE("finer-price"),
    /** A price whose text is no decimal number. */
    IMPOSSIBLE_NUMBER("impossible-number"),
    /** A number too large for its field. */
    NUMBER_OUT_OF_RANGE("number-out-of-range"),
    /** An event time that is no ISO-8601 time with a zone, or not one of PostgreSQL's range. */
    IMPOSSIBLE_TIME("impossible-time"),
    /** The bytes are not what the schema says that they were written with, or have no schema where one is needed. */
    NOT_AVRO("not-avro"),
    /** The registry has no schema of the record's id, or none that can be read. */
    UNKNOWN_SCHEMA("unknown-schema");

    private final String code;

    DeadLetterReason(String code) {
        this.code = code;
    }

    /** The reason as headers and metrics show it: lower case, words joined by hyphens. */
    public String code() {
        return code;
    }
}
