package io.tally.view;

import io.tally.view.sql.Lexer;
import io.tally.view.sql.SelectParser;
import io.tally.view.sql.SyntaxFault;
import io.tally.view.sql.Token;
import java.util.List;

/**
 * A view's text as one server printed it, made the same for all versions: servers before 18 put the table's name in front of
 * columns, and how tables are named depends on the session.
 */
final class UniformText {

    private final String text;
    private final List<Token> tokens;
    private final StringBuilder words = new StringBuilder();

    private UniformText(String text, List<Token> tokens) {
        this.text = text;
        this.tokens = tokens;
    }

    /** The words on one line. */
    static String of(String text, Definition.Source source) {
        try {
            List<Token> tokens = Lexer.tokens(text);
            SelectParser.From from = SelectParser.from(tokens);
            return new UniformText(text, tokens).write(from, "FROM " + source.quoted());
        } catch (SyntaxFault fault) {
            throw new IllegalStateException("it was read before", fault);
        }
    }

    private String write(SelectParser.From from, String table) {
        int end = 0;
        for (int i = 0; tokens.get(i).kind() != Token.Kind.END && !tokens.get(i).isSymbol(";"); i++) {
            boolean gap = tokens.get(i).start() > end && !words.isEmpty();
            words.append(gap ? " " : "");
            if (i == from.first()) {
                words.append(table);
                i = from.end() - 1;
            } else if (isQualifier(i, from.alias())) {
                i++;
            } else {
                words.append(text, tokens.get(i).start(), tokens.get(i).end());
            }
            end = tokens.get(i).end();
        }
        return words.toString();
    }

    private boolean isQualifier(int at, String alias) {
        Token token = tokens.get(at);
        return (token.kind() == Token.Kind.WORD || token.kind() == Token.Kind.NAME)
                && token.text().equals(alias)
                && tokens.get(at + 1).isSymbol(".");
    }
}
