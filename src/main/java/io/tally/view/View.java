package io.tally.view;

import io.tally.view.expression.Condition;
import io.tally.view.expression.RowImage;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * A view: what is read, how rows are grouped, and what is kept of each group.
 *
 * <p>The first of the totals counts the rows of a group; a group without any is no row of the result.
 *
 * @param schema of the table that it reads
 * @param columns those of the table that it reads; a {@link RowImage} has them in this order
 * @param keys those of them that rows are grouped by, beside the window
 * @param keyBytes how many bytes the keys that are text may have together
 * @param where which rows count; null for all of them
 * @param results columns of the result, in the order of the {@code SELECT}
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
        List<ResultColumn> results) {

    /** The place of the total that counts the rows of a group. */
    public static final int ROWS = 0;

    /** Why a row contributes nothing whatever WHERE says, or null if that is for WHERE to say. */
    public RowFault fault(RowImage row) {
        for (SourceColumn column : columns) {
            int index = column.ref().index();
            if (column.type().kind().mayBeInfinite() && !row.isNull(index) && !row.isFinite(index)) {
                return RowFault.NOT_FINITE;
            }
        }
        if (window.isPresent()
                && !window.get().holds(row.units(window.get().column().index()))) {
            return RowFault.NO_WINDOW;
        }
        return keysFit(row) ? null : RowFault.KEY_TOO_LONG;
    }

    private boolean keysFit(RowImage row) {
        int bytes = 0;
        for (SourceColumn key : keys) {
            int index = key.ref().index();
            if (key.type().kind().isCharacter() && !row.isNull(index)) {
                bytes += row.text(index).getBytes(StandardCharsets.UTF_8).length;
            }
        }
        return bytes <= keyBytes;
    }

    /** Whether a row without a fault counts. */
    public boolean counts(RowImage row) {
        return where == null || where.test(row) == Condition.TRUE;
    }
}
