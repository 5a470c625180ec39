package io.tally.it;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.OrderWriters;
import io.tally.testkit.Prometheus;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Dashboards and alerts speak of what a running engine really has. */
class DashboardsIT {

    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final Path DASHBOARDS = Path.of("grafana", "dashboards");
    private static final Path OPERATIONS = Path.of("docs", "operations.md");
    private static final Pattern JVM_ONLY = Pattern.compile("jvm_memory_max_bytes|jvm_gc_pause_seconds");
    private static final Pattern ALERT = Pattern.compile("- alert: (\\w+)");

    @Test
    void everyPanel_returnsSomething() throws Exception {
        try (TestPipeline pipeline = new TestPipeline("dashboards")) {
            pipeline.results().execute(Files.readString(Path.of("grafana", "role.sql")));
            pipeline.registerConnector();
            try (OrderWriters writers = new OrderWriters(pipeline, 2, 20261124, Duration.ofMillis(50));
                    EngineProcess engine = EngineProcess.start(pipeline).awaitRunning();
                    Prometheus prometheus = new Prometheus(pipeline, engine);
                    Connection database = pipeline.results().connectAs("dashboards", "dashboards")) {
                boolean onJvm = engine.log().contains(" on JVM (powered by Quarkus");
                for (Panel panel : panels()) {
                    if (!onJvm && panel.needsJvm()) {
                        continue;
                    }
                    Await.until(
                            panel + " returns something",
                            LIMIT,
                            () -> panel.isSql()
                                    ? rows(database, panel.sql()) > 0
                                    : hasValue(prometheus, panel.promql()));
                }
                // Those of our own a unit test knows.
                for (String metric : List.of("up", "process_start_time_seconds")) {
                    Await.until(
                            metric + ", which an alert asks for, is there",
                            LIMIT,
                            () -> hasValue(prometheus, metric + "{job=\"tally\"}"));
                }
                writers.stop();
            }
        }
    }

    @Test
    void everyAlert_hasARunbook() throws IOException {
        String operations = Files.readString(OPERATIONS);
        Matcher alerts = ALERT.matcher(Files.readString(Path.of("prometheus", "alerts.yml")));
        List<String> missing = new ArrayList<>();
        int found = 0;
        while (alerts.find()) {
            found++;
            if (!operations.contains("### " + alerts.group(1) + "\n")) {
                missing.add(alerts.group(1));
            }
        }
        assertTrue(found > 0);
        assertEquals(List.of(), missing, "alerts without a section in " + OPERATIONS);
    }

    private record Panel(String dashboard, String title, String query, boolean isSql) {

        /** Whether a native executable has nothing to say. */
        boolean needsJvm() {
            return JVM_ONLY.matcher(query).find();
        }

        /** As Grafana would ask, with its shortest range for rates: four scrapes. */
        String promql() {
            return query.replace("$__rate_interval", "20s")
                    .replace("$__range", "30m")
                    .replace("$view", ".*");
        }

        String sql() {
            return query.replace(
                    "$__timeFilter(window_start)", "window_start BETWEEN now() - interval '1 hour' AND now()");
        }

        @Override
        public String toString() {
            return dashboard + " / " + title + ": " + query;
        }
    }

    private static List<Panel> panels() throws IOException {
        List<Panel> panels = new ArrayList<>();
        try (Stream<Path> files = Files.list(DASHBOARDS)) {
            for (Path file : files.sorted().toList()) {
                JsonNode dashboard = new ObjectMapper().readTree(file.toFile());
                for (JsonNode panel : dashboard.path("panels")) {
                    for (JsonNode target : panel.path("targets")) {
                        boolean isSql = target.has("rawSql");
                        panels.add(new Panel(
                                dashboard.path("title").asText(),
                                panel.path("title").asText(),
                                target.path(isSql ? "rawSql" : "expr").asText(),
                                isSql));
                    }
                }
            }
        }
        assertTrue(panels.size() > 20, "only " + panels.size() + " queries in " + DASHBOARDS);
        return panels;
    }

    private static boolean hasValue(Prometheus prometheus, String promql) throws IOException, InterruptedException {
        JsonNode series = prometheus.query(promql);
        return !series.isEmpty()
                && !series.get(0).path("value").path(1).asText().equals("NaN");
    }

    /** Rows that hold something in every column. */
    private static int rows(Connection database, String sql) throws SQLException {
        int count = 0;
        try (Statement statement = database.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            int columns = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                boolean whole = true;
                for (int column = 1; column <= columns; column++) {
                    whole &= rows.getObject(column) != null;
                }
                count += whole ? 1 : 0;
            }
        }
        return count;
    }
}
