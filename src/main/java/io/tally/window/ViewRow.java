package io.tally.window;

import io.tally.cdc.CapturedRow;
import io.tally.cdc.TableColumns;
import io.tally.view.SourceColumn;
import io.tally.view.View;
import io.tally.view.expression.RowImage;
import java.math.BigDecimal;
import java.util.List;

/**
 * A row as a view sees it: the view's columns, among those that are read for all views over the table. Numbers are in units of
 * the scale that the view counts with: a table whose columns have others is not read for it. Holds the row that was taken last.
 */
final class ViewRow implements RowImage {

    private final List<SourceColumn> columns;
    private final int[] places;

    private TableColumns table;
    private CapturedRow row;

    ViewRow(View view) {
        columns = view.columns();
        places = new int[columns.size()];
    }

    /** Takes a row that is there. */
    void take(CapturedRow next) {
        if (next.table() != table) {
            table = next.table();
            for (int i = 0; i < places.length; i++) {
                places[i] = table.indexOf(columns.get(i).ref().name());
            }
        }
        // It is seldom another one than before, and to write a reference is not free.
        if (row != next) {
            row = next;
        }
    }

    @Override
    public boolean isNull(int column) {
        return row.isNull(places[column]);
    }

    @Override
    public boolean isFinite(int column) {
        return row.isFinite(places[column]);
    }

    @Override
    public boolean isFar(int column) {
        return row.isFar(places[column]);
    }

    @Override
    public long units(int column) {
        return row.units(places[column]);
    }

    @Override
    public BigDecimal decimal(int column) {
        return row.decimal(places[column]);
    }

    @Override
    public String text(int column) {
        return row.text(places[column]);
    }
}
