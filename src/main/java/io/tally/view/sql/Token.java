package io.tally.view.sql;

/**
 * A token of a statement.
 *
 * @param text what it says: a word as written, a quoted name or a string without quotes and escapes
 * @param start its place in the text, counted in chars
 * @param end the place after it
 */
public record Token(Kind kind, String text, int start, int end) {

    /** Kinds of tokens. */
    public enum Kind {
        /** A keyword or a name without quotes. */
        WORD,
        /** A name in double quotes. */
        NAME,
        STRING,
        NUMBER,
        /** An operator or a punctuation mark. */
        SYMBOL,
        /** The end of the text. */
        END
    }

    /** Whether it is this keyword, however it is written. */
    public boolean isWord(String keyword) {
        return kind == Kind.WORD && text.equalsIgnoreCase(keyword);
    }

    public boolean isSymbol(String symbol) {
        return kind == Kind.SYMBOL && text.equals(symbol);
    }
}
