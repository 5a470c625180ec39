package io.tally.cdc.json;

import java.nio.charset.StandardCharsets;

/**
 * Where the text of JSON strings ends. Plain text is printable ASCII without escapes; all else is coded, its bytes are
 * not its text. A fault is answered by the complement ({@code ~}) of its index.
 */
public final class JsonText {

    private JsonText() {}

    /** Decodes a slice between quotes, which has been checked. */
    public static String string(byte[] bytes, int from, int to) {
        StringBuilder text = null;
        int done = from;
        for (int at = from; at < to; at++) {
            if (bytes[at] == '\\') {
                text = text == null ? new StringBuilder(to - from) : text;
                text.append(new String(bytes, done, at - done, StandardCharsets.UTF_8));
                text.append((char) escapedUnit(bytes, at, to));
                at += bytes[at + 1] == 'u' ? 5 : 1;
                done = at + 1;
            }
        }
        String rest = new String(bytes, done, to - done, StandardCharsets.UTF_8);
        return text == null ? rest : text.append(rest).toString();
    }

    /** Index of the first byte, from the given one, that is not plain text, or the limit. */
    public static int endOfPlain(byte[] bytes, int from, int limit) {
        int at = from;
        while (at <= limit - Long.BYTES) {
            long found = Words.notPlain(Words.at(bytes, at));
            if (found != 0) {
                return at + Words.first(found);
            }
            at += Long.BYTES;
        }
        while (at < limit && isPlain(bytes[at])) {
            at++;
        }
        return at;
    }

    private static boolean isPlain(byte b) {
        return b >= ' ' && b != '"' && b != '\\';
    }

    /**
     * Index of the closing quote, from a byte that is not plain on.
     *
     * @param name whether it is a name, in which escaped surrogates have to come in pairs
     */
    public static int endOfCoded(byte[] bytes, int from, int limit, boolean name) {
        int at = from;
        while (at < limit && bytes[at] != '"') {
            int end = bytes[at] == '\\' ? endOfEscape(bytes, at, limit, name) : at + sequenceLength(bytes, at, limit);
            if (end <= at) {
                return ~at;
            }
            at = endOfPlain(bytes, end, limit);
        }
        return at < limit ? at : ~at;
    }

    private static int endOfEscape(byte[] bytes, int at, int limit, boolean name) {
        int unit = escapedUnit(bytes, at, limit);
        if (unit < 0) {
            return at;
        }
        int end = at + (bytes[at + 1] == 'u' ? 6 : 2);
        if (!name || !Character.isSurrogate((char) unit)) {
            return end;
        }
        boolean paired = Character.isHighSurrogate((char) unit)
                && end < limit
                && bytes[end] == '\\'
                && Character.isLowSurrogate((char) escapedUnit(bytes, end, limit));
        return paired ? end + 6 : at;
    }

    /**
     * Length of the UTF-8 sequence at the index, or 0 if there is none; a raw control character is none either. As
     * strict as Jackson and no stricter: lead byte, continuation bytes, no encoded surrogates. Longer forms than needed
     * pass.
     */
    public static int sequenceLength(byte[] bytes, int at, int limit) {
        int lead = bytes[at];
        int length = (lead & 0xE0) == 0xC0 ? 2 : (lead & 0xF0) == 0xE0 ? 3 : (lead & 0xF8) == 0xF0 ? 4 : 0;
        if (length == 0 || lead >= 0 || length > limit - at) {
            return 0;
        }
        for (int i = 1; i < length; i++) {
            if ((bytes[at + i] & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length == 3 && Character.isSurrogate((char) threeByteUnit(bytes, at)) ? 0 : length;
    }

    /** The UTF-16 unit that a sequence of three bytes stands for. */
    public static int threeByteUnit(byte[] bytes, int at) {
        return (bytes[at] & 0x0F) << 12 | (bytes[at + 1] & 0x3F) << 6 | bytes[at + 2] & 0x3F;
    }

    /** The UTF-16 unit that the escape starting with the backslash at the index stands for, or -1. */
    public static int escapedUnit(byte[] bytes, int at, int limit) {
        int letter = at + 1 < limit ? bytes[at + 1] : -1;
        return switch (letter) {
            case '"', '\\', '/' -> letter;
            case 'b' -> '\b';
            case 't' -> '\t';
            case 'n' -> '\n';
            case 'f' -> '\f';
            case 'r' -> '\r';
            case 'u' -> hexUnit(bytes, at + 2, limit);
            default -> -1;
        };
    }

    /** Value of the four hexadecimal digits from the given index, or -1. */
    private static int hexUnit(byte[] bytes, int at, int limit) {
        if (at > limit - 4) {
            return -1;
        }
        int unit = 0;
        for (int i = at; i < at + 4; i++) {
            unit = unit << 4 | hexDigit(bytes[i]);
        }
        return Math.max(unit, -1);
    }

    /** Value of the digit, or -1, which leaves the unit negative whatever digits follow. */
    private static int hexDigit(byte b) {
        if (b >= '0' && b <= '9') {
            return b - '0';
        }
        int letter = b | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }
}
