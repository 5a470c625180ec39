package io.tally.cdc.json;

import java.util.Arrays;

/** The values in a JSON document that are no objects or arrays, in the order they stand there. */
final class Leaves {

    private final byte[] document;
    private int[] starts = new int[32];
    private int[] ends = new int[32];
    private int count;

    /** @param document known to be JSON */
    Leaves(byte[] document) {
        this.document = document;
        int at = 0;
        while (at < document.length) {
            at = pass(at);
        }
    }

    byte[] document() {
        return document;
    }

    int count() {
        return count;
    }

    int start(int leaf) {
        return starts[leaf];
    }

    int end(int leaf) {
        return ends[leaf];
    }

    /** Whether two documents are the same but for their leaves. */
    boolean surroundedAs(Leaves other) {
        if (count != other.count) {
            return false;
        }
        int at = 0;
        int otherAt = 0;
        for (int i = 0; i < count; i++) {
            if (!Arrays.equals(document, at, starts[i], other.document, otherAt, other.starts[i])) {
                return false;
            }
            at = ends[i];
            otherAt = other.ends[i];
        }
        return Arrays.equals(document, at, document.length, other.document, otherAt, other.document.length);
    }

    /** Whether a leaf is the same in both. */
    boolean sameLeaf(Leaves other, int leaf) {
        return Arrays.equals(document, starts[leaf], ends[leaf], other.document, other.starts[leaf], other.ends[leaf]);
    }

    /** Whether a leaf is as long in both, and differs only in bytes that may be any digit. */
    boolean sameButDigits(Leaves other, int leaf) {
        int length = ends[leaf] - starts[leaf];
        if (length != other.ends[leaf] - other.starts[leaf]) {
            return false;
        }
        byte[] any = new byte[document.length];
        markDigits(leaf, any);
        for (int i = 0; i < length; i++) {
            int at = starts[leaf] + i;
            byte theirs = other.document[other.starts[leaf] + i];
            if (document[at] != theirs && (any[at] == 0 || !isDigit(theirs))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Marks, with all ones, the bytes of a leaf that may be any digit and leave it JSON: in strings, escapes or not, all that
     * are digits, but not the first of several in a number, which must not be zero.
     */
    void markDigits(int leaf, byte[] marks) {
        for (int at = afterFixed(leaf); at < ends[leaf]; at++) {
            if (isDigit(document[at])) {
                marks[at] = -1;
            }
        }
    }

    /** Index after what in a number has to stay, whatever else changes. */
    private int afterFixed(int leaf) {
        int first = document[starts[leaf]] == '-' ? starts[leaf] + 1 : starts[leaf];
        boolean several = first + 1 < ends[leaf] && isDigit(document[first]) && isDigit(document[first + 1]);
        return several ? first + 1 : first;
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }

    private int pass(int at) {
        int end = JsonLeaf.end(document, at, document.length);
        if (end < 0) {
            return at + 1;
        }
        if (document[at] != '"' || !isName(end)) {
            add(at, end);
        }
        return end;
    }

    private boolean isName(int afterString) {
        int at = afterString;
        while (at < document.length && document[at] <= ' ' && document[at] > 0) {
            at++;
        }
        return at < document.length && document[at] == ':';
    }

    private void add(int start, int end) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
        }
        starts[count] = start;
        ends[count++] = end;
    }
}
