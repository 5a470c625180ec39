package io.tally.view.sql;

/** A piece of SQL that cannot be read; says where and why. */
public final class SyntaxFault extends Exception {

    private final int start;

    /**
     * A fault without an instead.
     *
     * @param start where it begins, counted in chars
     */
    public SyntaxFault(int start, String why) {
        super(why, null, false, false);
        this.start = start;
    }

    public int start() {
        return start;
    }
}
