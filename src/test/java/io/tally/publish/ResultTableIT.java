package io.tally.publish;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.view.Contribution;
import io.tally.view.DefaultView;
import io.tally.view.ResultColumn;
import io.tally.view.SourceColumn;
import io.tally.view.TestSource;
import io.tally.view.Type;
import io.tally.view.Type.Kind;
import io.tally.view.View;
import io.tally.view.ViewReader;
import io.tally.view.ViewRefused;
import io.tally.view.Window;
import io.tally.view.expression.NumberExpression;
import io.tally.view.expression.RowImage;
import io.tally.view.sql.Names;
import io.tally.window.Batch;
import io.tally.window.Groups;
import io.tally.window.TestCheckpoints;
import io.tally.window.TestKeys;
import io.tally.window.Unpublished;
import io.tally.window.WindowDeltas;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The statements about results, on a real PostgreSQL: what they leave in the table is what the {@code SELECT} answers. */
class ResultTableIT {

    private static final String SCHEMA = "result_table";

    private static final String SOURCE = """
            CREATE TABLE sales (
                id bigint PRIMARY KEY, customer_id int NOT NULL, quantity int NOT NULL, price numeric(12, 2) NOT NULL,
                event_ts timestamptz NOT NULL, local_ts timestamp NOT NULL, region text, kind varchar(20) NOT NULL,
                day date NOT NULL, seen timestamptz, flag boolean, small smallint, big bigint, ref uuid, rate numeric(10, 2),
                large numeric(40, 2) NOT NULL, free numeric)
            """;

    /** Rows of minutes and of ages, with keys of every kind, a part of them NULL; an amount that 64 bits do not hold. */
    private static final String ROWS = """
            INSERT INTO sales
            SELECT g, g % 7 - 3, g % 5 - 1, (g * 37 % 1000) / 100.0, at AT TIME ZONE 'UTC', at,
                   CASE g % 4 WHEN 0 THEN NULL WHEN 1 THEN 'Ä' WHEN 2 THEN '' ELSE 'north' END,
                   CASE g % 3 WHEN 0 THEN 'a' ELSE 'b''"' END, at::date,
                   CASE WHEN g % 5 > 0 THEN (at - INTERVAL '0.000001 seconds') AT TIME ZONE 'UTC' END,
                   CASE g % 3 WHEN 0 THEN NULL WHEN 1 THEN true ELSE false END,
                   CASE WHEN g % 6 > 0 THEN g % 3 - 1 END,
                   CASE WHEN g % 2 = 0 THEN (-9223372036854775808 + g % 3)::bigint END,
                   CASE WHEN g % 3 = 0 THEN md5((g % 4)::text)::uuid END,
                   CASE WHEN g % 3 > 0 THEN g % 4 + 0.5 END,
                   CASE WHEN g % 8 = 0 THEN 12345678901234567890123.45 ELSE g % 4 END,
                   CASE WHEN g % 3 > 0 THEN (1.0 / g) END
            FROM (SELECT g, CASE g % 10
                                WHEN 0 THEN TIMESTAMP '4000-01-01 00:00:01.5 BC' WHEN 1 THEN TIMESTAMP '294240-01-01 00:00:01.25'
                                WHEN 2 THEN TIMESTAMP '25000-05-05 05:05:05.001'
                                ELSE TIMESTAMP '2026-01-01' + g * INTERVAL '17.25 seconds' END AS at
                  FROM generate_series(1, 200) AS g) AS numbers
            """;

    private static final int PARTITIONS = 2;

    /** The end of the last year that counts. */
    private static final long END_MS = Instant.parse("+294247-01-01T00:00:00Z").toEpochMilli();

    private final Vertx vertx = Vertx.vertx();
    private PgConnection connection;
    private String rowsOfTest = ROWS;

