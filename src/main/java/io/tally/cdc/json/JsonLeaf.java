package io.tally.cdc.json;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Where JSON values end that are no objects or arrays. A fault is answered by the complement ({@code ~}) of its index. */
final class JsonLeaf {

    private static final byte[] NULL = ascii("null");
    private static final byte[] TRUE = ascii("true");
    private static final byte[] FALSE = ascii("false");

    private JsonLeaf() {}

    /** Index after the value that starts at the given one. */
    static int end(byte[] bytes, int at, int limit) {
        return switch (bytes[at]) {
            case '"' -> endOfString(bytes, at, limit);
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> JsonNumber.end(bytes, at, limit);
            case 'n' -> endOfLiteral(bytes, at, limit, NULL);
            case 't' -> endOfLiteral(bytes, at, limit, TRUE);
            case 'f' -> endOfLiteral(bytes, at, limit, FALSE);
            default -> ~at;
        };
    }

    /** Expected text, for the message when a value with this first byte has no end. */
    static String expected(byte first) {
        return switch (first) {
            case '"' -> "text in UTF-8 with valid escapes, and a closing quote";
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' ->
                "a number of at most " + JsonNumber.MAX_DIGITS + " digits, without leading zeros";
            case 'n' -> "null";
            case 't' -> "true";
            case 'f' -> "false";
            default -> "a value";
        };
    }

    private static int endOfString(byte[] bytes, int quote, int limit) {
        int end = JsonText.endOfPlain(bytes, quote + 1, limit);
        if (end == limit || bytes[end] != '"') {
            end = JsonText.endOfCoded(bytes, end, limit, false);
        }
        return end < 0 ? end : end + 1;
    }

    private static int endOfLiteral(byte[] bytes, int at, int limit, byte[] word) {
        int end = at + word.length;
        return end <= limit && Arrays.equals(bytes, at, end, word, 0, word.length) ? end : ~at;
    }

    private static byte[] ascii(String word) {
        return word.getBytes(StandardCharsets.US_ASCII);
    }
}
