package io.tally.cdc;

/** How the values of the topic are written, as far as it is settled. */
public enum RecordFormat {
    /** Each says it by its first byte, and by the kind of its schema. */
    AUTO,
    /** JSON. An id of a schema before it is passed over. */
    JSON,
    /** Avro, with the id of its schema before it. */
    AVRO
}
