package io.tally.cdc;

import io.tally.cdc.json.JsonCursor;
import io.tally.cdc.json.MalformedJson;
import io.tally.cdc.json.TextSlice;
import io.tally.cdc.json.Words;
import io.tally.cdc.value.IntegerText;

/**
 * The text of {@code source.sequence}, a JSON array inside a JSON string: {@code "[\"24849416\",\"24849416\"]"}, where
 * each part is the decimal text of an LSN or null. The first part is the last commit before the record's transaction.
 */
final class SequenceText {

    /** Not an array of two LSNs. */
    static final long MALFORMED = Long.MIN_VALUE;

    private static final int MAX_USUAL_DIGITS = 18;
    private static final int NONE = -1;

    /** For texts in an unusual form only. */
    private final JsonCursor cursor = new JsonCursor();

    private final TextSlice whole = new TextSlice();
    private final TextSlice part = new TextSlice();

    /**
     * First part of the sequence in the given string, from its opening quote to after its closing one.
     *
     * @return an LSN, {@link RowChange#NO_LSN} for null, or {@link #MALFORMED}
     */
    long lastCommitLsn(byte[] bytes, int start, int end) {
        int first = start + 2;
        int afterFirst = bytes[start + 1] == '[' ? afterUsualPart(bytes, first, end) : NONE;
        if (afterFirst != NONE && bytes[afterFirst] == ',') {
            int afterSecond = afterUsualPart(bytes, afterFirst + 1, end);
            if (afterSecond == end - 2 && bytes[afterSecond] == ']') {
                boolean isNull = bytes[first] == 'n';
                return isNull ? RowChange.NO_LSN : IntegerText.value(bytes, first + 2, afterFirst - 2);
            }
        }
        return unusual(bytes, start, end);
    }

    /** Index after {@code null} or {@code \"digits\"} as they stand in the record, escapes and all; or NONE. */
    private static int afterUsualPart(byte[] bytes, int from, int to) {
        if (to - from >= 4 && bytes[from] == 'n') {
            boolean isNull = bytes[from + 1] == 'u' && bytes[from + 2] == 'l' && bytes[from + 3] == 'l';
            return isNull ? from + 4 : NONE;
        }
        if (to - from < 5 || bytes[from] != '\\' || bytes[from + 1] != '"') {
            return NONE;
        }
        int at = Words.endOfDigits(bytes, from + 2, to);
        int digits = at - from - 2;
        boolean closed = at + 1 < to && bytes[at] == '\\' && bytes[at + 1] == '"';
        return closed && digits > 0 && digits <= MAX_USUAL_DIGITS ? at + 2 : NONE;
    }

    private long unusual(byte[] bytes, int start, int end) {
        whole.take(bytes, start, end);
        try {
            int at = cursor.open(whole.bytes(), whole.from(), whole.length());
            int afterDocument = cursor.endOfValue(at, 0);
            cursor.end(afterDocument);
            return whole.bytes()[at] == '[' ? firstOfTwo(at) : MALFORMED;
        } catch (MalformedJson notJson) {
            return MALFORMED;
        }
    }

    private long firstOfTwo(int bracket) throws MalformedJson {
        long lsn = MALFORMED;
        int parts = 0;
        int at = cursor.firstElement(bracket);
        while (whole.bytes()[at] != ']') {
            int end = cursor.endOfValue(at, 1);
            long value = lsn(at, end);
            if (value == MALFORMED) {
                return MALFORMED;
            }
            lsn = parts == 0 ? value : lsn;
            parts++;
            at = cursor.nextElement(end);
        }
        return parts == 2 ? lsn : MALFORMED;
    }

    private long lsn(int start, int end) {
        byte first = whole.bytes()[start];
        if (first != '"') {
            return first == 'n' ? RowChange.NO_LSN : MALFORMED;
        }
        part.take(whole.bytes(), start, end);
        return digits(part.bytes(), part.from(), part.to());
    }

    private static long digits(byte[] bytes, int from, int to) {
        int first = from;
        while (first < to - 1 && bytes[first] == '0') {
            first++;
        }
        for (int i = first; i < to; i++) {
            if (bytes[i] < '0' || bytes[i] > '9') {
                return MALFORMED;
            }
        }
        return first < to && IntegerText.fits(bytes, first, to) ? IntegerText.value(bytes, first, to) : MALFORMED;
    }
}
