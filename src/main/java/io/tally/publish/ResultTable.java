package io.tally.publish;

import io.tally.view.FillQuery;
import io.tally.view.FixedWindow;
import io.tally.view.ResultColumn;
import io.tally.view.ResultColumn.Role;
import io.tally.view.SourceColumn;
import io.tally.view.Type;
import io.tally.view.View;
import io.tally.view.Window;
import io.tally.view.sql.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The table that holds a view's result, and the statements about it. It has the columns of the {@code SELECT}. A measure that
 * is a total by itself is stored; the others PostgreSQL works out in generated columns, from totals in further columns that
 * are named so that they cannot be taken for one of the result's.
 */
public final class ResultTable {

    /** A column that is written: its name, quoted, and its type. */
    private record Column(String name, String type) {}

    private static final String HIDDEN = "tally_total_";

    /** Without windows nothing is history, whatever the parameter says. */
    private static final String NO_HISTORY = "$1::text IS NOT NULL";

    private static final long MICROS_PER_DAY = 86_400_000_000L;

    private final View view;
    private final String name;
    private final List<String> shown;
    private final List<Column> totals = new ArrayList<>();
    private final String start;
    /** The column that shows it, or null. */
    private final String end;

    /** The windows, or null. */
    private final Window window;

    /** The table of a view, by the view's name. */
    public ResultTable(View view) {
        this.view = view;
        name = Names.quoted(view.name());
        shown = view.results().stream().map(ResultTable::quoted).toList();
        for (int total = 0; total < view.totals().size(); total++) {
            totals.add(columnOf(total));
        }
        window = view.window().orElse(null);
        start = view.result(Role.WINDOW_START).map(ResultTable::quoted).orElse(null);
        end = view.result(Role.WINDOW_END).map(ResultTable::quoted).orElse(null);
    }

    private Column columnOf(int total) {
        return view.results().stream()
                .filter(column -> isTotal(column, total))
                .findFirst()
                .map(column -> new Column(quoted(column), column.type()))
                .orElseGet(() -> new Column(hidden(total), typeOf(total)));
    }

    /** Wide enough for any. */
    private String typeOf(int total) {
        return view.totals().get(total).amount() == null ? "bigint" : "numeric";
    }

    private static boolean isTotal(ResultColumn column, int total) {
        return column.measure()
                .filter(measure -> measure.isTotal() && measure.totals().getFirst() == total)
                .isPresent();
    }

    private String hidden(int total) {
        String free = HIDDEN + total;
        while (shown.contains(Names.quoted(free))) {
            free += "_";
        }
        return Names.quoted(free);
    }

    private static String quoted(ResultColumn column) {
        return Names.quoted(column.name());
    }

    View view() {
        return view;
    }

    // ---- the table -------------------------------------------------------------------------------------------------

    /** Makes the table if it is not there. */
    String create() {
        List<String> columns = new ArrayList<>();
        for (ResultColumn column : view.results()) {
            columns.add("%s %s%s".formatted(quoted(column), column.type(), rest(column)));
        }
        for (Column total : totals) {
            if (!shown.contains(total.name())) {
                columns.add("%s %s NOT NULL".formatted(total.name(), total.type()));
            }
        }
        columns.add(
                "%s (%s)".formatted(hasNullableKeys() ? "UNIQUE NULLS NOT DISTINCT" : "PRIMARY KEY", join(unique())));
        return "CREATE TABLE IF NOT EXISTS %s (%s)".formatted(name, join(columns));
    }

    /** Whether a key with NULL has to be there once, which servers can say from 15 on. */
    boolean hasNullableKeys() {
        return view.keys().stream().anyMatch(key -> key.ref().nullable());
    }

    private String rest(ResultColumn column) {
        return switch (column.role()) {
            case KEY -> view.keys().get(column.key()).ref().nullable() ? "" : " NOT NULL";
            case MEASURE ->
                isStored(column)
                        ? " NOT NULL"
                        : " GENERATED ALWAYS AS (%s) STORED"
                                .formatted(column.measure().orElseThrow().sql(this::asNumeric));
            default -> " NOT NULL";
        };
    }

    private boolean isStored(ResultColumn measure) {
        return totals.stream().anyMatch(total -> total.name().equals(quoted(measure)));
    }

    private String asNumeric(int total) {
        Column column = totals.get(total);
        return column.type().equals("numeric") ? column.name() : column.name() + "::numeric";
    }

    /** Window and keys. */
    private List<String> unique() {
        return Stream.concat(Stream.ofNullable(start), view.keys().stream().map(this::keyName))
                .toList();
    }

    private String keyName(SourceColumn key) {
        return quoted(keyColumn(key));
    }

