package io.tally.cdc.avro;

import java.io.Serial;

/** A schema that is none, or bytes that do not fit theirs. An outcome of reading rather than a fault of the program. */
public final class MalformedAvro extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    MalformedAvro(String message) {
        super(message, null, false, false);
    }
}
