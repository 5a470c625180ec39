package io.tally.cdc.json;

/**
 * A strict reader over the UTF-8 bytes of one JSON document: moves forward only, checks every byte it passes and says
 * where values lie instead of building them.
 *
 * <p>It takes exactly what Jackson 2.22 takes by default, which is RFC 8259: no comments, no trailing commas, no NaN,
 * no leading zeros, no raw control characters in strings; at most {@value #MAX_DEPTH} levels and {@value
 * JsonNumber#MAX_DIGITS} digits in a number. A byte order mark may come first. Fine points are Jackson's too: UTF-8 is
 * checked by lead and continuation bytes, so that longer forms than needed pass; in a value an escaped surrogate may
 * stand alone, in a name it may not. Unlike Jackson it does not guess at UTF-16 and UTF-32, which RFC 8259 rules out,
 * and sets no limit to the length of names and strings: the record's length is one.
 *
 * <p>Methods take the index they start at and return the one they got to, so that it can stay in a register. All of
 * them throw with the place of the fault. Belongs to one thread; reused from document to document.
 */
public final class JsonCursor {

    /** Jackson's limit, so that what one of the two reads the other does too. */
    public static final int MAX_DEPTH = 1000;

    /** One bit for each level of a nest: whether it is an object. */
    private final long[] objects = new long[(MAX_DEPTH >>> 6) + 1];

    private byte[] bytes = {};
    private int start;
    private int limit;
    private int depth;
    private int codedNameEnd;

    /**
     * Starts on a document: the given slice, outside of which nothing is read.
     *
     * @return index of its first byte that counts
     */
    public int open(byte[] document, int offset, int length) throws MalformedJson {
        bytes = document;
        start = offset;
        limit = offset + length;
        codedNameEnd = -1;
        boolean marked = length >= 3
                && document[offset] == (byte) 0xEF
                && document[offset + 1] == (byte) 0xBB
                && document[offset + 2] == (byte) 0xBF;
        return skipSpace(marked ? offset + 3 : offset);
    }

    public byte[] bytes() {
        return bytes;
    }

    public int limit() {
        return limit;
    }

    /** From an opening brace to the first name's quote, or to the closing brace. */
    public int firstMember(int brace) throws MalformedJson {
        int at = skipSpace(brace + 1);
        if (bytes[at] != '"' && bytes[at] != '}') {
            throw fault(at, "a name in double quotes");
        }
        return at;
    }

    /** From the end of a member's value to the next name's quote, or to the closing brace. */
    public int nextMember(int afterValue) throws MalformedJson {
        int at = skipSpace(afterValue);
        if (bytes[at] == ',') {
            at = skipSpace(at + 1);
            if (bytes[at] != '"') {
                throw fault(at, "a name in double quotes");
            }
        } else if (bytes[at] != '}') {
            throw fault(at, "',' or '}'");
        }
        return at;
    }

    /** From an opening bracket to the first element, or to the closing bracket. */
    public int firstElement(int bracket) throws MalformedJson {
        return skipSpace(bracket + 1);
    }

    /** From the end of an element to the next one, or to the closing bracket. */
    public int nextElement(int afterValue) throws MalformedJson {
        int at = skipSpace(afterValue);
        if (bytes[at] == ',') {
            at = skipSpace(at + 1);
            if (bytes[at] == ']') {
                throw fault(at, "a value");
            }
        } else if (bytes[at] != ']') {
            throw fault(at, "',' or ']'");
        }
        return at;
    }

    /** From a name's opening quote to its closing one. */
    public int endOfName(int quote) throws MalformedJson {
        int end = JsonText.endOfPlain(bytes, quote + 1, limit);
        if (end == limit || bytes[end] != '"') {
            end = JsonText.endOfCoded(bytes, end, limit, true);
            if (end < 0) {
                throw fault(~end, JsonLeaf.expected((byte) '"'));
            }
            codedNameEnd = end;
        }
        return end;
    }

    /** Index among those wanted of the name that was passed last, between these quotes; or NONE. */
    public int find(FieldNames names, int quote, int closingQuote) {
        return closingQuote == codedNameEnd
                ? names.findCoded(bytes, quote + 1, closingQuote)
                : names.find(bytes, quote + 1, closingQuote);
    }

    /** From a name's closing quote to the member's value. */
    public int valueAfter(int closingQuote) throws MalformedJson {
        int colon = skipSpace(closingQuote + 1);
        if (bytes[colon] != ':') {
            throw fault(colon, "':'");
        }
        return skipSpace(colon + 1);
    }

    /**
     * From the first byte of a value of any kind, however deep, to the byte after its last.
     *
     * @param outside levels of objects and arrays around the value
     */
    public int endOfValue(int at, int outside) throws MalformedJson {
        byte first = bytes[at];
        return first == '{' || first == '[' ? endOfNest(at, outside) : endOfLeaf(at);
    }

    /** Checks that after the document's value nothing but space is left. */
    public void end(int afterValue) throws MalformedJson {
        int at = afterValue;
        while (at < limit && isSpace(bytes[at])) {
            at++;
        }
        if (at < limit) {
            throw fault(at, "nothing after the document");
        }
    }

    private int endOfNest(int from, int outside) throws MalformedJson {
        depth = outside;
        int at = from;
        do {
            byte b = bytes[at];
            if (b == '{' || b == '[') {
                at = enter(at, outside);
            } else {
                at = leave(endOfLeaf(at), outside);
            }
        } while (depth > outside);
        return at;
    }

    /** From an opening brace or bracket to the first value inside; past all that ends here if there is none. */
    private int enter(int at, int outside) throws MalformedJson {
        if (depth == MAX_DEPTH) {
            throw fault(at, "at most " + MAX_DEPTH + " levels");
        }
        boolean object = bytes[at] == '{';
        long others = objects[depth >>> 6] & ~(1L << depth);
        objects[depth >>> 6] = object ? others | 1L << depth : others;
        int first = object ? firstMember(at) : firstElement(at);
        if (bytes[first] == (object ? '}' : ']')) {
            return leave(first + 1, outside);
        }
        depth++;
        return object ? valueAfter(endOfName(first)) : first;
    }

    /** From the end of a value to the next one, leaving what ends before it; to the end of the nest if all does. */
    private int leave(int afterValue, int outside) throws MalformedJson {
        int at = afterValue;
        while (depth > outside) {
            int level = depth - 1;
            boolean object = (objects[level >>> 6] & 1L << level) != 0;
            at = object ? nextMember(at) : nextElement(at);
            if (bytes[at] != (object ? '}' : ']')) {
                return object ? valueAfter(endOfName(at)) : at;
            }
            at++;
            depth--;
        }
        return at;
    }

    private int endOfLeaf(int at) throws MalformedJson {
        int end = JsonLeaf.end(bytes, at, limit);
        if (end < 0) {
            throw fault(~end, JsonLeaf.expected(bytes[at]));
        }
        return end;
    }

    /** Index of the next byte that is not space; there has to be one. */
    private int skipSpace(int from) throws MalformedJson {
        if (from < limit && bytes[from] > ' ') {
            return from;
        }
        int at = from;
        while (at < limit && isSpace(bytes[at])) {
            at++;
        }
        if (at == limit) {
            throw fault(at, "more");
        }
        return at;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private MalformedJson fault(int at, String expected) {
        return new MalformedJson(bytes, at, start, limit, expected);
    }
}
