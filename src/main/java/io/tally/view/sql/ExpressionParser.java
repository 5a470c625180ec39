package io.tally.view.sql;

import io.tally.view.sql.Syntax.Span;
import io.tally.view.sql.Token.Kind;
import java.util.ArrayList;
import java.util.List;

/** Recursive descent over an expression in the server's words. */
final class ExpressionParser {

    /** Deeper than anybody writes, and far from what a stack holds. */
    static final int MAX_DEPTH = 100;

    private final Tokens tokens;
    /** The table's name there: before 18, the server puts it in front of every column. Null if there is no one table. */
    private final String alias;

    private int depth;

    ExpressionParser(Tokens tokens, String alias) {
        this.tokens = tokens;
        this.alias = alias;
    }

    /** Parses a primary: a literal, a name, a call, a {@code CASE}, or an expression in parentheses. */
    Syntax expression() throws SyntaxFault {
        if (++depth > MAX_DEPTH) {
            throw new SyntaxFault(tokens.peek().start(), "it is nested deeper than %d levels".formatted(MAX_DEPTH));
        }
        int start = tokens.peek().start();
        Syntax result = primary(start);
        while (tokens.takeSymbol("::")) {
            String type = TypeNames.read(tokens);
            result = new Syntax.Cast(result, type, since(start));
        }
        if (tokens.atSymbol("[")) {
            throw new SyntaxFault(tokens.peek().start(), "elements of arrays are not among what a view may hold");
        }
        depth--;
        return result;
    }

    private Syntax primary(int start) throws SyntaxFault {
        Token token = tokens.peek();
        return switch (token.kind()) {
            case STRING -> {
                tokens.next();
                tokens.expectSymbol("::");
                yield new Syntax.Constant(token.text(), TypeNames.read(tokens), since(start));
            }
            case NUMBER -> {
                tokens.next();
                boolean whole = token.text().chars().allMatch(c -> c >= '0' && c <= '9');
                yield new Syntax.Constant(token.text(), whole ? "integer" : "numeric", since(start));
            }
            case SYMBOL -> {
                tokens.expectSymbol("(");
                Syntax inner = operation();
                tokens.expectSymbol(")");
                yield inner;
            }
            case WORD, NAME -> word(start);
            case END -> throw tokens.unexpected();
        };
    }

    private Syntax word(int start) throws SyntaxFault {
        if (tokens.takeKeyword("CASE")) {
            return caseOf(start);
        }
        if (tokens.takeKeyword("NULL")) {
            tokens.expectSymbol("::");
            return new Syntax.Constant(null, TypeNames.read(tokens), since(start));
        }
        if (tokens.takeKeyword("ARRAY")) {
            tokens.expectSymbol("[");
            List<Syntax> elements = new ArrayList<>();
            do {
                elements.add(expression());
            } while (tokens.takeSymbol(","));
            tokens.expectSymbol("]");
            return new Syntax.Array(List.copyOf(elements), since(start));
        }
        Token token = tokens.peek();
        if (tokens.atKeyword("SELECT")) {
            throw new SyntaxFault(start, "a view reads one table, no subquery");
        }
        if (token.isWord("true") || token.isWord("false")) {
            tokens.next();
            return new Syntax.Constant(token.text(), "boolean", since(start));
        }
        if (tokens.peekNext().isSymbol("(")) {
            tokens.next();
            return call(token.text(), start);
        }
        String name = tokens.name();
        if (tokens.takeSymbol(".")) {
            if (alias != null && !name.equals(alias)) {
                return qualifiedCall(name, start);
            }
            name = tokens.name();
        }
        return new Syntax.Name(name, since(start));
    }

    private Syntax qualifiedCall(String schema, int start) throws SyntaxFault {
        String name = schema + "." + tokens.name();
        if (!tokens.atSymbol("(")) {
            throw new SyntaxFault(start, name + " is no column of the table");
        }
        return call(name, start);
    }

