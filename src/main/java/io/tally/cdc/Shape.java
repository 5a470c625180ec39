package io.tally.cdc;

/** How the records of a topic are put together. Found out record by record. */
public enum Shape {
    /** Debezium's envelope by itself: JSON without schemas. */
    ENVELOPE("envelope"),
    /** The envelope as the payload of an embedded Connect schema. */
    ENVELOPE_WITH_SCHEMA("envelope-with-schema"),
    /** Only the row, which the transform ExtractNewRecordState took out of the envelope. */
    ROW("row"),
    /** Only the row, as the payload of an embedded Connect schema. */
    ROW_WITH_SCHEMA("row-with-schema"),
    /** The envelope in Avro, its schema in a registry. */
    ENVELOPE_AVRO("envelope-avro"),
    /** Only the row, in Avro. */
    ROW_AVRO("row-avro"),
    /** The envelope in JSON, after the id of its schema. */
    ENVELOPE_JSON_SCHEMA("envelope-json-schema"),
    /** Only the row, in JSON after the id of its schema. */
    ROW_JSON_SCHEMA("row-json-schema");

    private final String code;

    Shape(String code) {
        this.code = code;
    }

    /** The shape as the status shows it: lower case, words joined by hyphens. */
    public String code() {
        return code;
    }

    /** Whether the records are rows by themselves, which never come with the row before. */
    public boolean isRow() {
        return switch (this) {
            case ROW, ROW_WITH_SCHEMA, ROW_AVRO, ROW_JSON_SCHEMA -> true;
            case ENVELOPE, ENVELOPE_WITH_SCHEMA, ENVELOPE_AVRO, ENVELOPE_JSON_SCHEMA -> false;
        };
    }
}
