package io.tally.view.sql;

import io.tally.view.sql.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads what {@code pg_get_viewdef(oid, false)} prints; whatever a view may not hold is a fault that says so. */
public final class SelectParser {

    /** Clauses that may follow {@code GROUP BY …} in PostgreSQL, with the reason why they may not here. */
    private static final Map<String, String> AFTER = new LinkedHashMap<>();

    static {
        AFTER.put("HAVING", "HAVING would hide groups that are kept; filter the result where it is read");
        AFTER.put("ORDER", "a table has no order; put ORDER BY where the result is read");
        AFTER.put("LIMIT", "LIMIT would hide groups that are kept; put it where the result is read");
        AFTER.put("OFFSET", "OFFSET would hide groups that are kept; put it where the result is read");
        AFTER.put("FETCH", "FETCH would hide groups that are kept; put it where the result is read");
        AFTER.put("UNION", "a view is one SELECT; make a view of each part");
        AFTER.put("INTERSECT", "a view is one SELECT; make a view of each part");
        AFTER.put("EXCEPT", "a view is one SELECT; make a view of each part");
        AFTER.put("WINDOW", "window functions look at more than one group");
        AFTER.put("FOR", "locks are nothing that a view can have");
    }

    private final Tokens tokens;

    private SelectParser(Tokens tokens) {
        this.tokens = tokens;
    }

    public static Select parse(String definition) throws SyntaxFault {
        List<Token> all = Lexer.tokens(definition);
        return new SelectParser(new Tokens(all)).select(from(all).alias());
    }

    /**
     * The FROM clause's first item.
     *
     * @param first the number of the token FROM
     * @param end the number of the token after the item
     * @param alias the name that qualifies columns: the item's last one, or null
     */
    public record From(int first, int end, String alias) {}

    /** Finds the FROM clause. */
    public static From from(List<Token> tokens) {
        int depth = 0;
        for (int i = 0; i < tokens.size(); i++) {
            Token token = tokens.get(i);
            if (token.isSymbol("(")) {
                depth++;
            } else if (token.isSymbol(")")) {
                depth--;
            } else if (depth == 0 && token.kind() == Kind.WORD && token.text().equals("FROM")) {
                // DISTINCT FROM is always in parentheses
                String name = null;
                int j = i + 1;
                for (; tokens.get(j).isSymbol(".") || new Tokens(tokens.subList(j, j + 1)).atName(); j++) {
                    name = tokens.get(j).isSymbol(".") ? name : tokens.get(j).text();
                }
                return new From(i, j, name);
            }
        }
        return new From(-1, -1, null);
    }

    private Select select(String alias) throws SyntaxFault {
        ExpressionParser expressions = new ExpressionParser(tokens, alias);
        if (tokens.atKeyword("WITH")) {
            throw fault("WITH reads more than one query; say it in one SELECT");
        }
        tokens.expectKeyword("SELECT");
        if (tokens.atKeyword("DISTINCT")) {
            throw fault("DISTINCT takes rows of the result for one; leave it out, GROUP BY makes its rows unique");
        }
        List<Select.Item> items = items(expressions);
        if (!tokens.takeKeyword("FROM")) {
            throw fault("there is no table after FROM");
        }
        table();
        Syntax where = tokens.takeKeyword("WHERE") ? expression(expressions) : null;
        List<Syntax> groups = groups(expressions);
        tokens.takeSymbol(";");
        if (tokens.peek().kind() != Kind.END) {
            throw fault(AFTER.getOrDefault(tokens.peek().text(), "it is not among what a view may hold"));
        }
        return new Select(items, where, groups);
    }

    private List<Select.Item> items(ExpressionParser expressions) throws SyntaxFault {
        List<Select.Item> items = new ArrayList<>();
        do {
            Syntax expression = expression(expressions);
            if (tokens.takeKeyword("AS")) {
                items.add(new Select.Item(expression, tokens.name()));
            } else if (expression instanceof Syntax.Name column) {
                items.add(new Select.Item(expression, column.name()));
            } else {
                throw tokens.unexpected();
            }
        } while (tokens.takeSymbol(","));
        return List.copyOf(items);
    }

    /** An expression as a whole, which is what a fault in it is about. */
    private Syntax expression(ExpressionParser expressions) throws SyntaxFault {
        int start = tokens.peek().start();
        try {
            return expressions.expression();
        } catch (SyntaxFault fault) {
            throw fault.within(start, tokens.skipExpression(start));
        }
    }

    /** Which table it is comes from the catalog; here it only has to be one, and nothing else. */
    private void table() throws SyntaxFault {
        if (tokens.atKeyword("ONLY")) {
            throw fault("ONLY leaves out rows that are in the topic; name the table without it");
        }
        if (tokens.atSymbol("(") || tokens.atKeyword("LATERAL") || tokens.atKeyword("ROWS")) {
            throw fault("a view reads one table, no join and no subquery; aggregate each table in a view of its own");
        }
        tokens.name();
        if (tokens.takeSymbol(".")) {
            tokens.name();
        }
        if (tokens.atSymbol("(")) {
            throw fault("a view reads one table, no function");
        }
        if (tokens.atName()) {
            tokens.name();
            if (tokens.atSymbol("(")) {
                throw fault("columns of the table cannot be renamed in FROM; rename them with AS in the SELECT");
            }
        }
        if (tokens.atKeyword("TABLESAMPLE")) {
            throw fault("TABLESAMPLE takes other rows each time");
        }
        if (tokens.atSymbol(",")
                || tokens.atKeyword("JOIN")
                || tokens.peekNext().isWord("JOIN")) {
            throw fault("a view reads one table, no join; aggregate each table in a view of its own");
        }
    }

    private List<Syntax> groups(ExpressionParser expressions) throws SyntaxFault {
        if (!tokens.takeKeyword("GROUP")) {
            if (tokens.peek().kind() != Kind.END && !tokens.atSymbol(";")) {
                throw fault(AFTER.getOrDefault(tokens.peek().text(), "it is not among what a view may hold"));
            }
            throw fault("there is no GROUP BY; group by a window or a column");
        }
        tokens.expectKeyword("BY");
        List<Syntax> groups = new ArrayList<>();
        do {
            if (isGroupingSet()) {
                throw fault("grouping sets count a row more than once; make a view for each of them");
            }
            groups.add(expression(expressions));
        } while (tokens.takeSymbol(","));
        return List.copyOf(groups);
    }

    private boolean isGroupingSet() {
        return tokens.atKeyword("GROUPING")
                || tokens.atKeyword("ROLLUP")
                || tokens.atKeyword("CUBE")
                || tokens.atKeyword("DISTINCT")
                || tokens.atSymbol("(") && tokens.peekNext().isSymbol(")");
    }

    private SyntaxFault fault(String why) {
        return new SyntaxFault(tokens.peek().start(), why);
    }
}
