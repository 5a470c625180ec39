package io.tally.view;

import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import io.tally.view.sql.Names;
import io.tally.window.Groups;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** The result of a view as an engine keeps it: totals by window and group, moved by what each image of a row contributes. */
final class KeptResult {

    /**
     * A row of it.
     *
     * @param names window start, if there is one, and keys, as canonical texts; null is a key like any other
     */
    private record Group(List<String> names, BigDecimal[] totals) {}

    private final View view;
    private final Contribution contribution;
    private final NavigableMap<Long, Groups> windows = new TreeMap<>();

    KeptResult(View view) {
        this.view = view;
        this.contribution = new Contribution(view);
    }

    KeptResult copy() {
        KeptResult copy = new KeptResult(view);
        windows.forEach((startMs, groups) -> copy.window(startMs).addAll(groups));
        return copy;
    }

    private Groups window(long startMs) {
        return windows.computeIfAbsent(startMs, _ -> new Groups(view));
    }

    void insert(TestRow row) {
        add(row, 1);
    }

    void delete(TestRow row) {
        add(row, -1);
    }

    private void add(TestRow row, int sign) {
        RowImage image = row.image(view.columns());
        if (contribution.fault(image) != null || !contribution.counts(image)) {
            return;
        }
        view.totals().forEach(total -> check(total, image));
        long startMs = view.window()
                .map(window -> window.startMs(contribution.timeMs(image)))
                .orElse(0L);
        window(startMs).add(image, sign);
    }

    /** Holds an amount that is worked out the fast way against the slow one. */
    private static void check(Total total, RowImage image) {
        BigDecimal exact = total.exact(image);
        long units = total.units(image);
        if (units != NumberExpression.OUTSIDE) {
            BigDecimal fast = units == NumberExpression.NULL ? null : BigDecimal.valueOf(units, total.scale());
            if ((fast == null) != (exact == null) || fast != null && fast.compareTo(exact) != 0) {
                throw new AssertionError("in units %s, exactly %s: %s".formatted(fast, exact, total));
            }
        }
    }

    private List<Group> groups() {
        List<Group> all = new ArrayList<>();
        windows.forEach((startMs, groups) -> groups.forEach(slot -> {
            List<String> names = new ArrayList<>();
            view.window().ifPresent(_ -> names.add(Long.toString(startMs * 1000)));
            for (int key = 0; key < view.keys().size(); key++) {
                names.add(canonical(view.keys().get(key), groups.key(slot, key)));
            }
            all.add(new Group(
                    names,
                    IntStream.range(0, view.totals().size())
                            .mapToObj(total -> groups.sum(slot, total))
                            .toArray(BigDecimal[]::new)));
        }));
        return all;
    }

    private static String canonical(SourceColumn key, Object part) {
        boolean isUnits = key.type().kind() == Type.Kind.NUMERIC && part instanceof Long;
        Object value = isUnits
                ? BigDecimal.valueOf((Long) part, Math.max(key.type().scale(), 0))
                        .toPlainString()
                : part instanceof BigDecimal number ? number.toPlainString() : part;
        return value == null ? null : Canonical.of(value.toString(), key.type().kind());
    }

    /** The rows that a fill would bring. */
    List<String> filled() {
        return groups().stream()
                .map(group -> {
                    List<String> row = new ArrayList<>(group.names());
                    for (BigDecimal total : group.totals()) {
                        row.add(Canonical.number(total));
                    }
                    return row.toString();
                })
                .sorted()
                .toList();
    }

