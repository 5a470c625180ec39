package io.tally.view.sql;

import io.tally.view.sql.Token.Kind;
import java.util.Set;

/** Reads the name of a type as {@code format_type} writes it, and as it stands behind {@code ::}. */
final class TypeNames {

    private static final Set<String> TIMES = Set.of("timestamp", "time");

    private TypeNames() {}

    static String read(Tokens tokens) throws SyntaxFault {
        if (!tokens.atName()) {
            throw tokens.unexpected();
        }
        StringBuilder type = new StringBuilder(part(tokens));
        if (type.toString().equals("double")) {
            type.append(' ').append(tokens.name());
        } else if (tokens.peek().isWord("varying")) {
            type.append(' ').append(tokens.name());
        }
        while (tokens.takeSymbol(".")) {
            type.append('.').append(part(tokens));
        }
        modifiers(tokens, type);
        if (TIMES.contains(type.toString().replaceFirst("\\(.*", ""))
                && (tokens.peek().isWord("with") || tokens.peek().isWord("without"))) {
            type.append(' ').append(tokens.name());
            type.append(' ').append(tokens.name());
            type.append(' ').append(tokens.name());
        }
        while (tokens.takeSymbol("[")) {
            tokens.expectSymbol("]");
            type.append("[]");
        }
        return type.toString();
    }

    private static void modifiers(Tokens tokens, StringBuilder type) throws SyntaxFault {
        if (!tokens.takeSymbol("(")) {
            return;
        }
        type.append('(');
        while (!tokens.takeSymbol(")")) {
            if (tokens.peek().kind() == Kind.END) {
                throw tokens.unexpected();
            }
            type.append(tokens.next().text());
        }
        type.append(')');
    }

    private static String part(Tokens tokens) throws SyntaxFault {
        boolean quoted = tokens.peek().kind() == Kind.NAME;
        String name = tokens.name();
        return quoted ? Names.quoted(name) : name;
    }
}
