package io.tally.view;

import io.tally.view.expression.ColumnRef;
import io.tally.view.sql.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The query that a view's result is filled with: window start if there is one, keys, and totals, in this order.
 *
 * <p>It is made from the expressions that also work out what a change contributes, never from the user's text: it counts
 * in {@code numeric}, so that a product which PostgreSQL would refuse as an {@code integer} stops nothing, and leaves out
 * the rows that have a {@link RowFault}.
 */
public final class FillQuery {

    private FillQuery() {}

    public static String of(View view) {
        return of(view, List.of(), List.of());
    }

    /**
     * The same, over fewer rows and with more columns.
     *
     * @param also further conditions for a row to count
     * @param further expressions over a group, behind its totals
     */
    public static String of(View view, List<String> also, List<String> further) {
        List<String> groups = new ArrayList<>();
        view.window().ifPresent(window -> groups.add(start(window)));
        for (SourceColumn key : view.keys()) {
            groups.add(Names.quoted(key.ref().name()) + (key.type().kind() == Type.Kind.ENUM ? "::text" : ""));
        }
        String selected = Stream.of(groups.stream(), view.totals().stream().map(Total::sql), further.stream())
                .flatMap(Function.identity())
                .collect(Collectors.joining(", "));
        String numbers = IntStream.rangeClosed(1, groups.size())
                .mapToObj(Integer::toString)
                .collect(Collectors.joining(", "));
        List<String> conditions = conditions(view);
        conditions.addAll(also);
        String schema = view.schema().isEmpty() ? "" : Names.quoted(view.schema()) + ".";
        return "SELECT %s FROM %s%s%s GROUP BY %s"
                .formatted(
                        selected,
                        schema,
                        Names.quoted(view.table()),
                        conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions),
                        numbers);
    }

    /** Under a CASE: nothing says that a condition is tested before this is worked out. */
    private static String start(Window window) {
        return "CASE WHEN %s THEN %s END"
                .formatted(
                        within(window),
                        window.startSql(Names.quoted(window.column().name())));
    }

    private static String within(Window window) {
        return "%s BETWEEN %s AND %s"
                .formatted(
                        Names.quoted(window.column().name()),
                        Times.literal(window.lowest(), window.zoned()),
                        Times.literal(window.highest(), window.zoned()));
    }

    private static List<String> conditions(View view) {
        List<String> conditions = new ArrayList<>();
        // The times that have a window are finite.
        String windowed = view.window().map(window -> window.column().name()).orElse("");
        for (SourceColumn column : view.columns()) {
            if (column.type().kind().mayBeInfinite() && !column.ref().name().equals(windowed)) {
                String finite = finite(column);
                conditions.add(column.ref().nullable() ? orNull(column.ref(), finite) : finite);
            }
        }
        view.window().ifPresent(window -> conditions.add(within(window)));
        String bytes = view.keys().stream()
                .filter(key -> key.type().kind().isCharacter())
                .map(key -> "COALESCE(octet_length(%s), 0)"
                        .formatted(Names.quoted(key.ref().name())))
                .collect(Collectors.joining(" + "));
        if (!bytes.isEmpty()) {
            conditions.add("%s <= %d".formatted(bytes, view.keyBytes()));
        }
        if (view.where() != null) {
            conditions.add(view.where().sql());
        }
        return conditions;
    }

    private static String finite(SourceColumn column) {
        String name = Names.quoted(column.ref().name());
        return switch (column.type().kind()) {
            case NUMERIC -> name + " NOT IN ('NaN', 'Infinity', '-Infinity')";
            case DATE -> "isfinite(%s)".formatted(name);
            default ->
                "(isfinite(%s) AND %s <= %s)"
                        .formatted(
                                name,
                                name,
                                Times.literal(Times.LAST_MICROS, column.type().kind() == Type.Kind.TIMESTAMPTZ));
        };
    }

    private static String orNull(ColumnRef column, String condition) {
        return "(%s IS NULL OR %s)".formatted(Names.quoted(column.name()), condition);
    }
}
