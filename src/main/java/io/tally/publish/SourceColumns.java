package io.tally.publish;

import io.tally.view.SourceColumn;
import io.tally.view.View;
import io.tally.view.expression.ColumnRef;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns of a table that are read for its views, of the types that its catalog has. Known before the first record is read,
 * and looked at again whenever partitions are taken over. Any thread may ask.
 */
public final class SourceColumns {

    private final String table;
    private final List<String> primaryKey;

    private volatile List<SourceColumn> columns = List.of();

    /** @param views all over one table, at least one */
    public SourceColumns(List<View> views) {
        View first = views.getFirst();
        table = first.sourceName();
        primaryKey = first.primaryKey();
        views.forEach(view -> set(view.columns()));
    }

    /** Takes what the catalog says of some of them; those that are new come behind the others. */
    synchronized void set(List<SourceColumn> found) {
        Map<String, SourceColumn> byName = new LinkedHashMap<>();
        columns.forEach(column -> byName.put(column.ref().name(), column));
        found.forEach(column -> byName.put(column.ref().name(), column));
        List<SourceColumn> all = new ArrayList<>();
        byName.forEach((name, column) -> all.add(
                new SourceColumn(new ColumnRef(all.size(), name, column.ref().nullable()), column.type())));
        if (!all.equals(columns)) {
            columns = List.copyOf(all);
        }
    }

    /** The table, with its schema, as records name it. */
    public String table() {
        return table;
    }

    /** The columns that tell its rows apart. */
    public List<String> primaryKey() {
        return primaryKey;
    }

    /** All of them, in an order that stays; the same object until the catalog says something else. */
    public List<SourceColumn> found() {
        return columns;
    }
}