    private ResultColumn keyColumn(SourceColumn key) {
        int place = view.keys().indexOf(key);
        return view.results().stream()
                .filter(column -> column.role() == Role.KEY && column.key() == place)
                .findFirst()
                .orElseThrow();
    }

    /** Makes the view of windows that every partition has passed; there has to be a window. */
    String createFinal() {
        return """
                CREATE VIEW %s AS SELECT %s FROM %s
                WHERE (%s)%s <= (SELECT min(coalesce(published_up_to, '-infinity')) FROM tally_view_checkpoint WHERE view = %s)""".formatted(
                        quotedFinalName(),
                        join(shown),
                        name,
                        endOfRow(),
                        window.zoned() ? "" : " AT TIME ZONE 'UTC'",
                        Names.literal(view.name()));
    }

    /** The end of the window of a row: on the calendar that is not always what is shown. */
    String endOfRow() {
        return end != null && window instanceof FixedWindow ? end : window.endSql(start);
    }

    String finalName() {
        return view.name() + "_final";
    }

    String quotedName() {
        return name;
    }

    /** Itself if there is no such view, as there is none without windows. */
    String quotedFinalName() {
        return start == null ? name : Names.quoted(finalName());
    }

    /** The checkpoints of this view, for a FROM clause; to be given a name there. */
    String checkpoints() {
        return "(SELECT * FROM tally_view_checkpoint WHERE view = %s)".formatted(Names.literal(view.name()));
    }

    /** Columns that totals are stored in, each with its type. */
    List<ResultColumn> stored() {
        return view.results().stream()
                .filter(column -> column.role() == Role.MEASURE && isStored(column))
                .toList();
    }

    // ---- looking on ------------------------------------------------------------------------------------------------

    /** Groups as they are stored: w for the start of the window if there are windows, k0, …, and t0, …, all of numeric. */
    List<String> groupColumns() {
        List<String> columns = new ArrayList<>();
        if (start != null) {
            columns.add(start + " AS w");
        }
        for (int key = 0; key < view.keys().size(); key++) {
            columns.add("%s AS k%d".formatted(keyName(view.keys().get(key)), key));
        }
        for (int total = 0; total < totals.size(); total++) {
            columns.add("%s::numeric AS t%d".formatted(totals.get(total).name(), total));
        }
        return columns;
    }

    /** The start of a window; there has to be one. */
    String start() {
        return start;
    }

    /** The place of a key in the table. */
    String keyName(int key) {
        return keyName(view.keys().get(key));
    }

    /** A column of the result, worked out of w, k0, … and t0, … as the table has it. */
    String shown(ResultColumn column) {
        return switch (column.role()) {
            case WINDOW_START -> "w";
            case WINDOW_END -> window.shownEndSql("w");
            case KEY -> "k" + column.key();
            case MEASURE ->
                "(%s)::%s".formatted(column.measure().orElseThrow().sql(total -> "t" + total), column.type());
        };
    }

    /** The length of the longest window. */
    String longest() {
        return "INTERVAL '%d milliseconds'".formatted(window.longestMs());
    }

    /** The start of a window, of a parameter in ms. */
    String startOfMs(String parameter) {
        return time(parameter + "::bigint", 1_000, view.window().orElseThrow().zoned());
    }

    // ---- publishing ------------------------------------------------------------------------------------------------

    /**
     * Adds deltas, whose columns are the parameters: the start of the window in ms if there is one, keys, totals. If the
     * checkpoints were not moved, it adds nothing. Rows are added as they come, which is in the order of their key, so that
     * engines hardly ever deadlock. The places of rows that have become empty are left in a setting, for the next statement.
     */
    String add() {
        List<String> types = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        if (start != null) {
            types.add("bigint");
            names.add("start");
            values.add(time("delta.start", 1_000, window.zoned()));
        }
        for (SourceColumn key : view.keys()) {
            String delta = "k" + names.size();
            types.add(parameterType(key));
            names.add(delta);
            values.add(keyValue(key, "delta." + delta));
        }
        List<String> columns = new ArrayList<>(unique());
        if (end != null) {
            columns.add(end);
            values.add(window.shownEndSql("(" + values.getFirst() + ")"));
        }
        for (int total = 0; total < totals.size(); total++) {
            types.add(typeOf(total));
            names.add("t" + total);
            columns.add(totals.get(total).name());
            values.add("delta.t%d".formatted(total));
        }
        String parameters = IntStream.range(0, types.size())
                .mapToObj(i -> "$%d::%s[]".formatted(i + 1, types.get(i)))
                .collect(Collectors.joining(", "));
        String sums = totals.stream()
                .map(total -> "%1$s = total.%1$s + EXCLUDED.%1$s".formatted(total.name()))
                .collect(Collectors.joining(", "));
        return """
                WITH added AS (
                    INSERT INTO %1$s AS total (%2$s)
                    SELECT %3$s
                    FROM unnest(%4$s) AS delta (%5$s)
                    WHERE current_setting('tally.fenced')::boolean
                    ON CONFLICT (%6$s) DO UPDATE SET %7$s
                    RETURNING total.ctid AS place, %8$s AS is_empty
                )
                SELECT set_config('tally.emptied', coalesce((array_agg(place) FILTER (WHERE is_empty))::text, '{}'), true)
                FROM added
                """.formatted(
                        name, join(columns), join(values), parameters, join(names), join(unique()), sums, isEmpty());
    }

