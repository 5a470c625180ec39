package io.tally.bench;

import io.tally.testkit.EngineProcess;
import io.tally.testkit.Processes;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ReplicaInfo;

/**
 * The records that the connector writes, by how it compresses them and what it leaves out: the processor time of Connect, of the
 * broker while it takes them and while it hands them out twice, of a consumer that throws them away, and of an engine that was
 * down meanwhile; and the bytes of the topic. Every engine run is checked for exactness.
 *
 * <pre>
 * ./mvnw -P bench verify -DskipTests -Dbench.main=io.tally.bench.Compression -Dbench.args="500000 2 none lz4 zstd none,short"
 * </pre>
 *
 * <p>Arguments: orders, rounds, and the ways: what {@code compression.type} says, followed by {@code ,short} to leave out the
 * times of the connector and the block of the transaction, or {@code ,headers} for those that Debezium adds unless it is told not
 * to.
 */
public final class Compression {

    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final Map<String, String> SHORT = Map.of(
            "transforms", "short",
            "transforms.short.type", "org.apache.kafka.connect.transforms.ReplaceField$Value",
            "transforms.short.exclude", "ts_ms,ts_us,ts_ns,transaction",
            "transforms.short.predicate", "orders",
            "predicates", "orders",
            "predicates.orders.type", "org.apache.kafka.connect.transforms.predicates.TopicNameMatches",
            "predicates.orders.pattern", ".*\\.orders");
    private static final Map<String, String> HEADERS = Map.of("extended.headers.enabled", "true");
    private static final List<String> CONNECT = List.of("org.apache.kafka.connect.cli.ConnectDistributed");
    private static final List<String> BROKER = List.of("kafka.Kafka", "io.tally.stack.BrokerMain");
    private static final int CUSTOMERS = 10_000;
    private static final int ORDERS_OF_A_TRANSACTION = 1_000;

    /** Without a statement that puts the whole in a transaction, because the connector sends none of it before its end. */
    private static final String ORDERS = """
            DO $$
            BEGIN
                FOR part IN 0 .. %1$d / %2$d - 1 LOOP
                    INSERT INTO orders SELECT 'order-' || i, abs(hashint8(i) %% %3$d), 1 + i %% 5, (i %% 10000) * 0.01,
                           now() - interval '1 hour' + i * interval '0.1 millisecond'
                    FROM generate_series(part * %2$d + 1, (part + 1) * %2$d) AS i;
                    COMMIT;
                END LOOP;
            END $$""";

    private Compression() {}

    public static void main(String[] args) throws Exception {
        int orders = Integer.parseInt(args[0]);
        int rounds = Integer.parseInt(args[1]);
        List<String> ways = Arrays.asList(args).subList(2, args.length);
        System.out.println("seconds of CPU    Connect  broker, in  broker, out  consumer  engine  MB in the topic");
        for (int round = 1; round <= rounds; round++) {
            for (String way : ways) {
                measure(orders, way, "compression_" + round + "_" + way.replace(',', '_'));
            }
        }
        System.exit(0);
    }

    private static void measure(int orders, String way, String name) throws Exception {
        try (TestPipeline pipeline = new TestPipeline(name)) {
            pipeline.registerConnector(RealStack.get().connectUrl(), settings(way));
            pipeline.connector().awaitRunning();
            // Makes the topic, which the engine waits for, and what it goes on from.
            pipeline.execute("INSERT INTO orders VALUES ('first', 1, 1, 1, now() - interval '2 hours')");
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                engine.awaitRunning();
                pipeline.awaitExact(LIMIT);
                engine.stop();
            }

            double connect = cpu(CONNECT);
            double broker = cpu(BROKER);
            pipeline.execute(ORDERS.formatted(orders, ORDERS_OF_A_TRANSACTION, CUSTOMERS));
            pipeline.awaitInTopic(LIMIT);
            connect = cpu(CONNECT) - connect;
            double in = cpu(BROKER) - broker;

            broker = cpu(BROKER);
            double consumer = Draining.bare(
                            pipeline.topic(), TestPipeline.PARTITIONS, orders + 1 + TestPipeline.PARTITIONS, 2, false)
                    .cpu();
            double consumed;
            try (EngineProcess engine = EngineProcess.start(pipeline)) {
                pipeline.awaitExact(LIMIT);
                consumed = Processes.cpuSeconds(ProcessHandle.of(engine.pid()).orElseThrow());
            }
            System.out.printf(
                    Locale.ROOT,
                    "%-16s %8.1f %11.1f %12.1f %9.1f %7.1f %16.1f%n",
                    way,
                    connect,
                    in,
                    cpu(BROKER) - broker,
                    consumer,
                    consumed,
                    bytes(pipeline) / 1e6);
        }
    }

    private static Map<String, String> settings(String way) {
        String[] parts = way.split(",");
        Map<String, String> settings = new TreeMap<>(Map.of("producer.override.compression.type", parts[0]));
        for (String part : Arrays.asList(parts).subList(1, parts.length)) {
            settings.putAll(
                    switch (part) {
                        case "short" -> SHORT;
                        case "headers" -> HEADERS;
                        default -> throw new IllegalArgumentException(part + " is not short or headers");
                    });
        }
        return settings;
    }

    /** Processor time of a process of the stack, which its main class tells. */
    private static double cpu(List<String> mainClasses) {
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info().arguments().stream()
                        .flatMap(Arrays::stream)
                        .anyMatch(mainClasses::contains))
                .mapToDouble(Processes::cpuSeconds)
                .sum();
    }

    private static long bytes(TestPipeline pipeline) throws Exception {
        try (Admin admin =
                Admin.create(Map.of("bootstrap.servers", RealStack.get().bootstrapServers()))) {
            return admin
                    .describeLogDirs(admin.describeCluster().nodes().get().stream()
                            .map(node -> node.id())
                            .toList())
                    .allDescriptions()
                    .get()
                    .values()
                    .stream()
                    .flatMap(folders -> folders.values().stream())
                    .flatMap(folder -> folder.replicaInfos().entrySet().stream())
                    .filter(replica -> replica.getKey().topic().equals(pipeline.topic()))
                    .map(Map.Entry::getValue)
                    .mapToLong(ReplicaInfo::size)
                    .sum();
        }
    }
}
