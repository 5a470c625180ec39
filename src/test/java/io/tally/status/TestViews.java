package io.tally.status;

import io.tally.view.Definition;
import io.tally.view.View;
import io.tally.view.ViewReader;
import io.tally.view.ViewRefused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Views as PostgreSQL would print them. */
final class TestViews {

    private TestViews() {}

    /**
     * A view without a window, with a nullable sum, an average and a count.
     *
     * @param keys names and types, with NULL behind them if they may be that
     */
    static View byKeys(String... keys) {
        return read("", List.of(), keys);
    }

    /** The same in windows of a minute. */
    static View byMinuteAndKeys(String... keys) {
        String start = "date_bin('PT1M'::interval, at, '1970-01-01 00:00:00+00'::timestamp with time zone)";
        return read(
                start + " AS since, (" + start + " + 'PT1M'::interval) AS until, ",
                List.of(
                        new Definition.Result("since", "timestamp with time zone"),
                        new Definition.Result("until", "timestamp with time zone")),
                keys);
    }

    private static View read(String window, List<Definition.Result> windowColumns, String... keys) {
        List<Definition.Column> columns = new ArrayList<>(List.of(
                new Definition.Column("at", "timestamp with time zone", 'b', true, false, false, true),
                new Definition.Column("amount", "numeric(10,2)", 'b', false, false, false, true)));
        List<Definition.Result> results = new ArrayList<>(windowColumns);
        List<String> names = new ArrayList<>();
        for (String key : keys) {
            String name = key.substring(0, key.indexOf(' '));
            boolean nullable = key.endsWith(" NULL");
            String type = key.substring(name.length() + 1).replace(" NULL", "");
            names.add(name);
            columns.add(new Definition.Column(name, type, 'b', !nullable, false, false, true));
            results.add(new Definition.Result(name, type));
        }
        results.addAll(List.of(
                new Definition.Result("amount", "numeric"),
                new Definition.Result("average", "numeric"),
                new Definition.Result("n", "bigint")));
        String grouped = Arrays.stream(window.split(" AS \\w+, "))
                .filter(part -> !part.isEmpty())
                .map(part -> part + ", ")
                .collect(Collectors.joining());
        String selected = String.join(", ", names);
        Definition.Source source =
                new Definition.Source("public", "sales", 'r', 'p', List.of("id"), false, false, false, columns);
        String text =
                " SELECT %s%s, sum(amount) AS amount, avg(amount) AS average, count(*) AS n FROM sales GROUP BY %s%s;"
                        .formatted(window, selected, grouped, selected);
        try {
            return ViewReader.read("by_key", new Definition(text, results, List.of(source), List.of()), true);
        } catch (ViewRefused e) {
            throw new IllegalStateException(e);
        }
    }
}
