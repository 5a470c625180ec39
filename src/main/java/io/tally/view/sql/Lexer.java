package io.tally.view.sql;

import io.tally.view.sql.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/**
 * PostgreSQL's tokens, with {@code standard_conforming_strings} on: quotes, dollar quotes, escape strings, names in double
 * quotes, comments of both kinds, of which the second may be nested.
 */
public final class Lexer {

    private static final String OPERATOR = "+-*/<>=~!@#%^&|`?";

    private final String text;
    private int at;

    private Lexer(String text) {
        this.text = text;
    }

    /** All tokens of a text, the last of which is its {@code END}. */
    public static List<Token> tokens(String text) throws SyntaxFault {
        Lexer lexer = new Lexer(text);
        List<Token> tokens = new ArrayList<>();
        do {
            tokens.add(lexer.next());
        } while (tokens.getLast().kind() != Kind.END);
        return tokens;
    }

    private Token next() throws SyntaxFault {
        skipBlanksAndComments();
        if (at == text.length()) {
            return new Token(Kind.END, "", at, at);
        }
        char c = text.charAt(at);
        if (isWordStart(c)) {
            return wordOrEscapeString();
        }
        if (isDigit(c) || c == '.' && isDigit(peek(1))) {
            return number();
        }
        return switch (c) {
            case '\'' -> quoted(Kind.STRING, '\'', at, false);
            case '"' -> quoted(Kind.NAME, '"', at, false);
            case '$' -> dollarQuoted();
            default -> symbol();
        };
    }

    private void skipBlanksAndComments() throws SyntaxFault {
        while (at < text.length()) {
            if (isBlank(text.charAt(at))) {
                at++;
            } else if (text.startsWith("--", at)) {
                int end = text.indexOf('\n', at);
                at = end < 0 ? text.length() : end;
            } else if (text.startsWith("/*", at)) {
                skipComment();
            } else {
                return;
            }
        }
    }

    private void skipComment() throws SyntaxFault {
        int start = at;
        int depth = 0;
        do {
            if (at == text.length()) {
                throw new SyntaxFault(start, "a comment begins here and has no end");
            } else if (text.startsWith("/*", at)) {
                depth++;
                at += 2;
            } else if (text.startsWith("*/", at)) {
                depth--;
                at += 2;
            } else {
                at++;
            }
        } while (depth > 0);
    }

    private Token wordOrEscapeString() throws SyntaxFault {
        int start = at;
        while (at < text.length() && isWordPart(text.charAt(at))) {
            at++;
        }
        String word = text.substring(start, at);
        if (word.equalsIgnoreCase("e") && peek(0) == '\'') {
            return quoted(Kind.STRING, '\'', start, true);
        }
        return new Token(Kind.WORD, word, start, at);
    }

    private Token number() {
        int start = at;
        while (isDigit(peek(0)) || peek(0) == '.') {
            at++;
        }
        if ((peek(0) | 0x20) == 'e') {
            int sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
            if (isDigit(peek(1 + sign))) {
                at += 1 + sign;
                while (isDigit(peek(0))) {
                    at++;
                }
            }
        }
        return new Token(Kind.NUMBER, text.substring(start, at), start, at);
    }

    private Token quoted(Kind kind, char quote, int start, boolean escapes) throws SyntaxFault {
        at++;
        StringBuilder value = new StringBuilder();
        while (at < text.length()) {
            char c = text.charAt(at++);
            if (escapes && c == '\\' && at < text.length()) {
                value.append(text.charAt(at++));
            } else if (c != quote) {
                value.append(c);
            } else if (peek(0) == quote) {
                value.append(quote);
                at++;
            } else {
                return new Token(kind, value.toString(), start, at);
            }
        }
        throw new SyntaxFault(start, "a quote begins here and has no end");
    }

    private Token dollarQuoted() throws SyntaxFault {
        int start = at;
        int tagEnd = at + 1;
        while (tagEnd < text.length() && isWordPart(text.charAt(tagEnd)) && text.charAt(tagEnd) != '$') {
            tagEnd++;
        }
        if (tagEnd == text.length() || text.charAt(tagEnd) != '$' || isDigit(peek(1))) {
            return symbol();
        }
        String tag = text.substring(start, tagEnd + 1);
        int end = text.indexOf(tag, tagEnd + 1);
        if (end < 0) {
            throw new SyntaxFault(start, "a quote begins here and has no end, which would be " + tag);
        }
        at = end + tag.length();
        return new Token(Kind.STRING, text.substring(tagEnd + 1, end), start, at);
    }

    private Token symbol() {
        int start = at;
        if (text.startsWith("::", at)) {
            at += 2;
        } else if (OPERATOR.indexOf(text.charAt(at)) >= 0) {
            while (OPERATOR.indexOf(peek(0)) >= 0 && !text.startsWith("--", at) && !text.startsWith("/*", at)) {
                at++;
            }
        } else {
            at++;
        }
        return new Token(Kind.SYMBOL, text.substring(start, at), start, at);
    }

    /** The char so many places ahead, or a blank beyond the end. */
    private char peek(int ahead) {
        return at + ahead < text.length() ? text.charAt(at + ahead) : ' ';
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isWordStart(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_' || c >= 0x80;
    }

    private static boolean isWordPart(char c) {
        return isWordStart(c) || isDigit(c) || c == '$';
    }
}