    /** Deletes the rows that have become empty; nobody can have moved them since, in the same transaction. */
    String deleteEmpty() {
        return "DELETE FROM %s AS total WHERE ctid = ANY (current_setting('tally.emptied')::tid[]) AND %s"
                .formatted(name, isEmpty());
    }

    private String isEmpty() {
        return totals.stream()
                .map(total -> "total.%s = 0".formatted(total.name()))
                .collect(Collectors.joining(" AND "));
    }

    static String parameterType(SourceColumn key) {
        return switch (key.type().kind()) {
            case SMALLINT, INTEGER, DATE -> "int";
            case BIGINT, TIMESTAMP, TIMESTAMPTZ -> "bigint";
            case BOOLEAN -> "boolean";
            case NUMERIC -> "numeric";
            default -> "text";
        };
    }

    static String keyValue(SourceColumn key, String parameter) {
        return switch (key.type().kind()) {
            case SMALLINT -> parameter + "::smallint";
            case UUID -> parameter + "::uuid";
            case DATE -> "DATE 'epoch' + " + parameter;
            case TIMESTAMP, TIMESTAMPTZ -> time(parameter, 1, key.type().kind() == Type.Kind.TIMESTAMPTZ);
            default -> parameter;
        };
    }

    /** A time from a number: exact, however far it is from today, because a double precision holds a single day only. */
    private static String time(String units, long microsPerUnit, boolean zoned) {
        return "'epoch'::timestamp%1$s + make_interval(days => (%2$s / %3$d)::int, secs => (%2$s %% %3$d)::float8 / %4$d)"
                .formatted(zoned ? "tz" : "", units, MICROS_PER_DAY / microsPerUnit, 1_000_000 / microsPerUnit);
    }

    // ---- filling ---------------------------------------------------------------------------------------------------

    /** Where the rows of a fill wait until all of them are there. It is of no use to anybody after a crash. */
    String staged() {
        return Names.quoted(view.name() + "_staged");
    }

    /** Makes that table if it is not there. */
    String createStaged() {
        return "CREATE UNLOGGED TABLE IF NOT EXISTS %s (%s)".formatted(staged(), stagedColumns());
    }

    /** Makes that table anew. */
    String replaceStaged() {
        return "DROP TABLE IF EXISTS %s; %s".formatted(staged(), createStaged());
    }

    /** The columns of that table with their types, in PostgreSQL's words. */
    String stagedColumns() {
        List<String> columns = new ArrayList<>();
        if (start != null) {
            columns.add("w timestamp %s time zone".formatted(window.zoned() ? "with" : "without"));
        }
        for (int key = 0; key < view.keys().size(); key++) {
            columns.add("k%d %s".formatted(key, keyColumn(view.keys().get(key)).type()));
        }
        for (int total = 0; total < totals.size(); total++) {
            columns.add("t%d %s".formatted(total, typeOf(total)));
        }
        return join(columns);
    }

    /** The same columns as the table has them now, as one text: those of an earlier view of this name may be there. */
    String stagedColumnsNow() {
        return """
                SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', ' ORDER BY attnum) AS columns
                FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
                """.formatted(Names.literal(staged()));
    }

    /**
     * Reads what the rows are, each as one text, but for windows that end at or before the time that is the parameter, a text.
     */
    String read() {
        return "SELECT filled::text AS line FROM (%s) AS filled (%s) WHERE %s"
                .formatted(
                        FillQuery.of(view),
                        join(filledColumns()),
                        start == null ? NO_HISTORY : isAfter(window.endSql("w")));
    }

    /** Takes a batch of these texts, an array. */
    String stage() {
        return "INSERT INTO %1$s SELECT (line).* FROM (SELECT text::%1$s AS line FROM unnest($1::text[]) AS text OFFSET 0) AS lines"
                .formatted(staged());
    }

