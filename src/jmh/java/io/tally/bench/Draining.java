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
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;

/** Processes that read a full topic to its end, measured. */
final class Draining {

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final String ALLOCATED = "jvm_gc_memory_allocated_bytes_total";
    private static final long CLOSED_BY_THEN_MS = 300_000;
    /** Of the reader that runs, or was the last to run. */
    private static final Path LOG = Path.of("target", "reader.log");

    /**
     * @param fromStart seconds from process start to the last row
     * @param fromFirst seconds from the first record read
     * @param lastHalf seconds for the second half of the records; not a number of a reader that does not tell
     * @param cpu seconds of processors, user and system
     * @param allocated bytes taken from the heap; of an engine as of its last collection, and not a number of a
     *     native one, which does not tell
     * @param peakMb most memory that was resident, in MiB
     * @param wrongRows rows of {@code order_agg} that are not what SQL says, missing, or too many; 0 of a reader that keeps none
     */
    record Run(
            double fromStart,
            double fromFirst,
            double lastHalf,
            double cpu,
            double allocated,
            long peakMb,
            int wrongRows) {}

    private final OrdersTopic topic;

    /** @param topic filled already */
    Draining(OrdersTopic topic) {
        this.topic = topic;
    }

    /** A consumer that throws the bytes away, or decodes them before. */
    Run bare(int threads, boolean decode) throws IOException, InterruptedException {
        return bare(topic.name(), topic.partitions(), topic.records(), threads, decode);
    }

    /** The same of any topic with so many records. */
    static Run bare(String topic, int partitions, long records, int threads, boolean decode)
            throws IOException, InterruptedException {
        return reader(new ProcessBuilder(
                Processes.java(),
                "-Xmx512m",
                "-cp",
                System.getProperty("java.class.path"),
                BareConsumer.class.getName(),
                RealStack.get().bootstrapServers(),
                topic,
                Integer.toString(partitions),
                Long.toString(records),
                Integer.toString(threads),
                Boolean.toString(decode)));
    }

