package io.tally.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Locks all rows of {@code order_agg}, so that engines with corrections to publish wait in the middle of their
 * transactions: checkpoints are moved, rows are not added yet, nothing is committed.
 */
public final class HeldRows implements AutoCloseable {

    /** In the order of the key, as engines do it, so that nobody deadlocks. */
    private static final String LOCK = """
            SELECT FROM order_agg ORDER BY window_start, customer_id FOR UPDATE
            """;

    private static final String BLOCKED = """
            SELECT application_name FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE 'WITH added%%' AND %d = ANY (pg_blocking_pids(pid))
            """;

    private final TestPipeline pipeline;
    private final Connection connection;
    private final String blocked;

    /** Takes the locks. */
    public HeldRows(TestPipeline pipeline) throws SQLException {
        this.pipeline = pipeline;
        connection = pipeline.results().connect();
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SET LOCAL lock_timeout = '30s'");
            statement.execute(LOCK);
            try (ResultSet pid = statement.executeQuery("SELECT pg_backend_pid()")) {
                pid.next();
                blocked = BLOCKED.formatted(pid.getInt(1));
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }

    /** Waits until an engine waits for a row in its transaction; returns the application name of its connection. */
    public String awaitBlocked(Duration limit) {
        AtomicReference<String> found = new AtomicReference<>();
        Await.until("an engine waits in its transaction", limit, () -> {
            found.set(pipeline.results().query(blocked));
            return found.get() != null;
        });
        return found.get();
    }

    /** Lets go of the rows. */
    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
