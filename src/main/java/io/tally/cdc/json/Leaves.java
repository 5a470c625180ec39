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
