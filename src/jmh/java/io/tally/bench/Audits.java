package io.tally.bench;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.TestPipeline;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * How long an audit of the newest hour takes, and one of everything, on a large orders table without and with an index on the
 * event time: several engines, in turn.
 *
 * <pre>
 * ./mvnw -P bench verify -DskipTests -Dbench.main=io.tally.bench.Audits -Dbench.args="10000000 1000 1440 2 jar"
 * </pre>
 *
 * <p>Arguments: orders, customers, minutes they are spread over, rounds, and the engines: {@code jar} is the packaged application
 * on a JVM, anything else an executable, such as a script that starts an earlier build.
 */
public final class Audits {

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private Audits() {}

    public static void main(String[] args) throws Exception {
        long orders = Long.parseLong(args[0]);
        int customers = Integer.parseInt(args[1]);
        int minutes = Integer.parseInt(args[2]);
        int rounds = Integer.parseInt(args[3]);
        List<String> engines = Arrays.asList(args).subList(4, args.length);
        try (TestPipeline pipeline = new TestPipeline("audits_bench")) {
            LargeTable.write(pipeline, orders, customers, minutes * 60L);
            LargeTable.capture(pipeline);
            // The topic is made with the first order, and an engine waits for it.
            pipeline.execute("INSERT INTO orders VALUES ('last', 1, 1, 1.00, now() - interval '1 hour')");
            audit(pipeline, engines.getFirst(), "to fill it, and warm", "1h");
            pipeline.execute("VACUUM ANALYZE order_agg");

            for (int round = 1; round <= rounds; round++) {
                for (String engine : engines) {
                    audit(pipeline, engine, "newest hour", "1h");
                    audit(pipeline, engine, "everything", "10000h");
                }
            }
            pipeline.execute("CREATE INDEX ON orders (event_ts)");
            for (int round = 1; round <= rounds; round++) {
                for (String engine : engines) {
                    audit(pipeline, engine, "newest hour, with an index", "1h");
                }
            }
        }
        System.exit(0);
    }

    private static void audit(TestPipeline pipeline, String executable, String what, String range) throws Exception {
        System.setProperty("engine.executable", executable.equals("jar") ? "" : executable);
        try (EngineProcess engine =
                EngineProcess.start(pipeline, "tally.audit.every=1s", "tally.audit.range=" + range)) {
            Await.until(
                    "it was compared, and right",
                    LIMIT,
                    () -> found(engine).path("verdict").asText().equals("CLEAN"));
            System.out.printf(
                    Locale.ROOT,
                    "%-30s %6d ms  %s%n",
                    what,
                    found(engine).path("lastMillis").asLong(),
                    executable);
            engine.stop();
        }
    }

    private static JsonNode found(EngineProcess engine) throws Exception {
        return engine.status().at("/views/0/audit");
    }
}
