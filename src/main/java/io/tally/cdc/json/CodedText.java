package io.tally.cdc.json;

import java.util.Arrays;

/**
 * Escaped JSON text, decoded to a form in which equal texts have equal bytes: one to three bytes for each UTF-16 unit,
 * so that a surrogate pair takes six. Plain ASCII looks the same in it, and a lone surrogate, which an escape may stand
 * for, needs no special case.
 */
public final class CodedText {

    private CodedText() {}

    /** Room that {@link #decode} needs at most for so many bytes: four bytes of UTF-8 become two units, six bytes. */
    public static int roomFor(int codedLength) {
        return codedLength + (codedLength >> 1);
    }

    /**
     * Decodes text that has been checked.
     *
     * @return how many bytes were written to the target, from its start
     */
    public static int decode(byte[] bytes, int from, int to, byte[] target) {
        int written = 0;
        int at = from;
        while (at < to) {
            byte b = bytes[at];
            if (b == '\\') {
                written = put(target, written, JsonText.escapedUnit(bytes, at, to));
                at += bytes[at + 1] == 'u' ? 6 : 2;
            } else if (b >= 0) {
                target[written++] = b;
                at++;
            } else {
                int length = JsonText.sequenceLength(bytes, at, to);
                written = putSequence(bytes, at, length, target, written);
                at += length;
            }
        }
        return written;
    }

    /** The text of a Java string in the form that {@link #decode} writes. */
    public static byte[] encode(String text) {
        byte[] target = new byte[3 * text.length()];
        int written = 0;
        for (int i = 0; i < text.length(); i++) {
            written = put(target, written, text.charAt(i));
        }
        return Arrays.copyOf(target, written);
    }

    private static int putSequence(byte[] bytes, int at, int length, byte[] target, int written) {
        if (length == 2) {
            return put(target, written, (bytes[at] & 0x1F) << 6 | bytes[at + 1] & 0x3F);
        }
        if (length == 3) {
            return put(target, written, JsonText.threeByteUnit(bytes, at));
        }
        int point = (bytes[at] & 0x07) << 18
                | (bytes[at + 1] & 0x3F) << 12
                | (bytes[at + 2] & 0x3F) << 6
                | bytes[at + 3] & 0x3F;
        int above = point - 0x10000;
        int high = put(target, written, 0xD800 + (above >> 10) & 0xFFFF);
        return put(target, high, 0xDC00 | above & 0x3FF);
    }

    private static int put(byte[] target, int at, int unit) {
        int end = at;
        if (unit < 0x80) {
            target[end++] = (byte) unit;
            return end;
        }
        if (unit < 0x800) {
            target[end++] = (byte) (0xC0 | unit >> 6);
        } else {
            target[end++] = (byte) (0xE0 | unit >> 12);
            target[end++] = (byte) (0x80 | unit >> 6 & 0x3F);
        }
        target[end++] = (byte) (0x80 | unit & 0x3F);
        return end;
    }
}
