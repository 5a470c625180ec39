package io.tally.cdc.json;

/**
 * Confirms where a value ends that is thought to be as long as its predecessor: null, plain text or a positive integer.
 * Says yes, or nothing at all. Words overlap instead of being looped over, since a loop of few rounds costs more.
 */
final class LikelyValue {

    /** Longest text that is looked at: six words, from both ends. */
    private static final int MAX_TEXT = 6 * Long.BYTES;

    /** Digits of the longest integer of 64 bits; three words, from both ends. */
    private static final int MAX_DIGITS = 19;

    private static final int NULL_LENGTH = 4;
    private static final int NULL_WORD = 'n' | 'u' << 8 | 'l' << 16 | 'l' << 24;

    private LikelyValue() {}

    /**
     * Whether the value at the first index ends before the second one for certain.
     *
     * @param end any index
     */
    static boolean endsAt(byte[] bytes, int from, int end, int limit) {
        byte first = bytes[from];
        if (first == '"') {
            return textEndsAt(bytes, from + 1, end - 1, limit);
        }
        if (first > '0' && first <= '9') {
            return integerEndsAt(bytes, from, end, limit);
        }
        return first == 'n'
                && end == from + NULL_LENGTH
                && from <= limit - Long.BYTES
                && (int) Words.at(bytes, from) == NULL_WORD;
    }

    private static boolean textEndsAt(byte[] bytes, int from, int quote, int limit) {
        int length = quote - from;
        if (length < 0 || length > MAX_TEXT || quote >= limit || bytes[quote] != '"') {
            return false;
        }
        if (length < Long.BYTES) {
            return from <= limit - Long.BYTES && Words.isFirst(Words.notPlain(Words.at(bytes, from)), length);
        }
        long found = Words.notPlain(Words.at(bytes, from)) | Words.notPlain(Words.at(bytes, quote - 8));
        if (length > 16) {
            found |= Words.notPlain(Words.at(bytes, from + 8)) | Words.notPlain(Words.at(bytes, quote - 16));
        }
        if (length > 32) {
            found |= Words.notPlain(Words.at(bytes, from + 16)) | Words.notPlain(Words.at(bytes, quote - 24));
        }
        return found == 0;
    }

    private static boolean integerEndsAt(byte[] bytes, int from, int end, int limit) {
        int length = end - from;
        if (length <= 0 || length > MAX_DIGITS || end > limit - Long.BYTES) {
            return false;
        }
        byte after = bytes[end];
        if (after != ',' && after != '}') {
            return false;
        }
        long first = Words.notDigits(Words.at(bytes, from));
        if (length < Long.BYTES) {
            return Words.isFirst(first, length);
        }
        long found = first | Words.notDigits(Words.at(bytes, end - 8));
        return (length > 16 ? found | Words.notDigits(Words.at(bytes, from + 8)) : found) == 0;
    }
}
