package io.tally.bench.others;

/**
 * Flink SQL with a window function: {@code TUMBLE} of a minute, five seconds for rows out of order, everything else as in {@link
 * FlinkSql}. Flink takes it over a changelog, and drops changes whose window is closed.
 */
final class FlinkSqlWindows {

    private static final String WATERMARK = ", WATERMARK FOR event_ts AS event_ts - INTERVAL '5' SECOND";

    private static final String QUERY = """
            INSERT INTO order_agg
            SELECT window_start, window_end, customer_id, SUM(quantity * price), COUNT(*)
            FROM TUMBLE(TABLE orders, DESCRIPTOR(event_ts), INTERVAL '1' MINUTE)
            GROUP BY window_start, window_end, customer_id
            """;

    private FlinkSqlWindows() {}

    /** Arguments: bootstrap servers, topic, URL, user and password of the database. */
    public static void main(String[] args) throws Exception {
        FlinkSql.run(WATERMARK, QUERY, args);
    }
}
