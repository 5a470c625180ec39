package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What somebody does to the orders table that no record tells of: the catalog does. After each scenario both tables are
 * written side by side to {@code target/it/changed-source.txt}.
 *
 * <p>With {@code REPLICA IDENTITY DEFAULT} Debezium 3.7 makes the row before a delete up from the defaults of its columns,
 * or from zeros. Nothing in the record says so.
 */
class ChangedSourceIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final Path TABLES = Path.of("target", "it", "changed-source.txt");

    private static final String SIDE_BY_SIDE = """
            WITH truth AS (
                SELECT date_bin('1 minute', event_ts, 'epoch') AS window_start, customer_id,
                       SUM(quantity * price) AS gross_sales, COUNT(*) AS order_count
                FROM orders GROUP BY 1, 2)
            SELECT rpad(coalesce(a.window_start, t.window_start)::text, 24) || lpad(customer_id::text, 4) || ' | '
                   || lpad(coalesce(a.order_count::text, '-'), 3) || lpad(coalesce(a.gross_sales::text, '-'), 10) || ' | '
                   || lpad(coalesce(t.order_count::text, '-'), 3) || lpad(coalesce(t.gross_sales::text, '-'), 10)
            FROM truth AS t FULL JOIN order_agg AS a USING (window_start, customer_id)
            ORDER BY 1
            """;

    private static final String MADE_UP_ROWS = "SELECT count(*) FROM order_agg WHERE window_start < '1971-01-01'";

    private static final String SOME_ORDERS = "INSERT INTO orders SELECT 'kept-' || i, 1 + i % 3, 1 + i % 5, 10 + i,"
            + " now() - interval '3 minutes' FROM generate_series(1, 9) AS i";

    private static final String DEFAULTS =
            "ALTER TABLE orders ALTER quantity SET DEFAULT 1, ALTER price SET DEFAULT 9.99";

    @BeforeAll
    static void begin() throws IOException {
        Files.createDirectories(TABLES.getParent());
        Files.deleteIfExists(TABLES);
    }

    @Test
    void replicaIdentity_changedWhileTheEngineRunsAndWhileItIsDown_isExact() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("changed_identity").registerConnector()) {
            pipeline.execute(SOME_ORDERS);
            pipeline.execute(DEFAULTS);
            EngineProcess engine = EngineProcess.start(pipeline).awaitRunning();
            try {
                pipeline.awaitExact(LIMIT);
                awaitLook(pipeline, engine);

                pipeline.execute("ALTER TABLE orders REPLICA IDENTITY DEFAULT");
                insertAndDelete(pipeline, "at-once");
                awaitFills(engine, "replica-identity", 1);
                awaitExact(pipeline, "identity DEFAULT, a delete before anybody could know");

                Await.until(
                        "it is known",
                        LIMIT,
                        () -> engine.status()
                                .at("/views/0/source/notFull")
                                .toString()
                                .contains("orders"));
                insertAndDelete(pipeline, "known");
                Await.until(
                        "a fill is owed",
                        LIMIT,
                        () -> engine.status()
                                .at("/views/0/fills/owed/reason")
                                .asText()
                                .equals("replica-identity"));
                assertEquals("0", pipeline.results().query(MADE_UP_ROWS));
                assertEquals(1, engine.metric("tally_ingest_dead_letters_total{reason=\"no-before-image\"}"));
                write(pipeline, "identity DEFAULT, a delete that is void: its order stays until the table is filled");

                pipeline.execute("ALTER TABLE orders REPLICA IDENTITY FULL");
                awaitFills(engine, "replica-identity", 2);
                awaitExact(pipeline, "identity FULL again");

                letTheHourPass(pipeline);
                pipeline.execute("INSERT INTO orders VALUES ('there', 8, 2, 5.00, now() - interval '3 minutes')");
                pipeline.awaitExact(LIMIT);
                pipeline.execute("ALTER TABLE orders REPLICA IDENTITY DEFAULT;"
                        + "DELETE FROM orders WHERE order_id = 'there'; ALTER TABLE orders REPLICA IDENTITY FULL");
                awaitFills(engine, "replica-identity", 3);
                awaitExact(pipeline, "identity DEFAULT and FULL again between two looks");
            } finally {
                engine.stop();
            }
            letTheHourPass(pipeline);
            pipeline.execute("ALTER TABLE orders REPLICA IDENTITY DEFAULT");
            insertAndDelete(pipeline, "down");
            pipeline.execute("ALTER TABLE orders REPLICA IDENTITY FULL");
            try (EngineProcess next = EngineProcess.start(pipeline).awaitRunning()) {
                awaitFills(next, "replica-identity", 1);
                awaitExact(pipeline, "identity DEFAULT and FULL again while the engine was down");
            }
        }
    }

    @Test
    void onePartitionOfATable_withAnotherReplicaIdentity_isExact() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("changed_partition")) {
            pipeline.execute("""
                    DROP PUBLICATION orders_publication; DROP TABLE orders;
                    CREATE TABLE orders (order_id TEXT, customer_id INT NOT NULL, quantity INT NOT NULL,
                                         price NUMERIC(12,2) NOT NULL, event_ts TIMESTAMPTZ NOT NULL,
                                         PRIMARY KEY (order_id, customer_id)) PARTITION BY LIST (customer_id);
                    CREATE TABLE orders_5 PARTITION OF orders FOR VALUES IN (5);
                    CREATE TABLE orders_empty PARTITION OF orders FOR VALUES IN (6);
                    CREATE TABLE orders_more PARTITION OF orders DEFAULT;
                    ALTER TABLE orders REPLICA IDENTITY FULL; ALTER TABLE orders_5 REPLICA IDENTITY FULL;
                    ALTER TABLE orders_more REPLICA IDENTITY FULL;
                    GRANT SELECT ON orders TO debezium, tally;
                    CREATE PUBLICATION orders_publication FOR TABLE orders, debezium_heartbeat
                        WITH (publish_via_partition_root = true)
                    """);
            pipeline.registerConnector(
                    RealStack.get().connectUrl(), Map.of("message.key.columns", "public.orders:order_id"));
            pipeline.execute(SOME_ORDERS);
            pipeline.execute("INSERT INTO orders VALUES ('five', 5, 2, 5.00, now() - interval '3 minutes')");
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                awaitLook(pipeline, engine);
                assertEquals(
                        "[\"orders_empty\"]",
                        engine.status().at("/views/0/source/notFull").toString());
                pipeline.execute("UPDATE orders SET price = price + 1");
                pipeline.awaitExact(LIMIT);
                assertEquals(1, engine.count("/views/0/fills/times"), "a partition without rows harms nothing");

                pipeline.execute("ALTER TABLE orders_5 REPLICA IDENTITY DEFAULT");
                pipeline.execute("DELETE FROM orders WHERE order_id = 'five'");
                awaitFills(engine, "replica-identity", 1);
                awaitExact(pipeline, "identity DEFAULT in one partition");
            }
        }
    }

    @Test
    void columns_changedWithoutARecord_isExact() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("changed_columns")) {
            // The audit waits until the connector has confirmed what was written.
            pipeline.registerConnector(RealStack.get().connectUrl(), Map.of("heartbeat.interval.ms", "1000"));
            pipeline.execute(SOME_ORDERS);
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                awaitLook(pipeline, engine);

                pipeline.execute("ALTER TABLE orders ALTER price TYPE NUMERIC(14, 2) USING price * 2");
                awaitFills(engine, "table-changed", 1);
                awaitExact(pipeline, "ALTER COLUMN price TYPE NUMERIC(14, 2) USING price * 2");

                pipeline.execute("ALTER TABLE orders RENAME COLUMN price TO amount");
                Await.until(
                        "it waits and says for what",
                        LIMIT,
                        () -> engine.isInState("WAITING", "column \"price\" does not exist"));
                pipeline.execute("UPDATE orders SET amount = amount + 1");
                pipeline.execute("ALTER TABLE orders RENAME COLUMN amount TO price");
                awaitFills(engine, "table-changed", 2);
                awaitExact(pipeline, "RENAME COLUMN price TO amount, an update, and back");

                awaitLook(pipeline, engine);
                pipeline.execute("ALTER TABLE orders ALTER quantity TYPE INT USING quantity + 1");
                awaitFills(engine, "audit", 1);
                awaitExact(pipeline, "ALTER COLUMN quantity TYPE INT USING quantity + 1: the same type, other values");
            }
        }
    }

    /** With engines of its own: the first comparison of everything need not wait until one is due, as a second one would. */
    @Test
    void filesAndRows_changedWithoutARecord_isExact() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("changed_files")) {
            // The audit waits until the connector has confirmed what was written.
            pipeline.registerConnector(RealStack.get().connectUrl(), Map.of("heartbeat.interval.ms", "1000"));
            pipeline.execute(SOME_ORDERS);
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                awaitLook(pipeline, engine);
                long fills = engine.count("/views/0/fills/times");
                long audits = engine.count("/views/0/audit/runs");
                pipeline.execute("VACUUM FULL orders");
                Await.until("everything is compared", LIMIT, () -> engine.count("/views/0/audit/runs") > audits);
                awaitLook(pipeline, engine);
                assertEquals(fills, engine.count("/views/0/fills/times"), "VACUUM FULL changes no row");
            }
            pipeline.execute("TRUNCATE orders");
            // Another engine, for the same reason.
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                awaitFills(engine, "audit", 1);
                awaitExact(pipeline, "TRUNCATE, which the connector leaves out");
            }
        }
    }

    private static void insertAndDelete(TestPipeline pipeline, String orderId) {
        pipeline.execute("INSERT INTO orders VALUES ('" + orderId + "', 7, 3, 20.00, now() - interval '3 minutes')");
        pipeline.execute("DELETE FROM orders WHERE order_id = '" + orderId + "'");
    }

    /** As if it had: the last fills are forgotten. */
    private static void letTheHourPass(TestPipeline pipeline) {
        pipeline.results().execute("UPDATE tally_view SET fills = '{}'");
    }

    /** What was written until now is vouched for: the tests' own orders come and go as well. */
    private static void awaitLook(TestPipeline pipeline, EngineProcess engine) throws Exception {
        long now = Long.parseLong(pipeline.query("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint"));
        Await.until(
                "the source was looked at",
                LIMIT,
                () -> engine.status().at("/views/0/source/lsn").asLong() >= now);
    }

    private static void awaitFills(EngineProcess engine, String reason, int times) {
        Await.until(
                () -> times + " fills because of " + reason + "; log:\n" + engine.log(),
                LIMIT,
                () -> engine.findMetric("tally_publish_fills_total{reason=\"" + reason + "\",view=\"order_agg\"}")
                                .orElse(0)
                        == times);
    }

    private static void awaitExact(TestPipeline pipeline, String scenario) {
        pipeline.awaitExact(LIMIT);
        write(pipeline, scenario);
        assertTrue(pipeline.differences().isEmpty());
    }

    private static void write(TestPipeline pipeline, String scenario) {
        StringBuilder text = new StringBuilder(
                "\n" + scenario + "\nwindow                   customer | order_agg" + "     | SQL over orders\n");
        try (Connection connection = pipeline.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(SIDE_BY_SIDE)) {
            while (rows.next()) {
                text.append(rows.getString(1)).append('\n');
            }
            Files.writeString(TABLES, text, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
