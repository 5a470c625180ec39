package io.tally.view;

import io.tally.view.expression.ColumnRef;
import io.tally.view.sql.Syntax;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The names that a view can use, and those it has used so far; where a refusal gets its words from. */
final class Scope {

    private final String view;
    private final String text;
    private final Definition.Source source;
    private final boolean nullsComeAsNull;
    private final List<SourceColumn> columns = new ArrayList<>();

    /**
     * The columns of a table.
     *
     * @param text what the server printed
     * @param nullsComeAsNull whether records have NULL where the row has it, also in columns with a default
     */
    Scope(String view, String text, Definition.Source source, boolean nullsComeAsNull) {
        this.view = view;
        this.text = text;
        this.source = source;
        this.nullsComeAsNull = nullsComeAsNull;
    }

    /** The columns that were asked for, in this order. */
    List<SourceColumn> columns() {
        return List.copyOf(columns);
    }

    SourceColumn column(Syntax.Name name) throws ViewRefused {
        for (SourceColumn known : columns) {
            if (known.ref().name().equals(name.name())) {
                return known;
            }
        }
        Optional<Definition.Column> found = source.column(name.name());
        if (found.isEmpty()) {
            throw refused(name, "it is no column of the table's own, and records have only these");
        }
        Definition.Column column = found.get();
        check(name, column);
        SourceColumn wanted =
                new SourceColumn(new ColumnRef(columns.size(), column.name(), !column.notNull()), column.typed());
        columns.add(wanted);
        return wanted;
    }

    private void check(Syntax.Name name, Definition.Column column) throws ViewRefused {
        if (column.generated()) {
            throw refused(name, "it is a generated column, which records do not have; write its expression instead");
        }
        if (column.typeKind() == 'd') {
            throw refused(
                    name, "its type is the domain %s; give the column the domain's own type".formatted(column.type()));
        }
        if (column.typed().kind() == Type.Kind.OTHER) {
            throw refused(name, unreadable(column.type()));
        }
        if (!column.deterministic()) {
            throw refused(
                    name, "its collation takes different texts for equal ones; give the column a deterministic one");
        }
        if (column.hasDefault() && !column.notNull() && !nullsComeAsNull) {
            throw refused(
                    name,
                    "it may be NULL and has a default, and connectors write the default for NULL unless they have"
                            + " value.converter.replace.null.with.default=false, or what docs/dialects.md has for other converters;"
                            + " set that, and TALLY_SOURCE_REPLACE_NULL_WITH_DEFAULT=false here");
        }
    }

    private static String unreadable(String type) {
        String read = "; a view reads integers, numeric, boolean, text, varchar, uuid, date, timestamps and enums";
        return switch (type) {
            case "double precision", "real" -> "%s does not add up exactly; use numeric%s".formatted(type, read);
            case "money" -> "money depends on the server's locale; use numeric" + read;
            default ->
                type.startsWith("character(")
                        ? "%s takes texts for equal that differ in blanks; use text%s".formatted(type, read)
                        : "values of type %s cannot be read%s".formatted(type, read);
        };
    }

    /** The type of a literal or a cast. */
    Type type(String name) {
        boolean isEnum = source.columns().stream()
                .anyMatch(c -> c.typeKind() == 'e' && c.type().equals(name));
        return isEnum ? Type.enumeration(name) : Type.named(name);
    }

    /** A piece of the view as the server printed it. */
    String words(Syntax syntax) {
        return text.substring(syntax.span().start(), syntax.span().end());
    }

    String words(int start, int end) {
        return text.substring(start, end);
    }

    ViewRefused refused(Syntax syntax, String why) {
        return ViewRefused.expression(view, words(syntax), why);
    }

    ViewRefused refused(String why) {
        return ViewRefused.view(view, why);
    }
}
