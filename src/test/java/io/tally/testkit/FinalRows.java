package io.tally.testkit;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Reads view {@code order_agg_final} all the while, and notes each minute that does not stay as it was first seen. */
public final class FinalRows implements AutoCloseable {

    private static final Duration PAUSE = Duration.ofMillis(20);

    private static final String MINUTES = """
            SELECT window_start, string_agg(customer_id || ': ' || gross_sales || ' in ' || order_count, ', '
                                            ORDER BY customer_id)
            FROM order_agg_final GROUP BY window_start
            """;

    private final TestPipeline pipeline;
    private final Map<String, String> seen = new HashMap<>();
    private final List<String> changes = new ArrayList<>();
    private final CompletableFuture<Void> reading;
    private volatile int minutes;
    private volatile boolean stopped;

    /** Starts to read. */
    public FinalRows(TestPipeline pipeline) {
        this.pipeline = pipeline;
        this.reading = CompletableFuture.runAsync(
                this::run,
                task -> Thread.ofPlatform().daemon().name("final-rows").start(task));
    }

    private void run() {
        try (Connection connection = pipeline.results().connect();
                Statement statement = connection.createStatement()) {
            while (!stopped) {
                read(statement);
                LockSupport.parkNanos(PAUSE.toNanos());
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void read(Statement statement) throws SQLException {
        Map<String, String> found = new HashMap<>();
        try (ResultSet rows = statement.executeQuery(MINUTES)) {
            while (rows.next()) {
                found.put(rows.getString(1), rows.getString(2));
            }
        }
        seen.forEach((minute, before) -> {
            if (!before.equals(found.get(minute))) {
                changes.add(minute + "\n  was " + before + "\n  is  " + found.get(minute));
            }
        });
        seen.putAll(found);
        minutes = seen.size();
    }

    /** Minutes seen as final so far. */
    public int minutes() {
        return minutes;
    }

    /** Ends reading; returns which minutes changed after they were final. */
    public List<String> stop() {
        stopped = true;
        reading.join();
        return changes;
    }

    @Override
    public void close() {
        stopped = true;
    }
}
