package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import io.tally.view.SourceSql;
import io.tally.view.ViewFile;
import io.tally.view.ViewStatement;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Views of users, each against PostgreSQL's answer to the same SELECT. */
class ViewsIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Path EXAMPLES = Path.of("examples");

    @Test
    void packagedView_isWhatItsSelectAnswers() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("views_packaged").registerConnector()) {
            pipeline.execute(
                    "INSERT INTO orders SELECT 'o' || i, i % 7, 1 + i % 3, i * 1.01, '2026-03-01 10:00:00Z'::timestamptz"
                            + " + i * interval '7 seconds' FROM generate_series(1, 100) AS i");
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.execute("INSERT INTO orders VALUES ('late', 3, 1, 0.01, '2026-02-01 00:00:00Z');"
                        + " UPDATE orders SET customer_id = customer_id + 1 WHERE quantity = 2;"
                        + " DELETE FROM orders WHERE quantity = 3");
                ViewStatement view = ViewFile.read(Files.readString(TestPipeline.PACKAGED_VIEWS))
                        .getFirst();
                awaitAnswer(pipeline, view, engine);
                assertEquals(
                        "numeric(38,2)",
                        pipeline.results()
                                .query("SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                                        + " WHERE attrelid = 'order_agg'::regclass AND attname = 'gross_sales'"));
            }
        }
    }

    /** By stream, by the audit, and by a fill, beside what each folder says that it expects. */
    @ParameterizedTest
    @ValueSource(strings = {"orders", "sales", "payments", "totals", "shop", "market"})
    void example_isWhatItsSelectsAnswer(String example) throws Exception {
        Path folder = EXAMPLES.resolve(example);
        List<ViewStatement> views = ViewFile.read(Files.readString(folder.resolve("views.sql")));
        try (TestPipeline pipeline = new TestPipeline("views_" + example)) {
            pipeline.execute(Files.readString(folder.resolve("table.sql")));
            pipeline.withViews(Files.readString(folder.resolve("views.sql")));
            pipeline.registerConnector(
                    RealStack.get().connectUrl(), Map.of("table.include.list", "public." + tables(folder, example)));
            pipeline.connector().awaitRunning();
            Map<String, String> settings =
                    Map.of("TALLY_SOURCE_REPLACE_NULL_WITH_DEFAULT", "false", "TALLY_AUDIT_EVERY", "1s");
            try (EngineProcess engine = EngineProcess.start(pipeline, settings).awaitRunning()) {
                pipeline.execute(Files.readString(folder.resolve("changes.sql")));
                for (int i = 0; i < views.size(); i++) {
                    ViewStatement view = views.get(i);
                    assertExpected(folder, view, awaitAnswer(pipeline, view, engine));
                    String status = "/views/" + i;
                    assertEquals(view.name(), engine.text(status + "/name"));
                    assertEquals(0, engine.count(status + "/records/deadLetters"));
                    assertEquals(1, engine.count(status + "/fills/times"));
                    awaitAudit(engine, status);
                }
            }
            try (EngineProcess engine = EngineProcess.start(pipeline, settings, "tally.rebuild=true")
                    .awaitRunning()) {
                for (int i = 0; i < views.size(); i++) {
                    String reason = "/views/%d/fills/reason".formatted(i);
                    Await.until(
                            () -> "it is filled again\n" + engine.log(),
                            LIMIT,
                            () -> engine.text(reason).equals("requested"));
                    assertExpected(folder, views.get(i), awaitAnswer(pipeline, views.get(i), engine));
                }
            }
        }
    }

    private static String tables(Path folder, String example) {
        return switch (example) {
            case "orders", "totals" -> "orders";
            case "shop" -> "orders,public.returns";
            case "market" -> "orders,public.payments";
            default -> folder.getFileName().toString();
        };
    }

    private static void assertExpected(Path folder, ViewStatement view, List<String> rows) throws IOException {
        Path kept = Path.of("target", "it", "views", folder.getFileName().toString(), view.name() + ".txt");
        Files.createDirectories(kept.getParent());
        Files.write(kept, rows);
        assertEquals(Files.readAllLines(folder.resolve("expected").resolve(view.name() + ".txt")), rows);
    }

    /** Without a window nothing is ever final, and so nothing compared. */
    private static void awaitAudit(EngineProcess engine, String status) {
        long runs = engine.count(status + "/audit/runs");
        Await.until(
                () -> "the audit agrees\n" + engine.log(),
                EngineProcess.AUDIT_LIMIT,
                () -> engine.text(status + "/audit/verdict").equals("OFF")
                        || engine.count(status + "/audit/runs") > runs
                                && engine.text(status + "/audit/verdict").equals("CLEAN"));
    }

    @Test
    void nullableColumnWithADefault_isRefusedUntilTheConnectorIsSaidToLeaveNullsAlone() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("views_defaults")) {
            pipeline.execute(Files.readString(EXAMPLES.resolve("payments").resolve("table.sql")));
            pipeline.withViews(Files.readString(EXAMPLES.resolve("payments").resolve("views.sql")));
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                assertEquals(1, engine.awaitExit());
                assertTrue(
                        engine.log()
                                .contains(
                                        "Tally cannot run: view payments_by_merchant: currency: it may be NULL and has a"
                                                + " default, and connectors write the default for NULL unless they have"
                                                + " value.converter.replace.null.with.default=false"),
                        engine.log());
            }
        }
    }

    @Test
    void refusedView_saysWhy_andTheOthersAreKept() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("views_refused").registerConnector()) {
            pipeline.execute("INSERT INTO orders VALUES ('one', 1, 1, 1.00, now() - interval '2 minutes')");
            String mistake =
                    "-- a mistake\nCREATE MATERIALIZED VIEW wrong AS\nSELECT customer_id, SUM(prise) FROM orders GROUP BY 1;\n";
            pipeline.withViews(mistake + Files.readString(TestPipeline.PACKAGED_VIEWS));
            String why = "view wrong: column \"prise\" does not exist\n"
                    + "LINE 3: SELECT customer_id, SUM(prise) FROM orders GROUP BY 1;\n"
                    + "                                ^\n"
                    + "HINT: Perhaps you meant to reference the column \"orders.price\".";
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                assertEquals(why, engine.text("/warnings/0"));
                assertEquals(1, engine.metric("tally_view_stopped{view=\"wrong\"}"), "the alert is TallyViewStopped");
                assertEquals(0, engine.metric("tally_view_stopped{view=\"order_agg\"}"));
                assertTrue(engine.log().contains(why), engine.log());
            }
            pipeline.withViews(mistake);
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                assertEquals(1, engine.awaitExit());
                assertTrue(engine.log().contains("Tally cannot run: " + why), engine.log());
            }
        }
    }

    /** Waits until the result is what the SELECT answers, and returns it with its names, row by row. */
    private static List<String> awaitAnswer(TestPipeline pipeline, ViewStatement view, EngineProcess engine) {
        Await.until(
                () -> "result " + rows(pipeline, "SELECT * FROM " + view.name(), 0) + "\nis not the answer "
                        + rows(pipeline, view.select(), 0) + "\n" + engine.log(),
                LIMIT,
                () -> {
                    List<String> answer = rows(pipeline, view.select(), 0);
                    return answer.equals(rows(pipeline, "SELECT * FROM " + view.name(), columns(answer)));
                });
        return rows(pipeline, view.select(), 0);
    }

    private static int columns(List<String> rows) {
        return rows.getFirst().split(" \\| ").length;
    }

    /** @param most how many of the columns; 0 for all of them */
    private static List<String> rows(TestPipeline pipeline, String select, int most) {
        List<String> rows = new ArrayList<>();
        try (Connection connection = pipeline.connect();
                Statement statement = connection.createStatement()) {
            for (String setting : SourceSql.SESSION) {
                statement.execute(setting);
            }
            try (ResultSet answer = statement.executeQuery(select)) {
                ResultSetMetaData columns = answer.getMetaData();
                int count = most == 0 ? columns.getColumnCount() : most;
                while (answer.next()) {
                    List<String> row = new ArrayList<>();
                    for (int i = 1; i <= count; i++) {
                        row.add(canonical(columns.getColumnTypeName(i), answer.getString(i)));
                    }
                    rows.add(String.join(" | ", row));
                }
                rows.sort(null);
                List<String> names = new ArrayList<>();
                for (int i = 1; i <= count; i++) {
                    names.add(columns.getColumnName(i));
                }
                rows.addFirst(String.join(" | ", names));
            }
        } catch (SQLException e) {
            return List.of(e.toString());
        }
        return rows;
    }

    /** Numbers are compared by value. */
    private static String canonical(String type, String value) {
        if (value == null) {
            return "NULL";
        }
        return type.equals("numeric")
                ? new BigDecimal(value).stripTrailingZeros().toPlainString()
                : value;
    }
}