    /** A table whose measures PostgreSQL works out by itself. */
    static String createTable(View view) {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < view.totals().size(); i++) {
            columns.add("t" + i + " numeric");
        }
        for (ResultColumn column : view.results()) {
            column.measure()
                    .ifPresent(measure -> columns.add("%s %s GENERATED ALWAYS AS (%s) STORED"
                            .formatted(Names.quoted(column.name()), column.type(), measure.sql(total -> "t" + total))));
        }
        return "CREATE TABLE result (%s); DROP TABLE result".formatted(String.join(", ", columns));
    }

    /** The totals of each group, in numbers that SQL takes, with a version in front. */
    List<String> values(int version) {
        List<String> rows = new ArrayList<>();
        for (Group group : groups()) {
            List<String> values = Arrays.stream(group.totals())
                    .map(total -> total.toPlainString() + "::numeric")
                    .toList();
            String start = view.window()
                    .map(window -> Times.literal(Long.parseLong(group.names().getFirst()), window.zoned()))
                    .orElse("NULL");
            rows.add("(%d, %d, %s, %s)".formatted(version, rows.size(), start, String.join(", ", values)));
        }
        return rows;
    }

    /** The ends of windows come from PostgreSQL, as they do in a table of results. */
    private static List<String> ends(View view) {
        Type.Kind kind = view.window().filter(Window::zoned).isPresent() ? Type.Kind.TIMESTAMPTZ : Type.Kind.TIMESTAMP;
        List<String> ends = new ArrayList<>();
        view.window()
                .filter(CalendarWindow.class::isInstance)
                .ifPresent(window -> ends.add(Canonical.sql(window.endSql("w"), kind)));
        view.result(ResultColumn.Role.WINDOW_END)
                .ifPresent(
                        _ -> ends.add(Canonical.sql(view.window().orElseThrow().shownEndSql("w"), kind)));
        return ends;
    }

    /** Holds what PostgreSQL says about the end of a window against what the window says itself. */
    private void checkEnd(String start, String end) {
        long own = view.window().orElseThrow().endMs(Long.parseLong(start) / 1000) * 1000;
        if (Long.parseLong(end) != own) {
            throw new AssertionError("window %s ends at %d, and in SQL at %s".formatted(start, own, end));
        }
    }

    /**
     * A query that has PostgreSQL work out the measures: the version, and the measures of each group.
     *
     * @param values what {@link #values} gives, of one version or several
     */
    static String measures(View view, List<String> values) {
        List<String> columns = new ArrayList<>(List.of("v::text"));
        for (ResultColumn column : view.results()) {
            column.measure()
                    .ifPresent(measure -> columns.add(Canonical.sql(
                            "(%s)".formatted(measure.sql(total -> "t" + total)),
                            Type.named(column.type()).kind())));
        }
        columns.addAll(ends(view));
        StringBuilder names = new StringBuilder("v, n, w");
        for (int i = 0; i < view.totals().size(); i++) {
            names.append(", t").append(i);
        }
        return "SELECT ARRAY[%s] FROM (VALUES %s) totals(%s) ORDER BY v, n"
                .formatted(String.join(", ", columns), String.join(", ", values), names);
    }

    /**
     * The rows of the SELECT.
     *
     * @param measures what came of {@link #measures}, a row for each group, behind its version
     */
    List<String> rows(List<String[]> measures) {
        List<String> rows = new ArrayList<>();
        int number = 0;
        for (Group kept : groups()) {
            List<String> group = kept.names();
            List<String> row = new ArrayList<>();
            int measure = 1;
            int end = measures.get(number).length - 1;
            if (view.window().orElse(null) instanceof CalendarWindow) {
                checkEnd(
                        group.getFirst(),
                        measures.get(number)[end + 1 - ends(view).size()]);
            }
            int keys = view.window().isPresent() ? 1 : 0;
            for (ResultColumn column : view.results()) {
                row.add(
                        switch (column.role()) {
                            case WINDOW_START -> group.getFirst();
                            case WINDOW_END -> measures.get(number)[end];
                            case KEY -> group.get(keys + column.key());
                            case MEASURE ->
                                Canonical.of(
                                        measures.get(number)[measure++],
                                        Type.named(column.type()).kind());
                        });
            }
            rows.add(row.toString());
            number++;
        }
        return rows.stream().sorted().toList();
    }
}
