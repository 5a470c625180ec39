package io.tally.view;

import io.tally.view.expression.Condition;
import io.tally.view.expression.RowImage;
import io.tally.view.sql.Names;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A view: what is read, how rows are grouped, and what is kept of each group.
 *
 * <p>The first of the totals counts the rows of a group; a group without any is no row of the result.
 *
 * @param schema of the table that it reads; empty if the session knows where it is
 * @param primaryKey the columns that tell its rows apart
 * @param columns those of the table that it reads; a {@link RowImage} has them in this order
 * @param keys those of them that rows are grouped by, beside the window
 * @param keyBytes how many bytes the keys that are text may have together
 * @param where which rows count; null for all of them
 * @param results columns of the result, in the order of the {@code SELECT}
 * @param words its {@code SELECT} in PostgreSQL's words, on one line: the same from all versions of the server
 */
public record View(
        String name,
        String schema,
        String table,
        List<String> primaryKey,
        List<SourceColumn> columns,
        Optional<Window> window,
        List<SourceColumn> keys,
        int keyBytes,
        Condition where,
        List<Total> totals,
        List<ResultColumn> results,
        String words) {

    /** The place of the total that counts the rows of a group. */
    public static final int ROWS = 0;

    /** The table that it reads in SQL: quoted, with its schema. */
    public String quotedTable() {
        return (schema.isEmpty() ? "" : Names.quoted(schema) + ".") + Names.quoted(table);
    }

    /** The table that it reads, with its schema, as records name it. */
    public String sourceName() {
        return schema + "." + table;
    }

    /** Its window; one that holds everything if it has none. */
    public Window windowOrAll() {
        return window.orElse(FixedWindow.ALL);
    }

    /**
     * Details that the words leave open, for people: of which types the columns are, as far as that decides how they are
     * counted, and where windows of the calendar begin. Views of the same {@link #words()} and the same of these mean the
     * same.
     */
    public String columnWords() {
        Stream<String> types = columns.stream()
                .map(column -> "%s %s%s"
                        .formatted(
                                column.ref().name(),
                                typeWords(column),
                                column.ref().nullable() ? " NULL" : ""));
        Stream<String> boundaries = window.stream()
                .filter(CalendarWindow.class::isInstance)
                .map(days -> "calendar " + ((CalendarWindow) days).boundaries().hash());
        return Stream.concat(types, boundaries).collect(Collectors.joining(", "));
    }

    /** Of a number only the scale counts, unless it is shown. */
    private String typeWords(SourceColumn column) {
        if (keys.contains(column) || !column.type().kind().isNumber()) {
            return column.type().name();
        }
        return column.type().hasScale() ? "numeric(," + column.type().scale() + ")" : "numeric";
    }

    /** Whether another view counts the same, though its columns may be wider or narrower. */
    public boolean meansTheSameAs(View other) {
        return words.equals(other.words) && columnWords().equals(other.columnWords());
    }

    /** The total that groups are ranked by: that of the first measure that is a sum of amounts, or the number of rows. */
    public int rankedBy() {
        List<Integer> sums = results.stream()
                .flatMap(column -> column.measure().stream())
                .flatMap(measure -> measure.sum().stream())
                .map(Measure.Sum::total)
                .toList();
        return sums.stream()
                .filter(total -> totals.get(total).amount() != null)
                .findFirst()
                .orElse(ROWS);
    }

    /** The column of this role, if it is selected. */
    public Optional<ResultColumn> result(ResultColumn.Role role) {
        return results.stream().filter(column -> column.role() == role).findFirst();
    }
}
