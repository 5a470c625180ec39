package io.tally.bench.others;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** The end of a Kafka Streams topology that writes rows by JDBC, once a second or as soon as there are 5,000. */
final class Upserts implements Processor<Streams.Group, Streams.Sum, Void, Void> {

    private static final int BATCH = 5_000;
    private static final Duration FLUSH = Duration.ofSeconds(1);

    private static final String UPSERT = """
            INSERT INTO order_agg (window_start, window_end, customer_id, gross_sales, order_count) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (window_start, customer_id)
            DO UPDATE SET gross_sales = excluded.gross_sales, order_count = excluded.order_count
            """;

    private static final String DELETE = "DELETE FROM order_agg WHERE window_start = ? AND customer_id = ?";

    private final Map<Streams.Group, Streams.Sum> waiting = new HashMap<>();
    private final Connection connection;

    /** @param args of a program: bootstrap servers, topic, URL, user and password of the database */
    Upserts(String[] args) {
        try {
            connection = DriverManager.getConnection(args[2], args[3], args[4]);
            connection.setAutoCommit(false);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        context.schedule(FLUSH, PunctuationType.WALL_CLOCK_TIME, now -> flush());
    }

    @Override
    public void process(Record<Streams.Group, Streams.Sum> row) {
        waiting.put(row.key(), row.value());
        if (waiting.size() >= BATCH) {
            flush();
        }
    }

    private void flush() {
        try (PreparedStatement upsert = connection.prepareStatement(UPSERT);
                PreparedStatement delete = connection.prepareStatement(DELETE)) {
            for (Map.Entry<Streams.Group, Streams.Sum> row : waiting.entrySet()) {
                add(row.getKey(), row.getValue(), upsert, delete);
            }
            upsert.executeBatch();
            delete.executeBatch();
            connection.commit();
            waiting.clear();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void add(Streams.Group group, Streams.Sum sum, PreparedStatement upsert, PreparedStatement delete)
            throws SQLException {
        Timestamp start = new Timestamp(group.windowStartMs());
        if (sum.orders() == 0) {
            delete.setTimestamp(1, start);
            delete.setInt(2, group.customer());
            delete.addBatch();
        } else {
            upsert.setTimestamp(1, start);
            upsert.setTimestamp(2, new Timestamp(start.getTime() + Streams.WINDOW.toMillis()));
            upsert.setInt(3, group.customer());
            upsert.setBigDecimal(4, sum.sales());
            upsert.setLong(5, sum.orders());
            upsert.addBatch();
        }
    }

    @Override
    public void close() {
        flush();
        try {
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
