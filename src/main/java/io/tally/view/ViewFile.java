package io.tally.view;

import io.tally.view.sql.Lexer;
import io.tally.view.sql.Names;
import io.tally.view.sql.SyntaxFault;
import io.tally.view.sql.Token;
import io.tally.view.sql.Token.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Cuts a file into its statements, each of which makes a view; their meaning is left to PostgreSQL. */
public final class ViewFile {

    private static final String WANTED = "CREATE MATERIALIZED VIEW name AS SELECT …";

    /** Longest name in PostgreSQL, less the suffix of {@code <view>_final}. */
    static final int LONGEST_NAME = 57;

    static final int MOST_VIEWS = 50;

    private final String text;
    private final List<Token> tokens;
    private int at;

    private ViewFile(String text, List<Token> tokens) {
        this.text = text;
        this.tokens = tokens;
    }

    /** The statements of a file, in their order; at least one. */
    public static List<ViewStatement> read(String text) throws ViewRefused {
        try {
            return new ViewFile(text, Lexer.tokens(text)).statements();
        } catch (SyntaxFault fault) {
            throw ViewRefused.file(ViewStatement.line(text, fault.start()), fault.getMessage());
        }
    }

    private List<ViewStatement> statements() throws ViewRefused {
        List<ViewStatement> statements = new ArrayList<>();
        Set<String> names = new HashSet<>();
        while (peek().kind() != Kind.END) {
            if (take(";")) {
                continue;
            }
            int line = ViewStatement.line(text, peek().start());
            ViewStatement statement = statement();
            if (!names.add(statement.name())) {
                throw ViewRefused.file(line, "a second view has the name " + statement.name());
            }
            if (statements.size() == MOST_VIEWS) {
                throw ViewRefused.file(line, "the file holds more than %d views".formatted(MOST_VIEWS));
            }
            statements.add(statement);
        }
        if (statements.isEmpty()) {
            throw ViewRefused.file(1, "the file holds no view; write " + WANTED);
        }
        return List.copyOf(statements);
    }

    private ViewStatement statement() throws ViewRefused {
        if (!takeWord("CREATE")) {
            throw refused("%s is no statement for this file; write %s".formatted(peek().text(), WANTED));
        }
        if (peek().isWord("TABLE")) {
            throw refused("tables cannot be declared yet; leave CREATE TABLE out, views read tables where they live");
        }
        if (!takeWord("MATERIALIZED") || !takeWord("VIEW")) {
            throw refused("CREATE %s is no statement for this file; write %s".formatted(peek().text(), WANTED));
        }
        if (peek().isWord("IF")) {
            throw refused("IF NOT EXISTS says nothing here; leave it out");
        }
        String name = name();
        if (peek().isSymbol("(")) {
            throw refused("columns are named in the SELECT, with AS; leave the list out");
        }
        if (!takeWord("AS")) {
            throw refused("%s cannot stand behind the view's name; write %s".formatted(said(peek()), WANTED));
        }
        Token first = peek();
        if (!first.isWord("SELECT") && !first.isWord("WITH")) {
            throw refused("%s cannot stand behind AS; write %s".formatted(said(first), WANTED));
        }
        while (peek().kind() != Kind.END && !peek().isSymbol(";")) {
            at++;
        }
        String select = text.substring(first.start(), peek().start());
        take(";");
        return new ViewStatement(name, select.stripTrailing(), text, first.start());
    }

    private String name() throws ViewRefused {
        Token token = peek();
        if (token.kind() != Kind.WORD && token.kind() != Kind.NAME) {
            throw refused("%s is no name of a view".formatted(said(token)));
        }
        String name = Names.of(token);
        if (name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            throw refused("the name %s is longer than %d bytes".formatted(name, LONGEST_NAME));
        }
        at++;
        if (peek().isSymbol(".")) {
            throw refused("the view's name has a schema; leave it out, the search_path says where results go");
        }
        return name;
    }

    private static String said(Token token) {
        return token.kind() == Kind.END ? "the end of the file" : token.text();
    }

    private Token peek() {
        return tokens.get(at);
    }

    private boolean take(String symbol) {
        boolean there = peek().isSymbol(symbol);
        at += there ? 1 : 0;
        return there;
    }

    private boolean takeWord(String word) {
        boolean there = peek().isWord(word);
        at += there ? 1 : 0;
        return there;
    }

    private ViewRefused refused(String why) {
        return ViewRefused.file(ViewStatement.line(text, peek().start()), why);
    }
}
