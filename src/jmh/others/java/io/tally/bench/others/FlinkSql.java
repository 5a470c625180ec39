package io.tally.bench.others;

import java.time.ZoneOffset;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;

/**
 * Flink SQL: {@code GROUP BY} over a {@code debezium-json} table, upserted by JDBC. Mini-batches of up to a second and 50,000
 * rows, without which each change would be a row for PostgreSQL. Groups are kept for ever.
 */
final class FlinkSql {

    private static final String SOURCE = """
            CREATE TABLE orders (
                order_id STRING, customer_id INT, quantity INT, price DECIMAL(12, 2), event_ts TIMESTAMP_LTZ(3)%s
            ) WITH (
                'connector' = 'kafka',
                'properties.bootstrap.servers' = '%s',
                'topic' = '%s',
                'scan.startup.mode' = 'earliest-offset',
                'scan.bounded.mode' = 'latest-offset',
                'format' = 'debezium-json',
                'debezium-json.timestamp-format.standard' = 'ISO-8601')
            """;

    private static final String TARGET = """
            CREATE TABLE order_agg (
                window_start TIMESTAMP(3), window_end TIMESTAMP(3), customer_id INT, gross_sales DECIMAL(38, 2),
                order_count BIGINT, PRIMARY KEY (window_start, customer_id) NOT ENFORCED
            ) WITH (
                'connector' = 'jdbc',
                'url' = '%s',
                'table-name' = 'order_agg',
                'username' = '%s',
                'password' = '%s',
                'sink.buffer-flush.max-rows' = '5000',
                'sink.buffer-flush.interval' = '1s')
            """;

    private static final String QUERY = """
            INSERT INTO order_agg
            SELECT minute_start, minute_start + INTERVAL '1' MINUTE, customer_id, SUM(quantity * price), COUNT(*)
            FROM (SELECT FLOOR(CAST(event_ts AS TIMESTAMP(3)) TO MINUTE) AS minute_start, customer_id, quantity, price
                  FROM orders)
            GROUP BY minute_start, customer_id
            """;

    private FlinkSql() {}

    /** Arguments: bootstrap servers, topic, URL, user and password of the database. */
    public static void main(String[] args) throws Exception {
        run("", QUERY, args);
    }

    /**
     * Runs a query from the table {@code orders} into {@code order_agg}.
     *
     * @param watermark clause behind the columns of the former, with a comma in front; empty for none
     */
    static void run(String watermark, String query, String[] args) throws Exception {
        TableEnvironment tables = StreamTableEnvironment.create(Flink.environment());
        tables.getConfig().setLocalTimeZone(ZoneOffset.UTC);
        tables.getConfig().set("table.exec.mini-batch.enabled", "true");
        tables.getConfig().set("table.exec.mini-batch.allow-latency", "1 s");
        tables.getConfig().set("table.exec.mini-batch.size", "50000");
        tables.executeSql(SOURCE.formatted(watermark, args[0], args[1]));
        tables.executeSql(TARGET.formatted(args[2], args[3], args[4]));
        Measured.run(() -> tables.executeSql(query).await());
    }
}
