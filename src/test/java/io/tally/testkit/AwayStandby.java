package io.tally.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * A synchronous standby that is not there, and one order whose commit waits for it: the order is in the source's log, where
 * the connector finds it, and nobody sees it in the table. Other
 * sessions wait, too, unless they are spared.
 */
public final class AwayStandby implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final TestPipeline pipeline;
    private Connection connection;
    private CompletableFuture<Void> commit;

    /** Lets sessions on the pipeline's database that begin from here on wait for no standby. */
    public static void spareOthers(TestPipeline pipeline) {
        pipeline.execute("ALTER DATABASE " + pipeline.name() + " SET synchronous_commit = local");
    }

    public AwayStandby(TestPipeline pipeline) {
        this.pipeline = pipeline;
        pipeline.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        reload("nobody");
        // One process of the server after another hears of it, so the first commits may go through.
        for (int i = 0; commit == null || commit.isDone(); i++) {
            commitOrder("held-" + i);
        }
    }

    private void commitOrder(String id) {
        try {
            if (connection != null) {
                connection.close();
            }
            connection = pipeline.connect();
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SET LOCAL synchronous_commit = on");
                statement.execute(
                        "INSERT INTO orders VALUES ('" + id + "', 7, 1, 100.00, now() - interval '5 minutes')");
                ResultSet pid = statement.executeQuery("SELECT pg_backend_pid()");
                pid.next();
                String waits = "SELECT wait_event = 'SyncRep' FROM pg_stat_activity WHERE pid = " + pid.getInt(1);
                commit = CompletableFuture.runAsync(this::commit);
                Await.until(
                        "it is committed, or waits", LIMIT, () -> commit.isDone() || "t".equals(pipeline.query(waits)));
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void commit() {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void reload(String standbys) {
        pipeline.query("SELECT pg_reload_conf()");
        Await.until(
                "the server has read its settings",
                LIMIT,
                () -> pipeline.query("SHOW synchronous_standby_names").equals(standbys));
    }

    /** Lets the commit through. */
    @Override
    public void close() throws SQLException {
        pipeline.execute("ALTER SYSTEM RESET synchronous_standby_names");
        reload("");
        commit.join();
        connection.close();
    }
}