    /**
     * Reactive Messaging that does nothing.
     *
     * @param application the jar that src/jmh/messaging makes
     */
    Run messaging(String application) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(Processes.java(), "-Xmx512m", "-jar", application);
        builder.environment()
                .putAll(Map.of(
                        "KAFKA_BOOTSTRAP_SERVERS",
                        RealStack.get().bootstrapServers(),
                        "ORDERS_TOPIC",
                        topic.name(),
                        "MP_MESSAGING_INCOMING_ORDERS_GROUP_ID",
                        "messaging-" + UUID.randomUUID(),
                        "RECORDS",
                        Long.toString(topic.records())));
        return reader(builder);
    }

    /**
     * A program of src/jmh/others, with a database and 2 GB of heap of its own.
     *
     * @param main the class, without its package
     * @param folder that src/jmh/others makes
     */
    Run other(String main, Path folder, int round) throws Exception {
        try (TestPipeline pipeline = new TestPipeline(main.toLowerCase(Locale.ROOT) + "_" + round);
                Connection connection = pipeline.connect()) {
            pipeline.results().execute("""
                    CREATE TABLE order_agg (window_start timestamptz, window_end timestamptz, customer_id integer,
                        gross_sales numeric(38, 2), order_count bigint, PRIMARY KEY (window_start, customer_id))
                    """);
            Run run = reader(new ProcessBuilder(
                    Processes.java(),
                    "-Xmx2g",
                    "-Duser.timezone=UTC",
                    // Flink looks into collections to copy them.
                    "--add-opens=java.base/java.util=ALL-UNNAMED",
                    "-cp",
                    folder.resolve("classes") + ":" + folder.resolve("lib").resolve("*"),
                    "io.tally.bench.others." + main,
                    RealStack.get().bootstrapServers(),
                    topic.name(),
                    "jdbc:postgresql://localhost:" + pipeline.results().port() + "/"
                            + pipeline.results().name() + "?reWriteBatchedInserts=true",
                    "postgres",
                    "postgres"));
            return new Run(
                    run.fromStart,
                    run.fromFirst,
                    run.lastHalf,
                    run.cpu,
                    run.allocated,
                    run.peakMb,
                    wrongRows(connection));
        }
    }

    /** A process that prints {@code records seconds-from-first-record bytes-allocated [seconds-from-half]} and ends. */
    private static Run reader(ProcessBuilder builder) throws IOException, InterruptedException {
        long begin = System.nanoTime();
        Process process = builder.redirectError(LOG.toFile()).start();
        Usage usage = new Usage(process.pid());
        try (BufferedReader out = process.inputReader()) {
            String result = out.readLine();
            if (result == null) {
                throw new IllegalStateException(
                        "ended without a result, as " + LOG + " says: " + String.join(" ", builder.command()));
            }
            String[] line = result.split(" ");
            double fromStart = (System.nanoTime() - begin) / 1e9;
            usage.read();
            return new Run(
                    fromStart,
                    Double.parseDouble(line[1]),
                    line.length > 3 ? Double.parseDouble(line[3]) : Double.NaN,
                    usage.cpu,
                    Double.parseDouble(line[2]),
                    usage.peakMb,
                    0);
        } finally {
            Processes.awaitExit(process, 30);
        }
    }

    /**
     * An engine with a database of its own, checked for exactness.
     *
     * @param pages that are open meanwhile
     * @param settings further ones, as {@code key=value}
     */
    Run engine(String name, int pages, String... settings) throws Exception {
        return engine(name, pages, 1, Map.of(), settings);
    }

    /**
     * The same with several views, of which {@code order_agg} is the first, and the one that is checked.
     *
     * @param environment further variables of the engine's
     */
    Run engine(String name, int pages, int views, Map<String, String> environment, String... settings)
            throws Exception {
        Map<String, String> variables = new HashMap<>(environment);
        variables.put("ORDERS_TOPIC", topic.name());
        String[] all = Arrays.copyOf(settings, settings.length + 1);
        // Everything in the topic is new to a fresh database.
        all[settings.length] = "tally.restart-margin=3650d";
        try (TestPipeline pipeline = new TestPipeline(name);
                Connection connection = pipeline.connect()) {
            long begin = System.nanoTime();
            try (EngineProcess engine = EngineProcess.start(pipeline, variables, all)) {
                long first = whenRead(engine, 1);
                long half;
                long last;
                try (Listeners listeners = new Listeners(engine.port(), pages);
                        PreparedStatement isComplete = isComplete(connection, views)) {
                    half = whenRead(engine, topic.records() / 2);
                    Await.until("the last row", LIMIT, () -> {
                        engine.requireAlive();
                        return isTrue(isComplete);
                    });
                    last = System.nanoTime();
                    if (pages > 0 && listeners.bytes() == 0) {
                        throw new IllegalStateException("no page has got an event");
                    }
                }
                Usage usage = new Usage(engine.pid());
                usage.read();
                int wrongRows = wrongRows(connection);
                if (wrongRows > 0) {
                    throw new IllegalStateException("order_agg is not exact: " + wrongRows + " rows of "
                            + topic.expected().size());
                }
                double allocated = engine.findMetric(ALLOCATED).orElse(Double.NaN);
                return new Run(
                        (last - begin) / 1e9,
                        (last - first) / 1e9,
                        (last - half) / 1e9,
                        usage.cpu,
                        allocated,
                        usage.peakMb,
                        wrongRows);
            }
        }
    }

    /** Waits until so many records are read for the first view, and tells when that was. */
    private static long whenRead(EngineProcess engine, long records) {
        Await.until(records + " records are read", LIMIT, () -> {
            engine.requireAlive();
            return engine.count("/views/0/records/read") >= records;
        });
        return System.nanoTime();
    }

    /**
     * All records are read for all views, and all minutes of {@code order_agg} but the closing one, which lies some minutes
     * after the others, are published. Asked of the few checkpoints, because adding up the table again and again would take
     * the engine's time.
     */
    private PreparedStatement isComplete(Connection connection, int views) throws SQLException {
        PreparedStatement statement = connection.prepareStatement("""
                SELECT coalesce(sum(position) = ?
                       AND bool_and(published_up_to > ?) FILTER (WHERE view = 'order_agg'), false)
                FROM tally_view_checkpoint
                """);
        statement.setLong(1, topic.records() * views);
        statement.setTimestamp(2, new Timestamp(topic.closingMs() - CLOSED_BY_THEN_MS));
        return statement;
    }

    private static boolean isTrue(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private String allButTheClosingMinute() {
        return " WHERE window_start < to_timestamp(" + topic.closingMs() / 1000 + ")";
    }

    private int wrongRows(Connection connection) throws SQLException {
        Map<OrdersTopic.Key, OrdersTopic.Total> found = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT (extract(epoch FROM window_start) * 1000)::bigint,"
                        + " customer_id, order_count, (gross_sales * 100)::bigint FROM order_agg"
                        + allButTheClosingMinute())) {
            while (rows.next()) {
                found.put(
                        new OrdersTopic.Key(rows.getLong(1), rows.getInt(2)),
                        new OrdersTopic.Total(rows.getLong(3), rows.getLong(4)));
            }
        }
        Set<OrdersTopic.Key> keys = new HashSet<>(topic.expected().keySet());
        keys.addAll(found.keySet());
        keys.removeIf(key -> Objects.equals(found.get(key), topic.expected().get(key)));
        return keys.size();
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
