package io.tally.view.sql;

/** A piece of SQL that cannot be read; says where and why. */
public final class SyntaxFault extends Exception {

    private final int start;
    private final int end;

    /**
     * Something that begins at a place; where it ends is not known.
     *
     * @param start counted in chars
     */
    SyntaxFault(int start, String why) {
        this(start, start, why);
    }

    private SyntaxFault(int start, int end, String why) {
        super(why, null, false, false);
        this.start = start;
        this.end = end;
    }

    /** The same fault, of the whole expression that it is in. */
    SyntaxFault within(int expressionStart, int expressionEnd) {
        return new SyntaxFault(expressionStart, expressionEnd, getMessage());
    }

    public int start() {
        return start;
    }

    /** Where the expression ends; the same as {@link #start} if that is not known. */
    public int end() {
        return end;
    }
}
