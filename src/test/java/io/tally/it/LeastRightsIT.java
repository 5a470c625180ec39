package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.testkit.EngineProcess;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What each role of {@code debezium/source.sql} may do suffices, and is all it may do. */
class LeastRightsIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    /** SQLSTATE: insufficient_privilege. */
    private static final String DENIED = "42501";

    private static final List<String> WRITES_TO_ORDERS = List.of(
            "INSERT INTO orders VALUES ('forged', 1, 1, 1.00, now())",
            "UPDATE orders SET quantity = 0",
            "DELETE FROM orders",
            "TRUNCATE orders",
            "ALTER TABLE orders REPLICA IDENTITY DEFAULT",
            "DROP TABLE orders");

    private static final List<String> WRITES_TO_RESULTS = List.of(
            "INSERT INTO order_agg VALUES (now(), now(), 1, 1, 1)",
            "UPDATE order_agg SET gross_sales = 0",
            "DELETE FROM order_agg",
            "TRUNCATE order_agg",
            "DELETE FROM tally_view",
            "DELETE FROM tally_view_checkpoint",
            "TRUNCATE order_agg_staged",
            "DROP VIEW order_agg_final");

    private static final List<String> OTHER_TABLES =
            List.of("SELECT * FROM secrets", "UPDATE secrets SET secret = ''", "SELECT * FROM debezium_heartbeat");

    private static final List<String> SERVER = List.of(
            "CREATE ROLE more SUPERUSER",
            "CREATE DATABASE another",
            "CREATE PUBLICATION everything FOR ALL TABLES",
            "SELECT pg_drop_replication_slot('least_rights_slot')",
            "SELECT pg_read_file('postgresql.conf')",
            "COPY orders TO PROGRAM 'true'");

    @Test
    void roles_canDoTheirWork_andNothingElse() throws SQLException {
        try (TestPipeline pipeline = new TestPipeline("least_rights")) {
            pipeline.execute("CREATE TABLE secrets (secret TEXT); INSERT INTO secrets VALUES ('of another program')");
            pipeline.execute(read(Path.of("grafana", "role.sql")));
            pipeline.registerConnector();
            pipeline.execute("INSERT INTO orders VALUES ('one', 1, 2, 3.50, now() - interval '2 minutes')");
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                assertDenied(pipeline, "tally", WRITES_TO_ORDERS);
                assertDenied(pipeline, "tally", OTHER_TABLES);
                assertDenied(pipeline, "tally", SERVER);
                for (String role : List.of("debezium", "datagen", "dashboards")) {
                    assertDenied(pipeline, role, WRITES_TO_RESULTS);
                    assertDenied(
                            pipeline,
                            role,
                            List.of(
                                    "SELECT * FROM secrets",
                                    "CREATE TABLE more (id INT)",
                                    "CREATE TEMP TABLE scratch (id INT)"));
                }
                assertDenied(pipeline, "debezium", WRITES_TO_ORDERS);
                assertDenied(pipeline, "dashboards", WRITES_TO_ORDERS);
                assertDenied(pipeline, "dashboards", List.of("SELECT * FROM orders"));
                assertDenied(pipeline, "datagen", List.of("SELECT * FROM order_agg", "TRUNCATE orders"));
                run(pipeline, "dashboards", "SELECT * FROM order_agg_final");
                // After all that, results still follow.
                run(pipeline, "datagen", "UPDATE orders SET quantity = 5 WHERE order_id = 'one'");
                pipeline.awaitExact(LIMIT);
                assertEquals("17.50", pipeline.query("SELECT gross_sales FROM order_agg WHERE customer_id = 1"));
            }
        }
    }

    private static void assertDenied(TestPipeline pipeline, String role, List<String> statements) {
        for (String statement : statements) {
            String who = role + " must not: " + statement;
            SQLException refusal = assertThrows(SQLException.class, () -> run(pipeline, role, statement), who);
            assertEquals(DENIED, refusal.getSQLState(), who + ", but it failed for another reason: " + refusal);
        }
    }

    /** The passwords of laptops are the roles' names. */
    private static void run(TestPipeline pipeline, String role, String sql) throws SQLException {
        try (Connection connection = pipeline.connectAs(role, role);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
