package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.RealStack;
import io.tally.testkit.Recording;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Rows whose values cannot be counted, there before the engine starts and written while it runs, made good and spoiled: the
 * fill, the stream and the audit leave out the same ones, and nothing is a dead letter. {@code target/it/<name>.txt} has both
 * sides of each run.
 */
class ValueFaultsIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static final String GOOD_TIME = "date_trunc('minute', now()) - interval '10 minutes'";
    private static final String GOOD = "2, 3.50, " + GOOD_TIME;

    /** An order whose records are kept as resources of the unit tests. */
    private static final String RECORDED =
            "INSERT INTO orders VALUES ('recorded', 7, 2, '%s', '2026-11-22T12:19:11.524822Z')";

    private final RealStack stack = RealStack.get();

    /** Quantity, price and time of rows that count nothing in any table, but for the first time that there is. */
    private static final List<String> BAD = List.of(
            "2, 'NaN', " + GOOD_TIME,
            "2, 3.50, 'infinity'",
            "2, 3.50, '-infinity'",
            "2, 3.50, '294276-12-31 23:59:59.999999Z'",
            "2, 3.50, '294250-01-01 00:00:00Z'",
            "2, 3.50, '4714-11-24 00:00:00Z BC'",
            "2, 'NaN', 'infinity'");

    @ParameterizedTest
    @CsvSource({"faults_string, string", "faults_double, double"})
    void rowsThatCannotBeCounted_areLeftOutByFillStreamAndAudit(String name, String decimals) throws Exception {
        try (TestPipeline pipeline = new TestPipeline(name)) {
            pipeline.execute(RECORDED.formatted("NaN"));
            check(
                    pipeline,
                    Map.of("decimal.handling.mode", decimals),
                    Map.of(),
                    BAD,
                    Set.of("infinite-time", "not-finite", "time-out-of-range"));
        }
    }

    /**
     * Types of other tables: a number for a key, wide and nullable columns, times without a zone in a database of another zone.
     */
    @Test
    void numericKeyAndWideColumns_areCountedWhateverTheyHold() throws Exception {
        List<String> bad = new ArrayList<>(BAD);
        bad.addAll(List.of("2, 'Infinity', " + GOOD_TIME, "2, '-Infinity', " + GOOD_TIME, "'NaN', 3.50, " + GOOD_TIME));
        List<String> odd = List.of(
                "2, NULL, " + GOOD_TIME,
                "NULL, 3.50, " + GOOD_TIME,
                "1.5, 3.50, " + GOOD_TIME,
                "2147483648, 3.50, " + GOOD_TIME,
                "2, 3.505, " + GOOD_TIME,
                "2, 92233720368547758.08, " + GOOD_TIME,
                "2, 1e99, " + GOOD_TIME);
        bad.addAll(odd);
        try (TestPipeline pipeline = new TestPipeline("faults_wide")) {
            pipeline.withColumns(
                    "order_id BIGSERIAL PRIMARY KEY, customer_id BIGINT, quantity NUMERIC, price NUMERIC,"
                            + " event_ts TIMESTAMP NOT NULL",
                    true,
                    "coalesce(quantity, 0) NOT IN ('NaN')");
            pipeline.withViews(Files.readString(TestPipeline.PACKAGED_VIEWS).replace("::numeric(38, 2)", ""));
            pipeline.execute("ALTER DATABASE faults_wide SET timezone = 'Asia/Tokyo'");
            pipeline.execute("INSERT INTO orders VALUES (1, 3000000001, " + GOOD + ")");
            check(
                    pipeline,
                    Map.of("decimal.handling.mode", "string"),
                    Map.of("TALLY_SOURCE_TIME_UNIT", "micros"),
                    bad,
                    Set.of("infinite-time", "not-finite"));
        }
    }

    /** What PostgreSQL says of the view; the engine waits until the columns are others. */
    @Test
    void start_columnsThatAreNotThere_areNamed() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("faults_types")) {
            pipeline.registerConnector();
            pipeline.withColumns(
                    "id BIGINT PRIMARY KEY, customer_id UUID, quantity REAL, price MONEY, event_ts DATE", true, "true");
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                assertEquals(1, engine.awaitExit());
                assertTrue(engine.log().contains("Tally cannot run: view order_agg: "), engine.log());
            }
        }
    }

    private void check(
            TestPipeline pipeline,
            Map<String, String> connector,
            Map<String, String> settings,
            List<String> bad,
            Set<String> faults)
            throws Exception {
        StringBuilder before = new StringBuilder();
        for (int kind = 0; kind < bad.size(); kind++) {
            for (int row = 1; row <= 5; row++) {
                before.append(insert(kind, row, row == 3 || row == 5 ? GOOD : bad.get(kind)));
            }
        }
        pipeline.execute(before.toString());
        pipeline.registerConnector(stack.connectUrl(), connector);
        pipeline.connector().awaitRunning();
        try (EngineProcess engine =
                EngineProcess.start(pipeline, settings, "tally.audit.every=1s").awaitRunning()) {
            for (int kind = 0; kind < bad.size(); kind++) {
                String spoiled = bad.get(kind);
                pipeline.execute(update(kind, 2, GOOD)
                        + update(kind, 3, spoiled)
                        + delete(kind, 4)
                        + insert(kind, 11, spoiled)
                        + insert(kind, 12, spoiled)
                        + insert(kind, 13, GOOD)
                        + insert(kind, 14, spoiled));
                pipeline.execute(update(kind, 12, GOOD)
                        + update(kind, 13, spoiled)
                        + delete(kind, 14)
                        + update(kind, 1, bad.get((kind + 1) % bad.size())));
            }
            for (String price : List.of("12.30", "NaN", "12.30")) {
                pipeline.execute("UPDATE orders SET price = '" + price + "' WHERE order_id::text = 'recorded'");
            }
            pipeline.awaitExact(LIMIT);
            keepBothSides(pipeline);
            JsonNode records = engine.status().at("/views/0/records");
            assertEquals(0, records.path("deadLetters").asLong(), records.toString());
            assertEquals(faults, names(records.path("leftOutByFault")));
            assertTrue(engine.metric("tally_window_left_out_total{fault=\"not-finite\",view=\"order_agg\"}") > 0);
            long runs = engine.count("/views/0/audit/runs");
            Await.until(
                    "the audit agrees",
                    EngineProcess.AUDIT_LIMIT,
                    () -> engine.count("/views/0/audit/runs") > runs
                            && engine.status()
                                    .at("/views/0/audit/verdict")
                                    .asText()
                                    .equals("CLEAN"));
            assertEquals(1, engine.count("/views/0/fills/times"));
        }
        try (EngineProcess engine =
                EngineProcess.start(pipeline, settings, "tally.rebuild=true").awaitRunning()) {
            assertEquals(List.of(), pipeline.differences());
        }
        Recording.keep(pipeline, "recorded", null);
    }

    private static String key(int kind, int row) {
        return Integer.toString(1000 * (kind + 1) + row);
    }

    private static String insert(int kind, int row, String values) {
        return "INSERT INTO orders VALUES (" + key(kind, row) + ", " + (kind + 1) + ", " + values + ");";
    }

    private static String update(int kind, int row, String values) {
        return "UPDATE orders SET (quantity, price, event_ts) = ROW (" + values + ") WHERE order_id = '"
                + key(kind, row) + "';";
    }

    private static String delete(int kind, int row) {
        return "DELETE FROM orders WHERE order_id = '" + key(kind, row) + "';";
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static void keepBothSides(TestPipeline pipeline) throws IOException {
        List<String> lines = new ArrayList<>();
        lines.add("orders:");
        lines.addAll(lines(pipeline, "SELECT * FROM orders WHERE customer_id > 0 ORDER BY customer_id, order_id"));
        lines.add("order_agg:");
        lines.addAll(lines(pipeline, "SELECT * FROM order_agg WHERE customer_id > 0 ORDER BY 1, 3"));
        Files.write(Files.createDirectories(Path.of("target", "it")).resolve(pipeline.name() + ".txt"), lines);
    }

    private static List<String> lines(TestPipeline pipeline, String sql) {
        List<String> lines = new ArrayList<>();
        try (Connection connection = pipeline.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                List<String> values = new ArrayList<>();
                for (int column = 1; column <= 5; column++) {
                    values.add(rows.getString(column));
                }
                lines.add("  "
                        + String.join("  ", values.stream().map(String::valueOf).toList()));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return lines;
    }
}
