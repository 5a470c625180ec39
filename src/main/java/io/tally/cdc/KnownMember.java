package io.tally.cdc;

/**
 * One member as it stood in the last object of its kind: what came before the value, from the end of the value before
 * it as in {@code ,"price":}, and how long the value was. Recognised by comparing two words.
 */
final class KnownMember {

    /** Longest text that two words cover. */
    static final int MAX_LENGTH = 2 * Long.BYTES;

    private long head;
    private long tail;
    private long mask;
    private int tailOffset;

    private int length;
    private int wanted;
    private int valueLength;

    KnownMember() {
        forget();
    }

    /** From now on nothing is recognised, since no word is both head and tail. */
    void forget() {
        head = 0;
        tail = 1;
        mask = -1;
        tailOffset = 0;
    }

    /** Remembers the text at the index; {@link #MAX_LENGTH} bytes are readable there. */
    void learn(byte[] bytes, int at, int textLength) {
        length = textLength;
        mask = textLength < Long.BYTES ? (1L << (textLength << 3)) - 1 : -1;
        tailOffset = Math.max(0, textLength - Long.BYTES);
        head = Words.at(bytes, at) & mask;
        tail = Words.at(bytes, at + tailOffset) & mask;
    }

    /** Whether the same text stands at the index; {@link #MAX_LENGTH} bytes are readable there. */
    boolean standsAt(byte[] bytes, int at) {
        long differences = Words.at(bytes, at) ^ head | Words.at(bytes, at + tailOffset) ^ tail;
        return (differences & mask) == 0;
    }

    int length() {
        return length;
    }

    /** The member's index among the names that are wanted, or {@link FieldNames#NONE}. */
    int wanted() {
        return wanted;
    }

    void setWanted(int index) {
        wanted = index;
    }

    int valueLength() {
        return valueLength;
    }

    void setValueLength(int newLength) {
        valueLength = newLength;
    }
}
