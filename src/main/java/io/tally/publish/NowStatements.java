package io.tally.publish;

import io.tally.view.SourceColumn;
import io.tally.view.Type;
import io.tally.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The statements that ask what a view holds now. Each row of an answer has {@code start_ms} if there are windows,
 * {@code shown}, which is the columns of the result as texts, and sums of totals as texts.
 *
 * <p>Totals are added up before measures are worked out of them: an average of both parts is no average of averages.
 */
final class NowStatements {

    /** Partition, owner, and the sequence that its checkpoint has to be below. */
    private static final List<String> MARKS = List.of("int", "uuid", "bigint");

    private static final Pattern HOLE = Pattern.compile("%\\((\\w+)\\)");

    private static final String NOW = """
            WITH unpublished AS (
                SELECT %(delta)
                FROM unnest(%(parameters)) AS delta (partition, owner, before, %(names))
                JOIN %(checkpoints) AS checkpoint
                    ON checkpoint.partition = delta.partition AND checkpoint.owner = delta.owner
                       AND checkpoint.sequence < delta.before
            ), parts AS (
                SELECT %(stored), true AS published FROM %(result) WHERE %(where)
                UNION ALL
                SELECT *, false FROM unpublished
            ), sums AS (
                SELECT %(sums) FROM parts GROUP BY %(groups) HAVING %(any)
            ), lines AS (
                SELECT *, count(*) OVER () AS all_count, %(all), row_number() OVER (ORDER BY %(order)) AS place
                FROM sums ORDER BY place LIMIT %(limit)
            ), marks AS (
                SELECT count(*) AS partitions,
                       array_agg(partition) FILTER (WHERE owner IS NOT NULL) AS owned,
                       array_agg(owner::text) FILTER (WHERE owner IS NOT NULL) AS owners,
                       array_agg(sequence) FILTER (WHERE owner IS NOT NULL) AS sequences,
                       min(coalesce(published_up_to, '-infinity')) AS final_until
                FROM %(checkpoints) AS checkpoint
            )
            SELECT %(start) AS start_ms, ARRAY[%(shown)]::text[] AS shown, ARRAY[%(unpublished)]::text[] AS unpublished,
                   ARRAY[%(totals)]::text[] AS totals, all_count, partitions, owned, owners, sequences,
                   CASE WHEN isfinite(final_until) THEN (extract(epoch FROM final_until) * 1000)::bigint END AS final_until
            FROM marks LEFT JOIN lines ON true
            ORDER BY place
            """;

    private static final String CLOSED = """
            SELECT (extract(epoch FROM w) * 1000)::bigint AS start_ms, ARRAY[%s]::text[] AS totals, count(*) AS groups
            FROM (SELECT %s AS e, %s FROM %s) AS stored,
                 (SELECT min(coalesce(published_up_to, '-infinity'))%s AS until FROM %s AS checkpoint) AS published
            WHERE isfinite(until) AND e <= until AND w >= until - $1::int * %s
            GROUP BY w ORDER BY w DESC
            """;

    private static final String TOP = """
            SELECT %s AS start_ms, ARRAY[%s]::text[] AS shown
            FROM (SELECT %s FROM %s WHERE %s) AS sums
            ORDER BY %s LIMIT $1
            """;

    private final ResultTable table;
    private final View view;
    private final List<String> groups = new ArrayList<>();
    /** The number of the parameter behind those that hold what is unpublished. */
    private final int limit;

    NowStatements(ResultTable table) {
        this.table = table;
        view = table.view();
        if (view.window().isPresent()) {
            groups.add("w");
        }
        IntStream.range(0, view.keys().size()).forEach(key -> groups.add("k" + key));
        limit = MARKS.size() + groups.size() + view.totals().size() + 1;
    }

    // ---- published or not ------------------------------------------------------------------------------------------

    /** The groups of a window, highest first; the parameter behind the limit is its start, in ms. */
    String ofWindow() {
        return now("%s = %s".formatted(table.start(), table.startOfMs("$" + (limit + 1))), byRank());
    }

    /**
     * A group in the newest windows, newest first.
     *
     * @param nulls for each key whether it is NULL. Those that are not are the parameters behind the limit, in their order;
     *     behind them comes the start of the oldest window, if there are any
     */
    String ofGroup(List<Boolean> nulls) {
        List<String> where = new ArrayList<>();
        int parameter = limit;
        for (int key = 0; key < nulls.size(); key++) {
            // An index does not serve IS NOT DISTINCT FROM.
            where.add(table.keyName(key) + (nulls.get(key) ? " IS NULL" : " = " + keyValue(key, "$" + ++parameter)));
        }
        if (view.window().isPresent()) {
            where.add("%s >= %s".formatted(table.start(), table.startOfMs("$" + ++parameter)));
        }
        return now(
                where.isEmpty() ? "true" : String.join(" AND ", where),
                view.window().isPresent() ? "w DESC" : "true");
    }