    @BeforeEach
    void connect() {
        PgConnectOptions options = PgConnectOptions.fromUri(TestSource.url().substring("jdbc:".length()))
                .addProperty("TimeZone", "UTC");
        connection = await(PgConnection.connect(vertx, options));
        run("SET client_min_messages = warning");
        run("DROP SCHEMA IF EXISTS %1$s CASCADE; CREATE SCHEMA %1$s; SET search_path = %1$s".formatted(SCHEMA));
        run(
                "CREATE TABLE tally_view_checkpoint (view text, partition int, owner uuid, sequence bigint, published_up_to timestamptz)");
        run(SOURCE);
        run(ROWS);
    }

    @AfterEach
    void disconnect() {
        run("DROP SCHEMA %s CASCADE".formatted(SCHEMA));
        await(connection.close());
        await(vertx.close());
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    private RowSet<Row> run(String sql) {
        return await(connection.query(sql).execute());
    }

    private List<String> column(String sql) {
        List<String> texts = new ArrayList<>();
        run(sql).forEach(row -> texts.add(row.getString(0)));
        return texts;
    }

    /** In a transaction of another connection that leaves nothing behind. */
    private static View read(String select) throws SQLException, ViewRefused {
        try (TestSource source = new TestSource(TestSource.url(), SCHEMA + "_read")) {
            source.execute(SOURCE);
            View view = ViewReader.read("result", source.describe(select), true);
            return new View(
                    view.name(),
                    SCHEMA,
                    view.table(),
                    view.primaryKey(),
                    view.columns(),
                    view.window(),
                    view.keys(),
                    view.keyBytes(),
                    view.where(),
                    view.totals(),
                    view.results(),
                    view.words());
        }
    }

    // ---- the default view ------------------------------------------------------------------------------------------

    @Test
    void create_defaultView_isTheTableThatItHasAlwaysBeen() {
        ResultTable table = new ResultTable(DefaultView.of(Duration.ofMinutes(1)));
        run(table.create());
        run(table.createFinal());
        assertEquals(
                List.of(
                        "window_start timestamp with time zone NO NEVER",
                        "window_end timestamp with time zone NO NEVER",
                        "customer_id integer NO NEVER",
                        "gross_sales numeric(38,2) NO NEVER",
                        "order_count bigint NO NEVER"),
                column("""
                        SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), is_nullable, is_generated)
                        FROM pg_attribute JOIN information_schema.columns ON column_name = attname AND table_name = 'order_agg'
                        WHERE attrelid = 'order_agg'::regclass AND attnum > 0 ORDER BY attnum"""));
        assertEquals(
                List.of("PRIMARY KEY (window_start, customer_id)"),
                column("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE contype = 'p'"
                        + " AND conrelid = 'order_agg'::regclass"));
        run("INSERT INTO order_agg VALUES ('2026-01-01 00:00', '2026-01-01 00:01', 1, 1, 1),"
                + " ('2026-01-01 00:01', '2026-01-01 00:02', 1, 1, 1)");
        run("INSERT INTO tally_view_checkpoint (view, published_up_to)"
                + " VALUES ('order_agg', '2026-01-01 00:01'), ('another', NULL)");
        assertEquals(List.of("2026-01-01 00:00:00+00"), column("SELECT window_start::text FROM order_agg_final"));
    }

    @Test
    void statements_theDefaultView_holdWhatTheSelectAnswers() throws SQLException, ViewRefused {
        holds("""
                SELECT date_bin('1 minute', event_ts, '1970-01-01 00:00:00+00') AS window_start,
                       date_bin('1 minute', event_ts, '1970-01-01 00:00:00+00') + INTERVAL '1 minute' AS window_end,
                       customer_id, SUM(quantity * price) AS gross_sales, COUNT(*) AS order_count
                FROM sales GROUP BY 1, 2, 3""");
    }

    // ---- other views -----------------------------------------------------------------------------------------------

    @Test
    void statements_twoTextsOfWhichOneMayBeNull_holdWhatTheSelectAnswers() throws SQLException, ViewRefused {
        ResultTable table = holds("""
                SELECT date_bin('1500 milliseconds', event_ts, '2000-01-01 00:00:00.25+00') AS since, region, kind,
                       COUNT(*) AS n, SUM(quantity) AS pieces
                FROM sales GROUP BY 1, 2, 3""");
        assertTrue(table.create().contains("UNIQUE NULLS NOT DISTINCT (\"since\", \"region\", \"kind\")"));
    }

    @Test
    void statements_noWindow_holdWhatTheSelectAnswers() throws SQLException, ViewRefused {
        holds("SELECT kind, customer_id, COUNT(*) AS n, SUM(quantity * price) AS total FROM sales GROUP BY 1, 2");
    }

    @Test
    void statements_measuresOfSeveralTotals_holdWhatTheSelectAnswers() throws SQLException, ViewRefused {
        ResultTable table = holds("""
                SELECT kind, AVG(price) AS average, SUM(quantity) FILTER (WHERE flag) AS flagged, COUNT(region) AS regions,
                       round(SUM(quantity * price) / NULLIF(COUNT(*), 0), 3) AS per_row, COUNT(*) AS n, COUNT(*) AS again,
                       SUM(rate) AS rates, AVG(rate) AS tally_total_1
                FROM sales WHERE quantity <> 0 GROUP BY kind""");
        List<String> hidden = column("""
                SELECT attname FROM pg_attribute WHERE attrelid = '%s'::regclass AND attname LIKE 'tally_total%%'
                    AND attgenerated = '' AND attnum > 0""".formatted(table.view().name()));
        assertTrue(hidden.contains("tally_total_1_") && !hidden.contains("tally_total_1"), hidden::toString);
    }

    @Test
    void statements_numericWithoutScaleAndAmountsBeyond64Bits_holdWhatTheSelectAnswers()
            throws SQLException, ViewRefused {
        holds("""
                SELECT date_bin('1 day', local_ts, '2026-01-01') AS day_start, SUM(free) AS free, SUM(large) AS large,
                       SUM(large * price * price * quantity) AS larger, COUNT(free) AS n
                FROM sales GROUP BY 1""");
    }

    @Test
    void statements_keysOfEveryKind_holdWhatTheSelectAnswers() throws SQLException, ViewRefused {
        holds("SELECT big, COUNT(*) AS n FROM sales GROUP BY big");
        holds("SELECT day, COUNT(*) AS n FROM sales GROUP BY day");
        holds("SELECT local_ts, COUNT(*) AS n FROM sales GROUP BY local_ts");
        holds("SELECT large, SUM(price) AS n FROM sales GROUP BY large");
        holds("""
                SELECT date_bin('1 hour', local_ts, '2026-01-01') + INTERVAL '1 hour' AS until, seen, flag, small,
                       date_bin('1 hour', local_ts, '2026-01-01') AS since, ref, rate, big, day, COUNT(*) AS n
                FROM sales GROUP BY since, until, seen, flag, small, ref, rate, big, day""");
    }

    // ---- windows of the calendar -----------------------------------------------------------------------------------

    /** Times around some moment, 200 of them in six days. */
    private void around(String moment) {
        rowsOfTest =
                "%s; UPDATE sales SET event_ts = TIMESTAMPTZ '%s' + (id - 100) * INTERVAL '43 minutes 12.5 seconds'"
                        .formatted(ROWS, moment);
        run("TRUNCATE sales");
        run(rowsOfTest);
    }

    @Test
    void statements_daysOfAZone_holdWhatTheSelectAnswers() throws SQLException, ViewRefused {
        // Of St. John's, a day that begins twice, and one of 23 hours; in Gaza, a day whose midnight there is not.
        Map<String, String> moments = Map.of(
                "America/St_Johns",
                "2006-10-29 02:30:30+00",
                "America/Toronto",
                "2024-03-10 05:00+00",
                "Asia/Gaza",
                "2012-03-29 22:00+00");
        for (Map.Entry<String, String> moment : moments.entrySet()) {
            around(moment.getValue());
            ResultTable table = holds("""
                    SELECT date_trunc('day', event_ts, '%1$s') AS since,
                           date_add(date_trunc('day', event_ts, '%1$s'), INTERVAL '1 day', '%1$s') AS until,
                           customer_id, SUM(quantity * price) AS sales, COUNT(*) AS n
                    FROM sales GROUP BY 1, 2, 3""".formatted(moment.getKey()));
            List<Long> starts = new ArrayList<>();
            run("SELECT DISTINCT (extract(epoch FROM since) * 1000)::bigint FROM result ORDER BY 1")
                    .forEach(row -> starts.add(row.getLong(0)));
            assertTrue(starts.size() > 5, starts::toString);
            Window window = table.view().windowOrAll();
            for (long start : starts) {
                assertEquals(List.of(), differences(table, start, END_MS));
                assertEquals(List.of(), differences(table, lowestMs(window), start));
            }
        }
    }

    @Test
    void final_ofADayThatIsShownToEndLater_isWhatHasEnded() throws SQLException, ViewRefused {
        around("2012-03-29 22:00+00");
        holds("""
                SELECT date_trunc('day', event_ts, 'Asia/Gaza') AS since,
                       date_add(date_trunc('day', event_ts, 'Asia/Gaza'), INTERVAL '1 day', 'Asia/Gaza') AS until, COUNT(*) AS n
                FROM sales GROUP BY 1, 2""");
        assertEquals(
                List.of("2012-03-30 22:00:00+00"),
                column("SELECT until::text FROM result WHERE since = '2012-03-29 22:00+00'"));
        run("INSERT INTO tally_view_checkpoint (view, published_up_to) VALUES ('result', '2012-03-30 21:00+00')");
        assertEquals(List.of("2012-03-29 22:00:00+00"), column("SELECT max(since)::text FROM result_final"));
    }

    @Test
    void statements_quartersWithoutTheirEnd_holdWhatTheSelectAnswers() throws SQLException, ViewRefused {
        around("2024-03-31 22:00+00");
        ResultTable table = holds("""
                SELECT kind, date_trunc('quarter', event_ts, 'Europe/Berlin') AS since, COUNT(*) AS n
                FROM sales GROUP BY 1, 2""");
        // History stays: what ends then or before is neither taken out nor filled in.
        run("UPDATE result SET n = n + 1000");
        fill(table, "2024-03-31 22:00:00+00");
        assertEquals(
                List.of("2023-12-31 23:00:00+00 true", "2024-03-31 22:00:00+00 false"),
                column(
                        "SELECT DISTINCT concat_ws(' ', since, CASE WHEN n > 1000 THEN 'true' ELSE 'false' END) FROM result"
                                + " ORDER BY 1"));
    }

    // ---- filling, adding, comparing --------------------------------------------------------------------------------

    /** @param historyEnd windows that end then or before stay as they are */
    private void fill(ResultTable table, String historyEnd) {
        List<String> lines = new ArrayList<>();
        await(connection.preparedQuery(table.read()).execute(Tuple.of(historyEnd)))
                .forEach(row -> lines.add(row.getString("line")));
        await(connection.preparedQuery(table.stage()).execute(Tuple.of(lines.toArray(String[]::new))));
        await(connection.preparedQuery(table.empty()).execute(Tuple.of(historyEnd)));
        run(table.putIn());
        run(table.emptyStaged());
    }

    private ResultTable holds(String select) throws SQLException, ViewRefused {
        View view = read(select);
        ResultTable table = new ResultTable(view);
        run("DROP TABLE IF EXISTS result, result_staged CASCADE");
        run(table.create());
        run(table.createStaged());
        if (view.window().isPresent()) {
            run(table.createFinal());
        }

        fill(table, "-infinity");
        assertSame(view, select);
        assertFalse(isEmpty(), "nothing was compared");
        assertAudit(table, 0);

        run("DELETE FROM result");
        List<Image> rows = images(view);
        assertNow(table, rows, select);
        run("DELETE FROM result");
        publish(table, rows, 1);
        assertSame(view, select);
        assertAudit(table, 0);

        // Some of the rows that are there: some groups become empty, all of them change.
        run("DELETE FROM sales WHERE id % 3 = 0 OR id > 150");
        List<Image> rest = images(view);
        List<Image> gone = new ArrayList<>(rows);
        // One for one: rows may look the same to the view.
        rest.forEach(gone::remove);
        publish(table, gone, -1);
        assertSame(view, select);
        assertAudit(table, 0);
        publish(table, rest, -1);
        assertTrue(isEmpty(), "rows without anything in them stay");
        run("TRUNCATE sales");
        run(rowsOfTest);
        publish(table, rows, 1);
        publish(table, rows.subList(0, 1), 1);
        assertAudit(table, 1);
        publish(table, rows.subList(0, 1), -1);
        return table;
    }

    private boolean isEmpty() {
        return run("SELECT FROM result").size() == 0;
    }

    /** What the table shows against what the user's text answers. */
    private void assertSame(View view, String select) {
        String shown = view.results().stream()
                .map(ResultColumn::name)
                .map(Names::quoted)
                .collect(Collectors.joining(", ", "SELECT ", " FROM result"));
        assertEquals(
                List.of(),
                column("SELECT d::text FROM ((%1$s EXCEPT ALL (%2$s)) UNION ALL ((%2$s) EXCEPT ALL %1$s)) AS d"
                        .formatted(shown, select)));
    }

    private void assertAudit(ResultTable table, int differences) {
        if (table.view().window().isPresent()) {
            Window window = table.view().windowOrAll();
            assertEquals(
                    differences, differences(table, lowestMs(window), END_MS).size());
        }
    }

    private static long lowestMs(Window window) {
        return Math.floorDiv(window.lowest(), 1_000);
    }

    private List<Difference> differences(ResultTable table, long fromMs, long toMs) {
        GroupMerge merge = new GroupMerge(group -> true, 10);
        merge.found().feed(groups(table, table.groups(), fromMs, toMs), true);
        merge.expected().feed(groups(table, table.groupsOfSource(), fromMs, toMs), true);
        merge.advance();
        return merge.differences();
    }

    private static OffsetDateTime time(long ms) {
        return Instant.ofEpochMilli(ms).atOffset(ZoneOffset.UTC);
    }

    private List<AuditedGroup> groups(ResultTable table, String sql, long fromMs, long toMs) {
        List<AuditedGroup> groups = new ArrayList<>();
        await(connection.preparedQuery(sql).execute(Tuple.of(time(fromMs), time(toMs))))
                .forEach(row -> groups.add(AuditedGroup.of(row, table.view())));
        return groups;
    }

    private record Image(List<SourceColumn> columns, List<String> values) implements RowImage {

        @Override
        public boolean isNull(int column) {
            return values.get(column) == null;
        }

        @Override
        public boolean isFinite(int column) {
            return true;
        }

        @Override
        public boolean isFar(int column) {
            return false;
        }

        @Override
        public long units(int column) {
            Type type = columns.get(column).type();
            if (type.kind() == Kind.NUMERIC && type.precision() == 0) {
                return NumberExpression.OUTSIDE;
            }
            return type.kind().isNumber()
                    ? NumberExpression.fitted(decimal(column), type.scale())
                    : Long.parseLong(values.get(column));
        }

        @Override
        public BigDecimal decimal(int column) {
            return new BigDecimal(values.get(column));
        }

        @Override
        public String text(int column) {
            return values.get(column);
        }
    }

    private List<Image> images(View view) {
        String columns = view.columns().stream().map(ResultTableIT::text).collect(Collectors.joining(", "));
        List<Image> images = new ArrayList<>();
        run("SELECT %s FROM sales ORDER BY id".formatted(columns)).forEach(row -> {
            List<String> values = new ArrayList<>();
            IntStream.range(0, view.columns().size()).forEach(i -> values.add(row.getString(i)));
            images.add(new Image(view.columns(), values));
        });
        return images;
    }

    private static String text(SourceColumn column) {
        String name = Names.quoted(column.ref().name());
        return switch (column.type().kind()) {
            case BOOLEAN -> name + "::int::text";
            case DATE -> "(%s - DATE '1970-01-01')::text".formatted(name);
            case TIMESTAMP, TIMESTAMPTZ -> "trunc(extract(epoch FROM %s) * 1000000)::text".formatted(name);
            default -> name + "::text";
        };
    }

    /** Adds rows from two partitions, or takes them back. */
    private void publish(ResultTable table, List<Image> rows, int sign) {
        List<Batch> batches = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<WindowDeltas> deltas = deltas(table.view(), rows, sign).get(partition);
            batches.add(new Batch(TestCheckpoints.fresh(partition, null, 0, null, 0), deltas, 0));
        }
        run("BEGIN");
        run("SELECT set_config('tally.fenced', 'true', true)");
        new DeltaChunks(batches, table.view()).forEachRemaining(chunk -> {
            await(connection.preparedQuery(table.add()).execute(chunk));
            await(connection.preparedQuery(table.deleteEmpty()).execute());
        });
        run("COMMIT");
    }

