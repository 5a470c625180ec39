package io.tally.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * What it costs the engine to publish many new rows at once, from sending them to the answer, and what PostgreSQL needs for the
 * same rows by a plain {@code INSERT ... SELECT unnest ... ON CONFLICT}, sent by nobody: its arrays lie in a table.
 *
 * <pre>
 * ./mvnw -P bench verify -DskipTests -Dbench.main=io.tally.bench.Publishing -Dbench.args="100000 20"
 * </pre>
 *
 * <p>Arguments: customers, each of whom has orders in almost every minute; minutes.
 */
public final class Publishing {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int ORDERS_OF_A_CUSTOMER = 2;
    private static final double PER = 100_000;

    private static final String ARRAYS =
            "CREATE TEMP TABLE arrays AS SELECT array_agg(extract(epoch FROM window_start)::bigint) AS starts,"
                    + " array_agg(customer_id) AS customers, array_agg(gross_sales) AS sales, array_agg(order_count) AS orders"
                    + " FROM order_agg WHERE window_start = ?";
    private static final String PLAIN =
            "INSERT INTO plain AS total (window_start, window_end, customer_id, gross_sales, order_count)"
                    + " SELECT to_timestamp(start), to_timestamp(start + 60), customer_id, gross_sales, order_count"
                    + " FROM arrays, unnest(starts, customers, sales, orders) AS delta (start, customer_id, gross_sales, order_count)"
                    + " ON CONFLICT (window_start, customer_id) DO UPDATE SET gross_sales = total.gross_sales + EXCLUDED.gross_sales,"
                    + " order_count = total.order_count + EXCLUDED.order_count";

    private Publishing() {}

    public static void main(String[] args) throws Exception {
        int customers = Integer.parseInt(args[0]);
        int minutes = Integer.parseInt(args[1]);
        int perMinute = customers * ORDERS_OF_A_CUSTOMER;
        OrdersTopic topic = new OrdersTopic(
                "publishing", (long) perMinute * minutes, 1, customers, perMinute / 60, OrdersTopic.Mix.INSERTS);
        topic.fill(RealStack.get().bootstrapServers());
        try (TestPipeline pipeline = new TestPipeline("publishing");
                EngineProcess engine = EngineProcess.start(
                        pipeline, Map.of("ORDERS_TOPIC", topic.name()), "tally.restart-margin=3650d");
                Connection connection = pipeline.connect()) {
            Await.until(
                    "all rows",
                    LIMIT,
                    () -> engine.count("/views/0/publishing/rows")
                            >= topic.expected().size());
            List<Double> published = new ArrayList<>();
            for (JsonNode round : engine.status().at("/views/0/publishing/latest")) {
                long rows = round.path("rows").asLong();
                if (rows >= customers / 2) {
                    published.add(round.path("millis").asLong() * PER / rows);
                }
            }
            List<Double> plain = plain(connection, minutes);
            System.out.println("ms for " + (int) PER + " rows, median, least and most");
            print("engine", published);
            print("plain", plain);
            System.out.printf(Locale.ROOT, "ratio %.2f%n", median(published) / median(plain));
        }
        System.exit(0);
    }

    private static List<Double> plain(Connection connection, int minutes) throws SQLException {
        List<Double> times = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE plain (LIKE order_agg INCLUDING ALL)");
            List<Object> starts = new ArrayList<>();
            try (ResultSet rows =
                    statement.executeQuery("SELECT DISTINCT window_start FROM order_agg ORDER BY 1 LIMIT " + minutes)) {
                while (rows.next()) {
                    starts.add(rows.getTimestamp(1));
                }
            }
            for (Object start : starts) {
                statement.execute("DROP TABLE IF EXISTS arrays");
                try (PreparedStatement arrays = connection.prepareStatement(ARRAYS)) {
                    arrays.setObject(1, start);
                    arrays.execute();
                }
                long begin = System.nanoTime();
                int rows = statement.executeUpdate(PLAIN);
                times.add((System.nanoTime() - begin) / 1e6 * PER / rows);
            }
        }
        return times;
    }

    private static void print(String what, List<Double> times) {
        times.sort(null);
        System.out.printf(
                Locale.ROOT,
                "%-8s %7.0f %7.0f %7.0f  (%d)%n",
                what,
                median(times),
                times.getFirst(),
                times.getLast(),
                times.size());
    }

    private static double median(List<Double> sorted) {
        return sorted.get(sorted.size() / 2);
    }
}
