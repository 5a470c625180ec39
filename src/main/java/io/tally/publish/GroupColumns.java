package io.tally.publish;

import io.tally.view.SourceColumn;
import io.tally.view.Total;
import io.tally.view.View;
import io.tally.view.expression.NumberExpression;
import io.tally.window.Groups;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.data.Numeric;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** Groups of windows as columns that a statement takes: the start of the window in ms if there are windows, keys, totals. */
final class GroupColumns {

    private static final int FIRST_ROWS = 256;

    /** A parameter: an array of boxed values. */
    static final class Column {

        private Object[] values;

        Column(Class<?> type) {
            values = (Object[]) Array.newInstance(type, FIRST_ROWS);
        }

        void set(int row, Object value) {
            if (row == values.length) {
                values = Arrays.copyOf(values, 2 * row);
            }
            values[row] = value;
        }

        void addTo(Tuple parameters, int rows) {
            parameters.addValue(Arrays.copyOf(values, rows));
        }
    }

    private final View view;
    /** In the order of the parameters. */
    private final List<Column> columns = new ArrayList<>();

    GroupColumns(View view) {
        this.view = view;
        if (view.window().isPresent()) {
            columns.add(new Column(Long.class));
        }
        view.keys().forEach(key -> columns.add(new Column(type(key))));
        view.totals().forEach(total -> columns.add(new Column(isCount(total) ? Long.class : Numeric.class)));
    }

    void set(int row, long startMs, Groups groups, int slot) {
        Iterator<Column> column = columns.iterator();
        if (view.window().isPresent()) {
            column.next().set(row, startMs);
        }
        for (int key = 0; key < view.keys().size(); key++) {
            column.next().set(row, keyValue(view.keys().get(key), groups.key(slot, key)));
        }
        for (int total = 0; total < view.totals().size(); total++) {
            column.next().set(row, value(groups, slot, total));
        }
    }

    /** Adds the totals of a group to those of a row, which is of the same group. */
    void add(int row, Groups groups, int slot) {
        int first = columns.size() - view.totals().size();
        for (int total = 0; total < view.totals().size(); total++) {
            Object[] values = columns.get(first + total).values;
            values[row] = sum(values[row], value(groups, slot, total));
        }
    }

    private static Object sum(Object one, Object other) {
        if (one instanceof Long count) {
            return Math.addExact(count, (Long) other);
        }
        BigDecimal amount = ((Numeric) one).bigDecimalValue();
        return Numeric.create(amount.add(((Numeric) other).bigDecimalValue()));
    }

    void addTo(Tuple parameters, int rows) {
        columns.forEach(column -> column.addTo(parameters, rows));
    }

    private Object value(Groups groups, int slot, int total) {
        long units = groups.units(slot, total);
        if (isCount(view.totals().get(total))) {
            return units == NumberExpression.OUTSIDE ? groups.sum(slot, total).longValueExact() : units;
        }
        return Numeric.create(
                units == NumberExpression.OUTSIDE
                        ? groups.sum(slot, total)
                        : BigDecimal.valueOf(units, groups.scale(total)));
    }

    private static boolean isCount(Total total) {
        return total.amount() == null;
    }

    private static Class<?> type(SourceColumn key) {
        return switch (key.type().kind()) {
            case SMALLINT, INTEGER, DATE -> Integer.class;
            case BIGINT, TIMESTAMP, TIMESTAMPTZ -> Long.class;
            case BOOLEAN -> Boolean.class;
            case NUMERIC -> Numeric.class;
            default -> String.class;
        };
    }

    /** Parameter of a statement for a part of a key, as {@link Groups#key} gives it. */
    static Object keyValue(SourceColumn key, Object part) {
        if (part == null) {
            return null;
        }
        return switch (key.type().kind()) {
            case SMALLINT, INTEGER, DATE -> ((Long) part).intValue();
            case BIGINT -> ((Number) part).longValue();
            case BOOLEAN -> (Long) part != 0;
            case NUMERIC -> Numeric.create(Groups.number(key, part));
            default -> part;
        };
    }
}
