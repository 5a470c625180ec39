package io.tally.view;

import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import io.tally.view.sql.Names;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The result of a view as an engine keeps it: totals by group, moved by what each image of a row contributes. */
final class KeptResult {

    private final View view;
    /** Window start, if there is one, and keys, as canonical texts; null is a key like any other. */
    private final Map<List<String>, BigDecimal[]> groups = new LinkedHashMap<>();

    KeptResult(View view) {
        this.view = view;
    }

    KeptResult copy() {
        KeptResult copy = new KeptResult(view);
        groups.forEach((group, totals) -> copy.groups.put(group, totals.clone()));
        return copy;
    }

    void insert(TestRow row) {
        add(row, 1);
    }

    void delete(TestRow row) {
        add(row, -1);
    }

    private void add(TestRow row, int sign) {
        RowImage image = row.image(view.columns());
        if (view.fault(image) != null || !view.counts(image)) {
            return;
        }
        List<String> group = new ArrayList<>();
        view.window().ifPresent(window -> group.add(Long.toString(window.startMicros(image))));
        for (SourceColumn key : view.keys()) {
            group.add(row.canonical(key));
        }
        BigDecimal[] totals = groups.computeIfAbsent(group, _ -> {
            BigDecimal[] zeros = new BigDecimal[view.totals().size()];
            Arrays.fill(zeros, BigDecimal.ZERO);
            return zeros;
        });
        for (int i = 0; i < totals.length; i++) {
            BigDecimal amount = amount(view.totals().get(i), image);
            if (amount != null) {
                totals[i] = totals[i].add(sign > 0 ? amount : amount.negate());
            }
        }
        if (totals[View.ROWS].signum() == 0) {
            groups.remove(group);
        }
    }

    /** The amount, worked out the fast way, and held against the slow one. */
    private static BigDecimal amount(Total total, RowImage image) {
        BigDecimal exact = total.exact(image);
        long units = total.units(image);
        if (units != NumberExpression.OUTSIDE) {
            BigDecimal fast = units == NumberExpression.NULL ? null : BigDecimal.valueOf(units, total.scale());
            if ((fast == null) != (exact == null) || fast != null && fast.compareTo(exact) != 0) {
                throw new AssertionError("in units %s, exactly %s: %s".formatted(fast, exact, total));
            }
        }
        return exact;
    }

    /** The rows that a fill would bring. */
    List<String> filled() {
        return groups.entrySet().stream()
                .map(group -> {
                    List<String> row = new ArrayList<>(group.getKey());
                    for (BigDecimal total : group.getValue()) {
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
        for (BigDecimal[] totals : groups.values()) {
            List<String> values = Arrays.stream(totals)
                    .map(total -> total.toPlainString() + "::numeric")
                    .toList();
            rows.add("(%d, %d, %s)".formatted(version, rows.size(), String.join(", ", values)));
        }
        return rows;
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
        StringBuilder names = new StringBuilder("v, n");
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
        for (List<String> group : groups.keySet()) {
            List<String> row = new ArrayList<>();
            int measure = 1;
            int keys = view.window().isPresent() ? 1 : 0;
            for (ResultColumn column : view.results()) {
                row.add(
                        switch (column.role()) {
                            case WINDOW_START -> group.getFirst();
                            case WINDOW_END -> Long.toString(Long.parseLong(group.getFirst()) + stride());
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

    private long stride() {
        return view.window().orElseThrow().strideMicros();
    }
}
