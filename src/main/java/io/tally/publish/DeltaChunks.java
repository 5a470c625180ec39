package io.tally.publish;

import io.tally.view.SourceColumn;
import io.tally.view.Total;
import io.tally.view.View;
import io.tally.view.expression.NumberExpression;
import io.tally.window.Groups;
import io.tally.window.Publication;
import io.tally.window.WindowDeltas;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.data.Numeric;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The deltas of publications as columns, cut into parameters for statements of bounded size, each made when it is asked for:
 * they take several times the memory of what they are made from. Rows are in the order of their key, so that what several
 * partitions add to one row is added up by one statement, and written once.
 */
final class DeltaChunks implements Iterator<Tuple> {

    /** Rows that a server adds in a second or two, and most publications have fewer of. */
    static final int MOST_ROWS = 20_000;

    private static final int FIRST_ROWS = 256;

    /** What one partition adds to a window, group by group. */
    private static final class Share implements Comparable<Share> {

        private final Integer partition;
        private final Long startMs;
        private final Groups groups;
        /** In order; made when they are needed. */
        private int[] slots;

        private int next;

        Share(int partition, WindowDeltas deltas) {
            this.partition = partition;
            startMs = deltas.startMs();
            groups = deltas.groups();
        }

        boolean isOver() {
            slots = slots == null ? groups.inOrder() : slots;
            return next == slots.length;
        }

        int slot() {
            return slots[next];
        }

        @Override
        public int compareTo(Share other) {
            return groups.compare(slot(), other.groups, other.slot());
        }
    }

    /** A parameter: an array of boxed values. */
    private static final class Column {

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
    }

    private final View view;
    private final Iterator<List<Share>> windows;
    private final PriorityQueue<Share> shares = new PriorityQueue<>();

    /** In the order of the parameters. */
    private final List<Column> columns = new ArrayList<>();

    DeltaChunks(List<Publication> publications, View view) {
        this.view = view;
        columns.add(new Column(Integer.class));
        if (view.window().isPresent()) {
            columns.add(new Column(Long.class));
        }
        view.keys().forEach(key -> columns.add(new Column(type(key))));
        view.totals().forEach(total -> columns.add(new Column(isCount(total) ? Long.class : Numeric.class)));
        SortedMap<Long, List<Share>> all = new TreeMap<>();
        for (Publication publication : publications) {
            for (WindowDeltas deltas : publication.deltas()) {
                all.computeIfAbsent(deltas.startMs(), start -> new ArrayList<>(1))
                        .add(new Share(publication.partition(), deltas));
            }
        }
        windows = all.values().iterator();
    }

    @Override
    public boolean hasNext() {
        while (shares.isEmpty() && windows.hasNext()) {
            windows.next().stream().filter(share -> !share.isOver()).forEach(shares::add);
        }
        return !shares.isEmpty();
    }

    /** Parameters in the order: partitions, window starts in ms if there are windows, keys, totals. */
    @Override
    public Tuple next() {
        int rows = 0;
        // Not cut between the shares of one group.
        boolean isSameGroup = false;
        while (hasNext() && (rows < MOST_ROWS || isSameGroup)) {
            Share share = shares.poll();
            int slot = share.slot();
            put(rows++, share, slot);
            isSameGroup = !shares.isEmpty() && share.compareTo(shares.peek()) == 0;
            share.next++;
            if (!share.isOver()) {
                shares.add(share);
            }
        }
        Tuple parameters = Tuple.tuple();
        for (Column column : columns) {
            parameters.addValue(Arrays.copyOf(column.values, rows));
        }
        return parameters;
    }

    private void put(int row, Share share, int slot) {
        Iterator<Column> column = columns.iterator();
        column.next().set(row, share.partition);
        if (view.window().isPresent()) {
            column.next().set(row, share.startMs);
        }
        for (int key = 0; key < view.keys().size(); key++) {
            column.next().set(row, value(view.keys().get(key), share.groups.key(slot, key)));
        }
        for (int total = 0; total < view.totals().size(); total++) {
            column.next().set(row, value(share.groups, slot, total));
        }
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

    private static Object value(SourceColumn key, Object part) {
        if (part == null) {
            return null;
        }
        return switch (key.type().kind()) {
            case SMALLINT, INTEGER, DATE -> ((Long) part).intValue();
            case BIGINT -> ((Number) part).longValue();
            case BOOLEAN -> (Long) part != 0;
            case NUMERIC ->
                Numeric.create(
                        part instanceof BigDecimal large
                                ? large
                                : BigDecimal.valueOf(
                                        (Long) part, Math.max(key.type().scale(), 0)));
            default -> part;
        };
    }
}
