package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.testkit.EngineProcess;
import io.tally.testkit.PipelineDatabase;
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
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * What each role of {@code debezium/source.sql} and {@code results.sql} may do suffices, and is all it may do. Where results have
 * a server of their own, the engine has a role on each, and neither is of any use on the other.
 */
class LeastRightsIT {

    private static final Duration LIMIT = Duration.ofSeconds(90);

    /** SQLSTATE: insufficient_privilege. */
    private static final String DENIED = "42501";

    /** SQLSTATE: invalid_password, whichever of user and password is wrong; or may not connect to this database. */
    private static final Set<String> NOT_LET_IN = Set.of("28P01", DENIED);

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

    private static List<String> server(TestPipeline pipeline) {
        return List.of(
                "CREATE ROLE more SUPERUSER",
                "CREATE DATABASE another",
                "CREATE PUBLICATION everything FOR ALL TABLES",
                "SELECT pg_drop_replication_slot('" + pipeline.slot() + "')",
                "SELECT pg_read_file('postgresql.conf')",
                "COPY orders TO PROGRAM 'true'");
    }

    private static final List<String> TABLES =
            List.of("CREATE TABLE more (id INT)", "CREATE TEMP TABLE scratch (id INT)");

    @Test
    void roles_canDoTheirWork_andNothingElse() throws SQLException {
        try (TestPipeline pipeline = new TestPipeline("least_rights")) {
            PipelineDatabase source = pipeline.source();
            PipelineDatabase results = pipeline.results();
            source.execute("CREATE TABLE secrets (secret TEXT); INSERT INTO secrets VALUES ('of another program')");
            results.execute(read(Path.of("grafana", "role.sql")));
            pipeline.registerConnector();
            pipeline.execute("INSERT INTO orders VALUES ('one', 1, 2, 3.50, now() - interval '2 minutes')");
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                pipeline.awaitExact(LIMIT);
                assertDenied(source, "tally", WRITES_TO_ORDERS);
                assertDenied(source, "tally", OTHER_TABLES);
                assertDenied(source, "tally", server(pipeline));
                for (String role : List.of("debezium", "datagen")) {
                    assertDenied(source, role, TABLES);
                    assertDenied(source, role, List.of("SELECT * FROM secrets"));
                }
                assertDenied(source, "debezium", WRITES_TO_ORDERS);
                assertDenied(source, "datagen", List.of("TRUNCATE orders"));
                assertDenied(results, "dashboards", WRITES_TO_RESULTS);
                assertDenied(results, "dashboards", TABLES);
                run(results, "dashboards", "dashboards", "SELECT * FROM order_agg_final");
                if (pipeline.hasTwoDatabases()) {
                    assertApart(source, results);
                } else {
                    assertBesideEachOther(source);
                }
                // After all that, results still follow.
                run(source, "datagen", "datagen", "UPDATE orders SET quantity = 5 WHERE order_id = 'one'");
                pipeline.awaitExact(LIMIT);
                assertEquals("17.50", results.query("SELECT gross_sales FROM order_agg WHERE customer_id = 1"));
            }
        }
    }

    private static void assertBesideEachOther(PipelineDatabase both) {
        for (String role : List.of("debezium", "datagen")) {
            assertDenied(both, role, WRITES_TO_RESULTS);
        }
        assertDenied(both, "dashboards", WRITES_TO_ORDERS);
        assertDenied(both, "dashboards", List.of("SELECT * FROM orders", "SELECT * FROM secrets"));
        assertDenied(both, "datagen", List.of("SELECT * FROM order_agg"));
    }

    /** The engine's role makes no more at the source than a temporary view, and each role is let in at its own side. */
    private static void assertApart(PipelineDatabase source, PipelineDatabase results) {
        assertDenied(source, "tally", List.of("CREATE TABLE more (id INT)", "CREATE SCHEMA more"));
        assertEquals(
                "0",
                source.query("SELECT count(*) FROM pg_class WHERE relowner = 'tally'::regrole"),
                "tables of the engine at the source");
        assertDenied(results, "tally", TestPipeline.RESULTS_PASSWORD, List.of("CREATE TEMP TABLE scratch (id INT)"));
        assertNotLetIn(source, "tally", TestPipeline.RESULTS_PASSWORD);
        assertNotLetIn(source, "dashboards", "dashboards");
        assertNotLetIn(results, "tally", "tally");
        assertNotLetIn(results, "datagen", "datagen");
    }

    private static void assertNotLetIn(PipelineDatabase database, String role, String password) {
        IllegalStateException refusal = assertThrows(
                IllegalStateException.class,
                () -> database.connectAs(role, password).close());
        assertTrue(
                NOT_LET_IN.contains(((SQLException) refusal.getCause()).getSQLState()), refusal.getCause()::toString);
    }

    /** The passwords of laptops are the roles' names. */
    private static void assertDenied(PipelineDatabase database, String role, List<String> statements) {
        assertDenied(database, role, role, statements);
    }

    private static void assertDenied(PipelineDatabase database, String role, String password, List<String> statements) {
        for (String statement : statements) {
            String who = role + " must not: " + statement;
            SQLException refusal =
                    assertThrows(SQLException.class, () -> run(database, role, password, statement), who);
            assertEquals(DENIED, refusal.getSQLState(), who + ", but it failed for another reason: " + refusal);
        }
    }

    private static void run(PipelineDatabase database, String role, String password, String sql) throws SQLException {
        try (Connection connection = database.connectAs(role, password);
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
