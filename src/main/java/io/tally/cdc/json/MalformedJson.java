package io.tally.cdc.json;

import java.io.Serial;

/** Bytes that are not one JSON document. An outcome of reading rather than a fault of the program: it has no stack trace. */
public final class MalformedJson extends Exception {

    @Serial
    private static final long serialVersionUID = 1L;

    private final int at;

    /**
     * @param at index of the first byte that does not fit
     * @param start of the document
     * @param limit of the document
     * @param expected what would fit
     */
    public MalformedJson(byte[] document, int at, int start, int limit, String expected) {
        super(
                "not JSON at byte " + (at - start) + ": expected " + expected + " but found "
                        + (at < limit ? String.format("0x%02x", document[at]) : "the end"),
                null,
                false,
                false);
        this.at = at;
    }

    /** Index of the first byte that does not fit. */
    public int at() {
        return at;
    }

    /** The error for bytes that were JSON a moment ago. */
    public IllegalStateException noLonger() {
        return new IllegalStateException("bytes changed while they were decoded", this);
    }
}
