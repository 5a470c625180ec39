package io.tally.cdc;

/** What reads a member's value in place of its owner, because the value is an object with members that count. */
interface Nested {

    /** Forgets everything: there is no such value. */
    void clear();

    /**
     * Reads the value at the given index whatever it is.
     *
     * @param outside levels of objects around it
     * @return index after the value
     */
    int read(JsonCursor cursor, int from, int outside) throws UndecodableException;
}