    private String keyValue(int key, String parameter) {
        SourceColumn column = view.keys().get(key);
        return ResultTable.keyValue(column, parameter + "::" + ResultTable.parameterType(column));
    }

    private String now(String where, String order) {
        List<String> types = new ArrayList<>(MARKS);
        List<String> delta = new ArrayList<>();
        if (view.window().isPresent()) {
            types.add("bigint");
            delta.add(table.startOfMs("delta.w") + " AS w");
        }
        for (int key = 0; key < view.keys().size(); key++) {
            SourceColumn column = view.keys().get(key);
            types.add(ResultTable.parameterType(column));
            delta.add("%s AS k%d".formatted(ResultTable.keyValue(column, "delta.k" + key), key));
        }
        view.totals().forEach(total -> types.add(total.amount() == null ? "bigint" : "numeric"));
        delta.addAll(eachTotal("delta.t%1$d::numeric AS t%1$d"::formatted));
        List<String> names = new ArrayList<>(groups);
        names.addAll(eachTotal("t%d"::formatted));
        List<String> sums = new ArrayList<>(groups);
        sums.addAll(eachTotal(
                "sum(t%1$d) AS t%1$d, coalesce(sum(t%1$d) FILTER (WHERE NOT published), 0) AS u%1$d"::formatted));
        Map<String, String> pieces = Map.ofEntries(
                Map.entry("delta", join(delta)),
                Map.entry(
                        "parameters",
                        join(IntStream.range(0, types.size())
                                .mapToObj(i -> "$%d::%s[]".formatted(i + 1, types.get(i)))
                                .toList())),
                Map.entry("names", join(names)),
                Map.entry("checkpoints", table.checkpoints()),
                Map.entry("stored", join(table.groupColumns())),
                Map.entry("result", table.quotedName()),
                Map.entry("where", where),
                Map.entry("sums", join(sums)),
                Map.entry("groups", join(groups)),
                Map.entry("any", String.join(" OR ", eachTotal("sum(t%d) <> 0"::formatted))),
                Map.entry("all", join(eachTotal("sum(t%1$d) OVER () AS s%1$d"::formatted))),
                Map.entry("order", order),
                Map.entry("limit", "$" + limit + "::int"),
                Map.entry("start", startMs()),
                Map.entry("shown", shown()),
                Map.entry("unpublished", join(eachTotal("u%d"::formatted))),
                Map.entry("totals", join(eachTotal("s%d"::formatted))));
        return HOLE.matcher(NOW).replaceAll(hole -> Matcher.quoteReplacement(pieces.get(hole.group(1))));
    }

    // ---- published only --------------------------------------------------------------------------------------------

    /** The latest windows that every partition has published, newest first; the parameter says how many. */
    String closed() {
        return CLOSED.formatted(
                join(eachTotal("sum(t%d)"::formatted)),
                table.endOfRow(),
                join(table.groupColumns()),
                table.quotedName(),
                view.window().orElseThrow().zoned() ? "" : " AT TIME ZONE 'UTC'",
                table.checkpoints(),
                table.longest());
    }

    /** The highest groups that are published; parameters are how many, and the start of the window, if there are any. */
    String top() {
        return TOP.formatted(
                startMs(),
                shown(),
                join(table.groupColumns()),
                table.quotedName(),
                view.window().isPresent() ? "%s = %s".formatted(table.start(), table.startOfMs("$2")) : "true",
                byRank());
    }

    // ---- pieces ----------------------------------------------------------------------------------------------------

    private String startMs() {
        return view.window().isPresent() ? "(extract(epoch FROM w) * 1000)::bigint" : "NULL::bigint";
    }

    private String byRank() {
        List<String> order = new ArrayList<>(List.of("t%d DESC".formatted(view.rankedBy())));
        for (int key = 0; key < view.keys().size(); key++) {
            Type.Kind kind = view.keys().get(key).type().kind();
            order.add("k" + key + (kind.isCharacter() || kind == Type.Kind.ENUM ? " COLLATE \"C\"" : ""));
        }
        return join(order);
    }

    private String shown() {
        return view.results().stream()
                .map(column ->
                        text(table.shown(column), Type.named(column.type()).kind()))
                .collect(Collectors.joining(", "));
    }

    /** Times as microseconds and days since 1970, which is the same in every session. */
    static String text(String value, Type.Kind kind) {
        return switch (kind) {
            case TIMESTAMP, TIMESTAMPTZ -> "trunc(extract(epoch FROM %s) * 1000000)::text".formatted(value);
            case DATE -> "(%s - DATE 'epoch')::text".formatted(value);
            default -> "(%s)::text".formatted(value);
        };
    }

    private List<String> eachTotal(IntFunction<String> sql) {
        return IntStream.range(0, view.totals().size()).mapToObj(sql).toList();
    }

    private static String join(List<String> parts) {
        return String.join(", ", parts);
    }
}
