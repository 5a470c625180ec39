package io.tally.view.sql;

import java.util.Locale;

/** Names and strings as they are written in SQL. */
public final class Names {

    private Names() {}

    /** A name in double quotes, whatever it holds. */
    public static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    /** A string in quotes, for a session with {@code standard_conforming_strings}, as is the default. */
    public static String literal(String value) {
        return '\'' + value.replace("'", "''") + '\'';
    }

    /** The name that a token stands for: without quotes, capitals of ASCII become small. */
    public static String of(Token token) {
        return token.kind() == Token.Kind.NAME ? token.text() : token.text().toLowerCase(Locale.ROOT);
    }
}
