package io.tally.cdc.json;

import java.util.List;

/** Reads the value of one member that is itself an object with members we need. */
public interface Nested {

    /** Forgets everything: there is no such value. */
    void clear();

    /**
     * Reads the value at the given index whatever it is.
     *
     * @param outside levels of objects around it
     * @return index after the value
     */
    int read(JsonCursor cursor, int from, int outside) throws MalformedJson;

    /** Adds itself and what is nested in it, always in the same order. */
    void addTo(List<Nested> readers);

    /** Where it has found everything in the record read last. */
    Found found(RecordLayout layout);

    /** Has found the same in a record that is written like another one. */
    void recall(Found found, byte[] record, int[] shifts);
}
