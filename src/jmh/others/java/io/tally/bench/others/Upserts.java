package io.tally.bench.others;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/** The end of a Kafka Streams topology that writes rows by JDBC. */
final class Upserts implements Processor<Streams.Group, Streams.Sum, Void, Void> {

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
        context.schedule(OrderAgg.FLUSH, PunctuationType.WALL_CLOCK_TIME, now -> flush());
    }

    @Override
    public void process(Record<Streams.Group, Streams.Sum> row) {
        waiting.put(row.key(), row.value());
        if (waiting.size() >= OrderAgg.BATCH) {
            flush();
        }
    }

    private void flush() {
        try (PreparedStatement upsert = connection.prepareStatement(OrderAgg.UPSERT);
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
        if (sum.orders() == 0) {
            delete.setTimestamp(1, new Timestamp(group.windowStartMs()));
            delete.setInt(2, group.customer());
            delete.addBatch();
        } else {
            OrderAgg.set(upsert, group.windowStartMs(), group.customer(), sum.sales(), sum.orders());
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