    /** What rows add up to, or take back, by partition. */
    private static List<List<WindowDeltas>> deltas(View view, List<Image> rows, int sign) {
        Contribution contribution = new Contribution(view);
        Map<Long, List<Groups>> windows = new TreeMap<>();
        for (int i = 0; i < rows.size(); i++) {
            Image row = rows.get(i);
            if (contribution.fault(row) == null && contribution.counts(row)) {
                long startMs = view.window()
                        .map(window -> window.startMs(contribution.timeMs(row)))
                        .orElse(0L);
                windows.computeIfAbsent(startMs, added -> List.of(new Groups(view), new Groups(view)))
                        .get(i % PARTITIONS)
                        .add(row, sign);
            }
        }
        List<List<WindowDeltas>> deltas = new ArrayList<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<WindowDeltas> ofPartition = new ArrayList<>();
            for (Map.Entry<Long, List<Groups>> window : windows.entrySet()) {
                long end = view.windowOrAll().endMs(window.getKey());
                ofPartition.add(
                        new WindowDeltas(window.getKey(), end, window.getValue().get(partition), false));
            }
            deltas.add(ofPartition);
        }
        return deltas;
    }

    // ---- what it holds now -----------------------------------------------------------------------------------------

    /**
     * The table holds a part of the rows, and some twice; what is unpublished adds the others, and takes back what is too much.
     * Both partitions have a batch under way: one of them has arrived, so it must not count again.
     */
    private void assertNow(ResultTable table, List<Image> rows, String select) {
        View view = table.view();
        List<Image> published = rows.subList(0, 120);
        List<Image> twice = rows.subList(7, 31);
        publish(table, published, 1);
        publish(table, twice, 1);
        List<List<WindowDeltas>> added = deltas(view, rows.subList(120, rows.size()), 1);
        List<List<WindowDeltas>> tooMuch = deltas(view, twice, -1);
        List<List<WindowDeltas>> arrived = deltas(view, published, 1);
        List<Unpublished> unpublished = new ArrayList<>();
        run("DELETE FROM tally_view_checkpoint");
        for (int partition = 0; partition < PARTITIONS; partition++) {
            UUID owner = new UUID(7, partition);
            run("INSERT INTO tally_view_checkpoint VALUES ('%s', %d, '%s', 5, '2026-01-01')"
                    .formatted(view.name(), partition, owner));
            unpublished.add(
                    partition == 0
                            ? new Unpublished(
                                    0, owner, 4, true, false, all(added.get(0), tooMuch.get(0)), arrived.get(0))
                            : new Unpublished(1, owner, 5, true, false, tooMuch.get(1), added.get(1)));
        }
        unpublished.add(new Unpublished(2, new UUID(7, 2), 5, false, false, arrived.get(0), List.of()));

        ViewNow now = new ViewNow(connection, null, table);
        List<String> expected = texts(view, select);
        if (view.window().isPresent()) {
            List<String> found = new ArrayList<>();
            starts(view, rows).forEach(startMs -> {
                ViewNow.Answer answer = await(now.ofWindow(startMs, 1_000, () -> ofWindow(unpublished, startMs)));
                assertEquals(answer.lines().size(), answer.count());
                assertEquals(List.of(0, 1), answer.seen());
                answer.lines().forEach(line -> found.add(line.shown().toString()));
            });
            assertEquals(expected, found.stream().sorted().toList());
        }
        List<String> byKey = new ArrayList<>();
        long oldestMs = starts(view, rows).getFirst();
        keys(view, rows).forEach(key -> {
            ViewNow.Answer answer = await(now.ofGroup(key, oldestMs, 1_000, () -> ofGroup(view, unpublished, key)));
            answer.lines().forEach(line -> byKey.add(line.shown().toString()));
        });
        assertEquals(expected, byKey.stream().sorted().toList());
    }

    private static <T> List<T> all(List<T> some, List<T> others) {
        return Stream.concat(some.stream(), others.stream()).toList();
    }

    private static List<Long> starts(View view, List<Image> rows) {
        return deltas(view, rows, 1).getFirst().stream()
                .map(WindowDeltas::startMs)
                .toList();
    }

    private static Set<List<Object>> keys(View view, List<Image> rows) {
        Set<List<Object>> keys = new HashSet<>();
        deltas(view, rows, 1).stream()
                .flatMap(List::stream)
                .forEach(window -> window.groups().forEach(slot -> keys.add(key(view, window, slot))));
        return keys;
    }

    private static List<Object> key(View view, WindowDeltas window, int slot) {
        return IntStream.range(0, view.keys().size())
                .mapToObj(key -> window.groups().key(slot, key))
                .toList();
    }

    private static List<Unpublished> ofWindow(List<Unpublished> partitions, long startMs) {
        UnaryOperator<List<WindowDeltas>> only = windows ->
                windows.stream().filter(window -> window.startMs() == startMs).toList();
        return partitions.stream().map(partition -> with(partition, only)).toList();
    }

    /** As a store tells it: with all windows of the group. */
    private static List<Unpublished> ofGroup(View view, List<Unpublished> partitions, List<Object> key) {
        UnaryOperator<List<WindowDeltas>> only = windows -> windows.stream()
                .map(window -> new WindowDeltas(
                        window.startMs(),
                        window.endMs(),
                        TestKeys.only(view, window.groups(), key),
                        window.correction()))
                .toList();
        return partitions.stream().map(partition -> with(partition, only)).toList();
    }

    private static Unpublished with(Unpublished partition, UnaryOperator<List<WindowDeltas>> only) {
        return new Unpublished(
                partition.partition(),
                partition.owner(),
                partition.sequence(),
                partition.publishing(),
                partition.replaying(),
                only.apply(partition.held()),
                only.apply(partition.underWay()));
    }

    /** What the user's text answers, as answers about now have it. */
    private List<String> texts(View view, String select) {
        String shown = view.results().stream()
                .map(column -> NowStatements.text(
                        "r." + Names.quoted(column.name()) + "::" + column.type(),
                        Type.named(column.type()).kind()))
                .collect(Collectors.joining(", "));
        List<String> texts = new ArrayList<>();
        run("SELECT ARRAY[%s]::text[] FROM (%s) AS r".formatted(shown, select))
                .forEach(
                        row -> texts.add(Arrays.asList(row.getArrayOfStrings(0)).toString()));
        return texts.stream().sorted().toList();
    }
}
