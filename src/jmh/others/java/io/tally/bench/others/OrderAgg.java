package io.tally.bench.others;

import java.math.BigDecimal;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;

/** The table of results, and how it is written: once a second, or as soon as there are 5,000 rows. */
final class OrderAgg {

    static final Duration WINDOW = Duration.ofMinutes(1);
    static final int BATCH = 5_000;
    static final Duration FLUSH = Duration.ofSeconds(1);

    static final String UPSERT = """
            INSERT INTO order_agg (window_start, window_end, customer_id, gross_sales, order_count) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (window_start, customer_id)
            DO UPDATE SET gross_sales = excluded.gross_sales, order_count = excluded.order_count
            """;

    private OrderAgg() {}

    /** Gives a row to {@link #UPSERT}. */
    static void set(PreparedStatement upsert, long windowStartMs, int customer, BigDecimal sales, long orders)
            throws SQLException {
        upsert.setTimestamp(1, new Timestamp(windowStartMs));
        upsert.setTimestamp(2, new Timestamp(windowStartMs + WINDOW.toMillis()));
        upsert.setInt(3, customer);
        upsert.setBigDecimal(4, sales);
        upsert.setLong(5, orders);
    }
}
