package io.tally.cdc;

import io.tally.view.SourceColumn;
import io.tally.view.Type;
import io.tally.view.expression.ColumnRef;
import java.util.List;

/**
 * The columns of the table that are wanted, as the catalog has them: what they can hold that cannot be counted tells of the
 * row; anything else that cannot be read tells that something is wrong with the record. Immutable.
 */
public final class TableColumns {

    private final SourceColumn[] columns;
    private final ColumnTypes types;

    /** @param types how they are written where no schema says so */
    public TableColumns(List<SourceColumn> columns, ColumnTypes types) {
        this.columns = columns.toArray(SourceColumn[]::new);
        this.types = types;
    }

    /** A column that cannot be null. */
    public static SourceColumn column(int index, String name, String type) {
        return new SourceColumn(new ColumnRef(index, name, false), Type.named(type));
    }

    /** Those of the orders table as the pipeline creates it, for decimals as text. */
    public static TableColumns ofOrders() {
        List<SourceColumn> columns = List.of(
                column(0, "customer_id", "integer"),
                column(1, "quantity", "integer"),
                column(2, "price", "numeric(12,2)"),
                column(3, "event_ts", "timestamp with time zone"));
        return new TableColumns(columns, ColumnTypes.texts(columns.size()));
    }

    int count() {
        return columns.length;
    }

    public SourceColumn column(int index) {
        return columns[index];
    }

    /** The place of a column, which has to be there. */
    public int indexOf(String name) {
        for (int i = 0; i < columns.length; i++) {
            if (columns[i].ref().name().equals(name)) {
                return i;
            }
        }
        throw new IllegalStateException("column " + name + " is not read");
    }

    /** The scale that the units of a number are in. */
    public int scale(int index) {
        return Math.max(columns[index].type().scale(), 0);
    }

    ColumnTypes types() {
        return types;
    }

    List<String> names() {
        return List.of(columns).stream().map(column -> column.ref().name()).toList();
    }
}
