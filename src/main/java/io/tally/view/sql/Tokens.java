package io.tally.view.sql;

import io.tally.view.sql.Token.Kind;
import java.util.List;
import java.util.Locale;

/** A cursor over the tokens of a statement that PostgreSQL has printed. */
final class Tokens {

    private final List<Token> tokens;
    private int at;

    Tokens(List<Token> tokens) {
        this.tokens = tokens;
    }

    Token peek() {
        return tokens.get(at);
    }

    Token peekNext() {
        return tokens.get(Math.min(at + 1, tokens.size() - 1));
    }

    Token next() {
        Token token = tokens.get(at);
        if (token.kind() != Kind.END) {
            at++;
        }
        return token;
    }

    /** Where the last token that was taken ends. */
    int end() {
        return at == 0 ? 0 : tokens.get(at - 1).end();
    }

    /** Goes to the end of the expression that begins at this place, however it continues. Returns where that is. */
    int skipExpression(int start) {
        while (at > 0 && tokens.get(at - 1).start() >= start) {
            at--;
        }
        int depth = 0;
        while (peek().kind() != Kind.END && (depth > 0 || !endsExpression())) {
            Token token = next();
            depth += token.isSymbol("(") || token.isSymbol("[")
                    ? 1
                    : token.isSymbol(")") || token.isSymbol("]") ? -1 : 0;
        }
        return end();
    }

    private boolean endsExpression() {
        return atSymbol(",")
                || atSymbol(";")
                || atSymbol(")")
                || atKeyword("AS")
                || atKeyword("FROM")
                || atKeyword("WHERE")
                || atKeyword("GROUP");
    }

    /** Whether a keyword is next: the server prints them in capitals, and quotes names that have one. */
    boolean atKeyword(String keyword) {
        return peek().kind() == Kind.WORD && peek().text().equals(keyword);
    }

    boolean atSymbol(String symbol) {
        return peek().isSymbol(symbol);
    }

    boolean takeKeyword(String keyword) {
        boolean there = atKeyword(keyword);
        if (there) {
            at++;
        }
        return there;
    }

    boolean takeSymbol(String symbol) {
        boolean there = atSymbol(symbol);
        if (there) {
            at++;
        }
        return there;
    }

    void expectKeyword(String keyword) throws SyntaxFault {
        if (!takeKeyword(keyword)) {
            throw unexpected();
        }
    }

    void expectSymbol(String symbol) throws SyntaxFault {
        if (!takeSymbol(symbol)) {
            throw unexpected();
        }
    }

    /** A name, quoted or not; a word in capitals is none. */
    String name() throws SyntaxFault {
        if (!atName()) {
            throw unexpected();
        }
        return next().text();
    }

    boolean atName() {
        return peek().kind() == Kind.NAME || peek().kind() == Kind.WORD && !isKeyword(peek());
    }

    static boolean isKeyword(Token token) {
        return token.kind() == Kind.WORD
                && token.text().equals(token.text().toUpperCase(Locale.ROOT))
                && Character.isLetter(token.text().charAt(0));
    }

    SyntaxFault unexpected() {
        Token token = peek();
        return token.kind() == Kind.END
                ? new SyntaxFault(token.start(), "it ends too early")
                : new SyntaxFault(token.start(), "%s is not among what a view may hold".formatted(token.text()));
    }
}
