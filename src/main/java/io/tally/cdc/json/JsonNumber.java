package io.tally.cdc.json;

/** Where JSON numbers end. A fault is answered by the complement ({@code ~}) of its index. */
final class JsonNumber {

    /** Jackson's limit to the digits of a number, so that what one of the two reads the other does too. */
    static final int MAX_DIGITS = 1000;

    private JsonNumber() {}

    /** Index after the number that starts at the given one with a minus or a digit. */
    static int end(byte[] bytes, int from, int limit) {
        int first = bytes[from] == '-' ? from + 1 : from;
        int afterInteger = Words.endOfDigits(bytes, first, limit);
        int digits = afterInteger - first;
        if (digits == 0 || digits > 1 && bytes[first] == '0') {
            return ~first;
        }
        int at = afterInteger;
        if (at < limit && bytes[at] == '.') {
            at = Words.endOfDigits(bytes, at + 1, limit);
            digits += at - afterInteger - 1;
            if (at == afterInteger + 1) {
                return ~at;
            }
        }
        if (at < limit && (bytes[at] | 0x20) == 'e') {
            boolean signed = at + 1 < limit && (bytes[at + 1] == '+' || bytes[at + 1] == '-');
            int exponent = signed ? at + 2 : at + 1;
            at = Words.endOfDigits(bytes, exponent, limit);
            digits += at - exponent;
            if (at == exponent) {
                return ~at;
            }
        }
        return digits > MAX_DIGITS ? ~first : at;
    }
}
