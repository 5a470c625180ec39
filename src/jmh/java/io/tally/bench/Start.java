package io.tally.bench;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.TestPipeline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How soon an engine answers and reads, and what it has resident, on the whole pipeline: several ways to start one, in turn. Each
 * has to count orders exactly before its memory is read.
 *
 * <pre>
 * ./mvnw -P bench verify -DskipTests -Dbench.main=io.tally.bench.Start
 *     -Dbench.args="5 jar src/scripts/like_a_container.sh CACHE=no,src/scripts/like_a_container.sh target/tally-runner"
 * </pre>
 *
 * <p>Arguments: rounds, and the ways: {@code jar} is the packaged application on a JVM, anything else an executable, after an
 * environment variable and a comma if it wants one.
 */
public final class Start {

    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final Duration IDLE = Duration.ofSeconds(10);
    private static final int ORDERS = 20_000;

    private Start() {}

    public static void main(String[] args) throws Exception {
        int rounds = Integer.parseInt(args[0]);
        List<String> ways = Arrays.asList(args).subList(1, args.length);
        try (TestPipeline pipeline = new TestPipeline("start_bench").registerConnector()) {
            // The first order makes the topic, which engines wait for; and files are read from disk once.
            pipeline.execute("INSERT INTO orders VALUES ('first', 1, 1, 1, now())");
            for (String way : ways) {
                launch(pipeline, way).awaitRunning().stop();
            }
            System.out.println("live ms  running ms  RSS MB running  RSS MB exact, idle  peak MB");
            for (int round = 1; round <= rounds; round++) {
                for (String way : ways) {
                    measure(pipeline, way, round);
                }
            }
        }
        System.exit(0);
    }

    private static void measure(TestPipeline pipeline, String way, int round) throws Exception {
        long begin = System.nanoTime();
        try (EngineProcess engine = launch(pipeline, way)) {
            Await.until(
                    "the engine answers",
                    LIMIT,
                    () -> engine.get("/q/health/live").statusCode() == 200);
            long live = millisSince(begin);
            engine.awaitRunning();
            long running = millisSince(begin);
            long resident = megabytes(engine.pid(), "VmRSS");
            pipeline.execute(
                    "INSERT INTO orders SELECT '%s-%d-' || i, i %% 100, 1 + i %% 5, i / 100.0, now() - interval '2 minutes'"
                                    .formatted(Integer.toHexString(way.hashCode()), round)
                            + " FROM generate_series(1, " + ORDERS + ") i");
            pipeline.awaitExact(LIMIT);
            Thread.sleep(IDLE);
            System.out.printf(
                    Locale.ROOT,
                    "%7d %11d %15d %19d %8d  %s%n",
                    live,
                    running,
                    resident,
                    megabytes(engine.pid(), "VmRSS"),
                    megabytes(engine.pid(), "VmHWM"),
                    way);
            // A killed one would be a member of the group for some seconds more, and the next would wait for that.
            engine.stop();
        }
    }

    private static EngineProcess launch(TestPipeline pipeline, String way) {
        int comma = way.indexOf(',');
        String executable = way.substring(comma + 1);
        System.setProperty("engine.executable", executable.equals("jar") ? "" : executable);
        if (comma < 0) {
            return EngineProcess.start(pipeline);
        }
        String[] variable = way.substring(0, comma).split("=", 2);
        return EngineProcess.start(pipeline, Map.of(variable[0], variable[1]));
    }

    private static long millisSince(long begin) {
        return (System.nanoTime() - begin) / 1_000_000;
    }

    private static long megabytes(long pid, String line) throws IOException {
        try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return Long.parseLong(lines.filter(text -> text.startsWith(line + ":"))
                            .findFirst()
                            .orElseThrow()
                            .replaceAll("[^0-9]", ""))
                    / 1024;
        }
    }
}
