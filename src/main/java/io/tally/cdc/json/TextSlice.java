package io.tally.cdc.json;

import java.util.Arrays;

/**
 * The text of a JSON string as a slice of bytes: the record's own where text and bytes are the same, a decoded copy
 * where they are not. Reused; a slice is good until the next one is taken.
 */
public final class TextSlice {

    /** Room for any text that means something to us; a longer one gets an array of its own. */
    private static final int ROOM = 512;

    private final byte[] room = new byte[ROOM];

    private byte[] bytes = room;
    private int from;
    private int to;

    /** Takes the text of the string from its opening quote to after its closing one. */
    public void take(byte[] record, int start, int end) {
        from = start + 1;
        to = end - 1;
        bytes = record;
        if (JsonText.endOfPlain(record, from, to) < to) {
            int needed = CodedText.roomFor(to - from);
            bytes = needed <= ROOM ? room : new byte[needed];
            to = CodedText.decode(record, from, to, bytes);
            from = 0;
        }
    }

    public byte[] bytes() {
        return bytes;
    }

    public int from() {
        return from;
    }

    public int to() {
        return to;
    }

    public int length() {
        return to - from;
    }

    public boolean is(byte[] text) {
        return Arrays.equals(bytes, from, to, text, 0, text.length);
    }
}
