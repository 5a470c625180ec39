package io.tally.cdc.json;

import java.util.Arrays;
import java.util.BitSet;

/**
 * The values in a JSON document that are no objects or arrays, in the order they stand there. Of a string with escapes it is
 * the runs of digits instead, as in {@code "[\"4711\",\"4712\"]"}, and the rest belongs to what surrounds it.
 */
final class Leaves {

    private final byte[] document;
    private int[] starts = new int[32];
    private int[] ends = new int[32];
    private final BitSet partsOfStrings = new BitSet();
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

    /** Whether a leaf is no value, but digits inside a string. */
    boolean isPartOfString(int leaf) {
        return partsOfStrings.get(leaf);
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

    private int pass(int at) {
        byte first = document[at];
        if (first == '"') {
            return passString(at);
        }
        if (!isOfLeaf(first)) {
            return at + 1;
        }
        int end = at + 1;
        while (end < document.length && isOfLeaf(document[end])) {
            end++;
        }
        add(at, end);
        return end;
    }

    /** Whether a byte outside of strings belongs to a number or a literal. */
    private static boolean isOfLeaf(byte b) {
        return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '-' || b == '+' || b == '.' || b == 'E';
    }

    private int passString(int quote) {
        boolean escapes = false;
        boolean digitsOfEscapes = false;
        int at = quote + 1;
        while (document[at] != '"') {
            if (document[at] == '\\') {
                escapes = true;
                at++;
                digitsOfEscapes |= document[at] == 'u';
            }
            at++;
        }
        int end = at + 1;
        if (isName(end)) {
            return end;
        }
        if (escapes && !digitsOfEscapes) {
            addDigits(quote, end);
        } else {
            add(quote, end);
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

    private void addDigits(int from, int to) {
        int at = from;
        while (at < to) {
            int end = Words.endOfDigits(document, at, to);
            if (end > at) {
                partsOfStrings.set(count);
                add(at, end);
            }
            at = end + 1;
        }
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