    String emptyStaged() {
        return "TRUNCATE " + staged();
    }

    /** Takes out rows, with the same exception as in reading. */
    String empty() {
        return "DELETE FROM %s WHERE %s".formatted(name, start == null ? NO_HISTORY : isAfter(endOfRow()));
    }

    /** Puts in the rows that wait. */
    String putIn() {
        List<String> columns = new ArrayList<>(unique());
        List<String> values = new ArrayList<>(filled());
        if (end != null) {
            columns.add(end);
            values.add(window.shownEndSql("w"));
        }
        totals.forEach(total -> columns.add(total.name()));
        values.addAll(totalNames("t"));
        return "INSERT INTO %s (%s) SELECT %s FROM %s".formatted(name, join(columns), join(values), staged());
    }

    private List<String> filledColumns() {
        return Stream.concat(filled().stream(), totalNames("t").stream()).toList();
    }

    private static String isAfter(String windowEnd) {
        return windowEnd + " > $1::text::timestamptz";
    }

    private List<String> filled() {
        Stream<String> keys = IntStream.range(0, view.keys().size()).mapToObj(i -> "k" + i);
        return Stream.concat(start == null ? Stream.of() : Stream.of("w"), keys).toList();
    }

    private List<String> totalNames(String prefix) {
        return IntStream.range(0, totals.size()).mapToObj(i -> prefix + i).toList();
    }

    String holdsRows() {
        return "EXISTS (SELECT FROM %s)".formatted(name);
    }

    /** The start of the newest window that starts at a time or before; null without windows. */
    String newestStart(String until) {
        // Without windows the parameter in it has to be there all the same.
        return start == null
                ? "CASE WHEN %s IS NULL THEN now() END".formatted(until)
                : "(SELECT max(%1$s) FROM %2$s WHERE %1$s <= %3$s)".formatted(start, name, until);
    }

    // ---- comparing -------------------------------------------------------------------------------------------------

    /**
     * The groups of the windows between two starts, the parameters: the start, keys and totals as texts, and the
     * version, a text, in the order of {@link AuditedGroup}.
     */
    String groups() {
        List<String> columns = new ArrayList<>(unique());
        totals.forEach(total -> columns.add(total.name()));
        return inOrder("SELECT %1$s, xmin FROM %2$s WHERE %3$s >= %4$s AND %3$s < %5$s"
                .formatted(join(columns), name, start, boundary("$1"), boundary("$2")));
    }

    /**
     * The same of the source: what the groups should be. The xmin of a row is the number of the transaction that wrote it.
     */
    String groupsOfSource() {
        String time = Names.quoted(window.column().name());
        String since = boundary("$1");
        String until = boundary("$2");
        List<String> within = new ArrayList<>(List.of(time + " < " + until));
        if (window instanceof FixedWindow) {
            within.add(time + " >= " + since);
        } else {
            // The first minutes of a day may lie before its start, by less than a day.
            String of = window.startSql(time);
            within.addAll(List.of(
                    "%s >= %s - INTERVAL '1 day'".formatted(time, since), of + " >= " + since, of + " < " + until));
        }
        return inOrder(FillQuery.of(view, within, List.of("sum(xmin::text::bigint)")));
    }

    /** A constant to the planner: an expression that depends on the session's zone would be worked out for every row. */
    private String boundary(String parameter) {
        return parameter + "::timestamptz" + (window.zoned() ? "" : " AT TIME ZONE 'UTC'");
    }

    /** Bytes are in the same order on every server, and numbers without zeros at their end have one text. */
    private String inOrder(String groups) {
        List<String> columns = new ArrayList<>(List.of(window.zoned() ? "w" : "w AT TIME ZONE 'UTC'"));
        List<String> order = new ArrayList<>(List.of("w"));
        for (int key = 0; key < view.keys().size(); key++) {
            columns.add("k%d::text".formatted(key));
            order.add("convert_to(k%d::text, 'UTF8')".formatted(key));
        }
        totalNames("t").forEach(total -> columns.add("trim_scale(%s::numeric)::text".formatted(total)));
        return "SELECT %s, version::text FROM (%s) AS side (%s, version) ORDER BY %s"
                .formatted(join(columns), groups, join(filledColumns()), join(order));
    }

    /** Name of a total, for people. */
    String nameOf(int total) {
        return unquoted(totals.get(total).name());
    }

    /** Name of a key, for people. */
    String nameOfKey(int key) {
        return unquoted(keyName(view.keys().get(key)));
    }

    private static String unquoted(String name) {
        return name.substring(1, name.length() - 1).replace("\"\"", "\"");
    }

    private static String join(List<String> parts) {
        return String.join(", ", parts);
    }
}
