package io.tally.bench;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.Processes;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How fast a full topic is drained, from process start and from the first record to the last row in {@code order_agg},
 * beside a consumer that throws the bytes away, in turn. Every engine run is checked for exactness.
 *
 * <pre>
 * mvn -P bench verify -DskipTests -Dbench.args="--events 1000000 --rounds 3"
 * </pre>
 *
 * <p>Options: {@code --events} (1000000), {@code --partitions} (4), {@code --customers} (10000), {@code --per-second}
 * how dense the orders lie in event time (10000), {@code --rounds} (3), {@code --threads} of the bare consumer (2),
 * {@code --pages} that are open in a further run of the engine in each round (0, which is no such run).
 * {@code -Dengine.executable=…} measures another engine than the packaged application on a JVM, as tests do.
 */
public final class Drain {

    private static final Duration LIMIT = Duration.ofMinutes(10);

    private record Run(String what, double fromStart, double fromFirst, double cpu, long peakMb) {}

    private final Map<String, String> options;
    private final OrdersTopic topic;
    private final RealStack stack = RealStack.get();

    private Drain(String[] args) {
        options = new HashMap<>(Map.of(
                "--events", "1000000",
                "--partitions", "4",
                "--customers", "10000",
                "--per-second", "10000",
                "--rounds", "3",
                "--threads", "2",
                "--pages", "0"));
        for (int i = 0; i + 1 < args.length; i += 2) {
            if (options.replace(args[i], args[i + 1]) == null) {
                throw new IllegalArgumentException("unknown option " + args[i] + ", known are " + options.keySet());
            }
        }
        topic = new OrdersTopic(
                "drain", number("--events"), number("--partitions"), number("--customers"), number("--per-second"));
    }

    public static void main(String[] args) throws Exception {
        new Drain(args).run();
        System.exit(0);
    }

    private void run() throws Exception {
        System.out.printf("options %s%n", options);
        long begin = System.nanoTime();
        topic.fill(stack.bootstrapServers());
        System.out.printf("topic filled: %d records in %.1f s%n", topic.records(), (System.nanoTime() - begin) / 1e9);
        System.out.println("run                    start->last s  first->last s   events/s   CPU s  peak RSS MB");
        for (int round = 1; round <= number("--rounds"); round++) {
            print(bare());
            print(engine("drain_" + round, 0));
            if (number("--pages") > 0) {
                print(engine("drain_pages_" + round, number("--pages")));
            }
        }
    }

    private void print(Run run) {
        System.out.printf(
                Locale.ROOT,
                "%-22s %13.2f %14.2f %10.0f %7.1f %12d%n",
                run.what,
                run.fromStart,
                run.fromFirst,
                topic.records() / run.fromFirst,
                run.cpu,
                run.peakMb);
    }

    private Run bare() throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Process process = new ProcessBuilder(
                        Processes.java(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        BareConsumer.class.getName(),
                        stack.bootstrapServers(),
                        topic.name(),
                        Integer.toString(topic.partitions()),
                        Long.toString(topic.records()),
                        options.get("--threads"))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        Usage usage = new Usage(process.pid());
        try (BufferedReader out = process.inputReader()) {
            String[] line = out.readLine().split(" ");
            double fromStart = (System.nanoTime() - begin) / 1e9;
            usage.read();
            return new Run("bare KafkaConsumer", fromStart, Double.parseDouble(line[1]), usage.cpu, usage.peakMb);
        } finally {
            Processes.awaitExit(process, 30);
        }
    }

    private Run engine(String name, int pages) throws Exception {
        try (TestPipeline pipeline = new TestPipeline(name)) {
            long begin = System.nanoTime();
            try (EngineProcess engine = EngineProcess.start(
                    pipeline,
                    Map.of("ORDERS_TOPIC", topic.name()),
                    // Everything in the topic is new to a fresh database.
                    "tally.restart-margin=3650d")) {
                Await.until(
                        "the first record",
                        LIMIT,
                        () -> engine.status().path("records").path("read").asLong() > 0);
                long first = System.nanoTime();
                long last;
                try (Listeners listeners = new Listeners(engine.port(), pages)) {
                    Await.until("the last row", LIMIT, () -> isComplete(pipeline));
                    last = System.nanoTime();
                    if (pages > 0 && listeners.bytes() == 0) {
                        throw new IllegalStateException("no page has got an event");
                    }
                }
                Usage usage = new Usage(engine.pid());
                usage.read();
                check(pipeline);
                String what = pages == 0 ? "engine, exact" : "engine, " + pages + " pages";
                return new Run(what, (last - begin) / 1e9, (last - first) / 1e9, usage.cpu, usage.peakMb);
            }
        }
    }

    /**
     * All records are read, and all minutes but the closing one, which lies some minutes after the others, are published. Asked
     * of the few checkpoints, because adding up the table again and again would take the engine's time.
     */
    private boolean isComplete(TestPipeline pipeline) {
        return pipeline.query("SELECT coalesce(sum(position) = " + topic.records()
                        + " AND bool_and(published_up_to > to_timestamp(" + topic.closingMs() / 1000
                        + ") - interval '5 minutes'), false) FROM tally_checkpoint")
                .equals("t");
    }

    private String allButTheClosingMinute() {
        return " WHERE window_start < to_timestamp(" + topic.closingMs() / 1000 + ")";
    }

    private void check(TestPipeline pipeline) throws SQLException {
        Map<OrdersTopic.Key, OrdersTopic.Total> found = new HashMap<>();
        try (Connection connection = pipeline.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT (extract(epoch FROM window_start) * 1000)::bigint,"
                        + " customer_id, order_count, (gross_sales * 100)::bigint FROM order_agg"
                        + allButTheClosingMinute())) {
            while (rows.next()) {
                found.put(
                        new OrdersTopic.Key(rows.getLong(1), rows.getInt(2)),
                        new OrdersTopic.Total(rows.getLong(3), rows.getLong(4)));
            }
        }
        if (!found.equals(topic.expected())) {
            throw new IllegalStateException(
                    "order_agg is not exact: rows expected=" + topic.expected().size() + " found=" + found.size());
        }
    }

    private int number(String option) {
        return Integer.parseInt(options.get(option));
    }

    /** What the kernel counts for a process. */
    private static final class Usage {
        private static final double TICKS_PER_SECOND = 100;

        private final long pid;
        private double cpu;
        private long peakMb;

        Usage(long pid) {
            this.pid = pid;
        }

        void read() throws IOException {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            List<String> fields =
                    List.of(stat.substring(stat.lastIndexOf(')') + 2).split(" "));
            cpu = (Long.parseLong(fields.get(11)) + Long.parseLong(fields.get(12))) / TICKS_PER_SECOND;
            for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "status"))) {
                if (line.startsWith("VmHWM:")) {
                    peakMb = Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
                }
            }
        }
    }
}
