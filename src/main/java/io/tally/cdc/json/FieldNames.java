package io.tally.cdc.json;

import java.util.Arrays;

/** The few names that are wanted of an object: finds a name's index by its bytes. Immutable. */
public final class FieldNames {

    /** Not one of the names. */
    public static final int NONE = -1;

    private final byte[][] names;

    public FieldNames(String... wanted) {
        names = new byte[wanted.length][];
        for (int i = 0; i < wanted.length; i++) {
            names[i] = CodedText.encode(wanted[i]);
        }
    }

    /** Index of the name in the given slice, which is plain text, or {@link #NONE}. */
    public int find(byte[] bytes, int from, int to) {
        for (int i = 0; i < names.length; i++) {
            if (Arrays.equals(names[i], 0, names[i].length, bytes, from, to)) {
                return i;
            }
        }
        return NONE;
    }

    /** The same for a name with escapes or beyond ASCII; unusual enough to cost an allocation. */
    public int findCoded(byte[] bytes, int from, int to) {
        byte[] text = new byte[CodedText.roomFor(to - from)];
        int length = CodedText.decode(bytes, from, to, text);
        return find(text, 0, length);
    }
}
