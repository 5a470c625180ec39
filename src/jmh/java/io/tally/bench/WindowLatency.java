package io.tally.bench;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.TestPipeline;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How long after its end a minute is final in {@code order_agg_final}, with default settings, on the whole pipeline from
 * PostgreSQL over Debezium and Kafka, while the generator writes.
 *
 * <pre>
 * mvn -P bench verify -DskipTests -Dbench.main=io.tally.bench.WindowLatency -Dbench.args="20 100"
 * </pre>
 *
 * <p>Arguments: minutes to watch (20), orders a minute (100).
 */
public final class WindowLatency {

    private static final Duration LIMIT = Duration.ofMinutes(3);

    private WindowLatency() {}

    public static void main(String[] args) throws Exception {
        int minutes = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        String perMinute = args.length > 1 ? args[1] : "100";
        Map<String, String> generator =
                Map.of("QUARKUS_PROFILE", "datagen", "POSTGRES_USER", "datagen", "POSTGRES_PASSWORD", "datagen");
        try (TestPipeline pipeline = new TestPipeline("latency").registerConnector();
                EngineProcess datagen =
                        EngineProcess.start(pipeline, generator, "tally.datagen.per-minute=" + perMinute);
                EngineProcess engine = EngineProcess.start(pipeline).awaitRunning();
                Connection connection = pipeline.connect();
                Statement statement = connection.createStatement()) {
            Instant started = Instant.now();
            Await.until(
                    "a minute that began with all running",
                    LIMIT,
                    () -> newest(statement) != null && newest(statement).isAfter(started));
            List<Double> seconds = new ArrayList<>();
            Instant last = newest(statement);
            while (seconds.size() < minutes) {
                Instant before = last;
                Await.until(
                        "the next minute is final",
                        LIMIT,
                        () -> newest(statement).isAfter(before));
                last = newest(statement);
                seconds.add(Duration.between(last, Instant.now()).toMillis() / 1000.0);
                System.out.printf(Locale.ROOT, "window ended %s, final after %.2f s%n", last, seconds.getLast());
            }
            seconds.sort(null);
            System.out.printf(
                    Locale.ROOT,
                    "%d windows at %s orders a minute: min %.2f s, median %.2f s, p90 %.2f s, max %.2f s%n",
                    minutes,
                    perMinute,
                    seconds.getFirst(),
                    seconds.get(minutes / 2),
                    seconds.get(Math.min(minutes - 1, minutes * 9 / 10)),
                    seconds.getLast());
            System.out.printf("generator pid %d, engine pid %d%n", datagen.pid(), engine.pid());
        }
        System.exit(0);
    }

    /** End of the newest final window that is not of the future. */
    private static Instant newest(Statement statement) throws SQLException {
        try (ResultSet row =
                statement.executeQuery("SELECT max(window_end) FROM order_agg_final WHERE window_end <= now()")) {
            row.next();
            return row.getTimestamp(1) == null ? null : row.getTimestamp(1).toInstant();
        }
    }
}
