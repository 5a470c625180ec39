package io.tally.view;

import io.tally.view.Type.Kind;
import io.tally.view.sql.Select;
import io.tally.view.sql.SelectParser;
import io.tally.view.sql.Syntax;
import io.tally.view.sql.SyntaxFault;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Makes a view from what PostgreSQL says about its SELECT, or refuses it. */
public final class ViewReader {

    /** Most bytes of a row in the result's unique index, with room below the 2,704 bytes of the server. */
    private static final int KEY_BYTES = 2000;

    /** Columns that an index of PostgreSQL may have. */
    private static final int MOST_KEYS = 32;

    private static final int EXCERPT = 60;

    private final String name;
    private final Definition definition;
    private final Definition.Source source;
    private final Scope scope;
    private final WindowReader windows;
    private final Totals totals;
    private final ExpressionReader expressions;

    private final List<SourceColumn> keys = new ArrayList<>();
    private final List<ResultColumn> results = new ArrayList<>();
    private Syntax.Call windowStart;
    private Window window;

    private ViewReader(String name, Definition definition, Definition.Source source, boolean nullsComeAsNull) {
        this.name = name;
        this.definition = definition;
        this.source = source;
        scope = new Scope(name, definition.text(), source, nullsComeAsNull);
        windows = new WindowReader(scope, definition.boundaries());
        expressions = new ExpressionReader(scope);
        totals = new Totals(expressions);
    }

    /**
     * Reads a view.
     *
     * @param nullsComeAsNull whether the connector writes NULL as NULL, also where a column has a default
     */
    public static View read(String name, Definition definition, boolean nullsComeAsNull) throws ViewRefused {
        Definition.Source source = SourceTable.only(name, definition);
        Select select;
        try {
            select = SelectParser.parse(definition.text());
        } catch (SyntaxFault fault) {
            throw ViewRefused.expression(name, excerpt(definition.text(), fault), fault.getMessage());
        }
        return new ViewReader(name, definition, source, nullsComeAsNull).view(select);
    }

    private static String excerpt(String text, SyntaxFault fault) {
        if (fault.end() > fault.start()) {
            return text.substring(fault.start(), fault.end());
        }
        String rest = text.substring(fault.start());
        return rest.length() > EXCERPT ? rest.substring(0, EXCERPT) + "…" : rest;
    }

    private View view(Select select) throws ViewRefused {
        if (select.items().size() != definition.results().size()) {
            throw scope.refused("PostgreSQL prints %d columns and has %d of them"
                    .formatted(select.items().size(), definition.results().size()));
        }
        readWindow(select);
        Set<String> selected = new HashSet<>();
        for (int i = 0; i < select.items().size(); i++) {
            Select.Item item = select.items().get(i);
            if (!holdsAggregate(item.expression()) && !selected.add(scope.words(item.expression()))) {
                throw scope.refused(item.expression(), "it is selected twice; leave one of them out");
            }
            results.add(result(item, definition.results().get(i).type()));
        }
        checkGroups(select, selected);
        var where = select.where() == null ? null : expressions.condition(select.where());
        return new View(
                name,
                source.schema(),
                source.name(),
                source.primaryKey(),
                scope.columns(),
                Optional.ofNullable(window),
                List.copyOf(keys),
                keyBytes(),
                where,
                totals.all(),
                List.copyOf(results),
                UniformText.of(definition.text(), source));
    }

    /** The window comes first, since its end may be selected before its start. */
    private void readWindow(Select select) throws ViewRefused {
        boolean endIsShown = select.items().stream().anyMatch(item -> WindowReader.isEnd(item.expression()));
        for (Select.Item item : select.items()) {
            if (item.expression() instanceof Syntax.Call call && WindowReader.isStart(call)) {
                if (windowStart != null && !scope.words(windowStart).equals(scope.words(call))) {
                    throw scope.refused(call, "a view has one window; make another view for the other one");
                }
                windowStart = windowStart == null ? call : windowStart;
            }
        }
        if (windowStart != null) {
            window = windows.start(windowStart, endIsShown);
        }
    }

    private ResultColumn result(Select.Item item, String type) throws ViewRefused {
        Syntax expression = item.expression();
        if (holdsAggregate(expression)) {
            Measure measure = MeasureReader.read(scope, totals, expression);
            return new ResultColumn(item.name(), type, ResultColumn.Role.MEASURE, -1, Optional.of(measure));
        }
        if (expression == windowStart) {
            return new ResultColumn(item.name(), type, ResultColumn.Role.WINDOW_START, -1, Optional.empty());
        }
        if (WindowReader.isEnd(expression)) {
            if (windowStart == null) {
                throw scope.refused(expression, "the window's start is not selected; select it, too");
            }
            windows.end(expression, windowStart, window);
            return new ResultColumn(item.name(), type, ResultColumn.Role.WINDOW_END, -1, Optional.empty());
        }
        if (!(expression instanceof Syntax.Name column)) {
            throw scope.refused(
                    expression, "it is neither an aggregate nor a window nor a column; group by a column as it is");
        }
        keys.add(key(column));
        String keyType = keys.getLast().type().kind() == Kind.ENUM ? "text" : type;
        return new ResultColumn(item.name(), keyType, ResultColumn.Role.KEY, keys.size() - 1, Optional.empty());
    }

    private SourceColumn key(Syntax.Name name) throws ViewRefused {
        SourceColumn column = scope.column(name);
        if (column.type().kind() == Kind.NUMERIC && !column.type().hasScale()) {
            throw scope.refused(
                    name, "a numeric key needs a declared scale, as in numeric(12, 2), or one number has two names");
        }
        return column;
    }

    private void checkGroups(Select select, Set<String> selected) throws ViewRefused {
        Set<String> grouped = new HashSet<>();
        for (Syntax group : select.groups()) {
            grouped.add(scope.words(group));
            if (!selected.contains(scope.words(group))) {
                throw scope.refused(
                        group, "it is grouped by and not selected; select it, or rows cannot be told apart");
            }
        }
        for (Select.Item item : select.items()) {
            Syntax expression = item.expression();
            boolean needed = expression == windowStart || expression instanceof Syntax.Name;
            if (needed && !grouped.contains(scope.words(expression))) {
                throw scope.refused(expression, "it is selected and not grouped by; add it to GROUP BY");
            }
        }
    }

    /** Bytes that are left for keys that are text. */
    private int keyBytes() throws ViewRefused {
        int fixed = 0;
        for (SourceColumn key : keys) {
            fixed += switch (key.type().kind()) {
                case TEXT, VARCHAR -> 0;
                case UUID -> 16;
                case ENUM -> 64;
                case NUMERIC -> 8 + key.type().precision() / 2;
                default -> 8;
            };
        }
        if (fixed >= KEY_BYTES || keys.size() >= MOST_KEYS) {
            throw scope.refused("its keys are too many or too long for an index of PostgreSQL; group by fewer columns");
        }
        return KEY_BYTES - fixed;
    }

    private static boolean holdsAggregate(Syntax syntax) {
        return syntax instanceof Syntax.Call call && Functions.isAggregate(call.name())
                || syntax.parts().stream().anyMatch(ViewReader::holdsAggregate);
    }
}