    private Syntax call(String name, int start) throws SyntaxFault {
        tokens.expectSymbol("(");
        String modifier = null;
        boolean star = tokens.takeSymbol("*");
        List<Syntax> arguments = new ArrayList<>();
        if (!star && !tokens.atSymbol(")")) {
            if (tokens.takeKeyword("DISTINCT")) {
                modifier = "DISTINCT";
            }
            do {
                arguments.add(expression());
            } while (tokens.takeSymbol(","));
            if (tokens.atKeyword("ORDER")) {
                throw new SyntaxFault(start, "ORDER BY inside %s is not among what a view may hold".formatted(name));
            }
        }
        tokens.expectSymbol(")");
        Syntax filter = null;
        if (tokens.takeKeyword("FILTER")) {
            tokens.expectSymbol("(");
            tokens.expectKeyword("WHERE");
            filter = expression();
            tokens.expectSymbol(")");
        }
        if (tokens.atKeyword("OVER") || tokens.atKeyword("WITHIN")) {
            throw new SyntaxFault(
                    start,
                    "%s with %s is not among what a view may hold"
                            .formatted(name, tokens.peek().text()));
        }
        return new Syntax.Call(name, modifier, star, List.copyOf(arguments), filter, since(start));
    }

    private Syntax caseOf(int start) throws SyntaxFault {
        Syntax operand = tokens.atKeyword("WHEN") ? null : expression();
        List<Syntax.When> whens = new ArrayList<>();
        while (tokens.takeKeyword("WHEN")) {
            Syntax condition = expression();
            tokens.expectKeyword("THEN");
            whens.add(new Syntax.When(condition, expression()));
        }
        tokens.expectKeyword("ELSE");
        Syntax otherwise = expression();
        tokens.expectKeyword("END");
        return new Syntax.Case(operand, List.copyOf(whens), otherwise, since(start));
    }

    /** Parses the inside of parentheses. */
    private Syntax operation() throws SyntaxFault {
        // From the parenthesis on, which belongs to what is printed.
        int start = tokens.end() - 1;
        if (tokens.takeKeyword("NOT")) {
            return new Syntax.Not(expression(), closed(start));
        }
        if (tokens.peek().kind() == Kind.SYMBOL && !tokens.atSymbol("(")) {
            String operator = tokens.next().text();
            return new Syntax.Unary(operator, expression(), closed(start));
        }
        Syntax left = expression();
        if (tokens.atSymbol(")")) {
            return left;
        }
        if (tokens.atKeyword("AND") || tokens.atKeyword("OR")) {
            return junction(left, start);
        }
        if (tokens.takeKeyword("IS")) {
            return is(left, start);
        }
        if (tokens.peek().kind() != Kind.SYMBOL || tokens.atSymbol(",")) {
            throw tokens.unexpected();
        }
        String operator = tokens.next().text();
        if (tokens.atKeyword("ANY") || tokens.atKeyword("ALL")) {
            boolean any = tokens.next().text().equals("ANY");
            tokens.expectSymbol("(");
            Syntax array = expression();
            tokens.expectSymbol(")");
            return new Syntax.Quantified(left, operator, any, array, closed(start));
        }
        return new Syntax.Binary(operator, left, expression(), closed(start));
    }

    private Syntax junction(Syntax first, int start) throws SyntaxFault {
        boolean and = tokens.atKeyword("AND");
        List<Syntax> operands = new ArrayList<>(List.of(first));
        while (tokens.takeKeyword(and ? "AND" : "OR")) {
            operands.add(expression());
        }
        return new Syntax.Junction(and, List.copyOf(operands), closed(start));
    }

    private Syntax is(Syntax operand, int start) throws SyntaxFault {
        boolean negated = tokens.takeKeyword("NOT");
        if (tokens.takeKeyword("DISTINCT")) {
            tokens.expectKeyword("FROM");
            Syntax distinct = new Syntax.Distinct(operand, expression(), closed(start));
            return negated ? new Syntax.Not(distinct, distinct.span()) : distinct;
        }
        for (String what : List.of("NULL", "TRUE", "FALSE", "UNKNOWN")) {
            if (tokens.takeKeyword(what)) {
                return new Syntax.Is(operand, negated, what, closed(start));
            }
        }
        throw tokens.unexpected();
    }

    private Span since(int start) {
        return new Span(start, tokens.end());
    }

    /** Up to the closing parenthesis, which is next if all is well. */
    private Span closed(int start) {
        return new Span(start, tokens.atSymbol(")") ? tokens.peek().end() : tokens.end());
    }
}
