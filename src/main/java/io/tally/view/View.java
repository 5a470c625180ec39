package io.tally.view;

import io.tally.view.expression.Condition;
import io.tally.view.expression.RowImage;
import java.util.List;
import java.util.Optional;

/**
 * A view: what is read, how rows are grouped, and what is kept of each group.
 *
 * <p>The first of the totals counts the rows of a group; a group without any is no row of the result.
 *
 * @param schema of the table that it reads; empty if the session knows where it is
 * @param columns those of the table that it reads; a {@link RowImage} has them in this order
 * @param keys those of them that rows are grouped by, beside the window
 * @param keyBytes how many bytes the keys that are text may have together
 * @param where which rows count; null for all of them
 * @param results columns of the result, in the order of the {@code SELECT}
 * @param words its {@code SELECT} in PostgreSQL's words
 */
public record View(
        String name,
        String schema,
        String table,
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

    /** Its window; one that holds everything if it has none. */
    public Window windowOrAll() {
        return window.orElse(Window.ALL);
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
