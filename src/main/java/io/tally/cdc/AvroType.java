package io.tally.cdc;

import io.tally.cdc.json.JsonOutput;

/** How values of one Avro type are read: a step of the plan that a writer's schema is made into, once. Immutable when made. */
interface AvroType {

    /**
     * Which part of a change a record is, which tells what of it counts.
     */
    enum Role {
        /** The value itself: an envelope, a row, or another message. */
        OUTERMOST,
        /** A row image. */
        ROW,
        /** The source of a change. */
        SOURCE,
        /** Anything else that counts; it counts whole. */
        VALUE
    }

    /** Writes the next value as JSON, as far as it counts. */
    void write(AvroInput in, JsonOutput out, Role role) throws UndecodableException;

    /** Passes the next value over. */
    void skip(AvroInput in) throws UndecodableException;

    /** What a number of this type counts, if it says that it is a time; else null. */
    default EpochUnit unit() {
        return null;
    }
}
