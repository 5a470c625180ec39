package io.tally.bench;

import io.tally.testkit.Await;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.Processes;
import io.tally.testkit.RealStack;
import io.tally.testkit.TestPipeline;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What a flood of bad records does to the good ones among them: the same orders at the same rate twice, without and with
 * it. Says how far the engine was behind at most and when the last order was counted, what it cost, how many lines the log
 * got, and checks the sums and the dead letters of each reason.
 *
 * <pre>
 * ./mvnw -P bench verify -DskipTests -Dbench.main=io.tally.bench.Flood -Dbench.args="30 10000 10000"
 * </pre>
 *
 * <p>Arguments: seconds (30), orders a second (10000), bad records a second (10000).
 */
public final class Flood {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int PARTITIONS = 4;

    /** Values with the reason each must be given, in turn. */
    private static final List<Map.Entry<String, String>> BAD = List.of(
            Map.entry("not-json", "{\"before\":null,\"after\":{\"order_id\":\"n1\""),
            Map.entry("unknown-shape", "{\"hello\":\"world\"}"),
            Map.entry("missing-field", insert("\"customer_id\":5,\"quantity\":2,")),
            Map.entry("finer-price", insert("\"customer_id\":5,\"quantity\":2,\"price\":\"3.505\",")));

    private final RealStack stack = RealStack.get();
    private final int seconds;
    private final int good;

    private Flood(int seconds, int good) {
        this.seconds = seconds;
        this.good = good;
    }

    public static void main(String[] args) throws Exception {
        int seconds = args.length > 0 ? Integer.parseInt(args[0]) : 30;
        int good = args.length > 1 ? Integer.parseInt(args[1]) : 10_000;
        int bad = args.length > 2 ? Integer.parseInt(args[2]) : 10_000;
        Flood flood = new Flood(seconds, good);
        System.out.println("bad/s  good/s   behind at most  last order after s   CPU s  WARN lines  dead letters");
        flood.run(0);
        flood.run(bad);
        System.exit(0);
    }

    private static String insert(String columns) {
        return "{\"before\":null,\"after\":{\"order_id\":\"x\"," + columns
                + "\"event_ts\":\"2026-11-22T12:19:11.524822Z\"},\"source\":{\"table\":\"orders\"},\"op\":\"c\"}";
    }

    private void run(int bad) throws Exception {
        OrdersTopic topic = new OrdersTopic(
                        "flood-" + bad, (long) good * seconds, PARTITIONS, 10_000, good, OrdersTopic.Mix.INSERTS)
                .at(good);
        try (TestPipeline pipeline = new TestPipeline("flood_" + bad);
                EngineProcess engine = EngineProcess.start(
                        pipeline,
                        Map.of("ORDERS_TOPIC", topic.name()),
                        // Everything in the topic is new to a fresh database, whose table of orders is empty.
                        "tally.restart-margin=3650d",
                        "tally.audit.enabled=false")) {
            CompletableFuture<Void> orders = CompletableFuture.runAsync(() -> fill(topic), Thread.ofPlatform()::start);
            Await.until("the first record", LIMIT, () -> engine.count("/views/0/records/read") > 0);
            CompletableFuture<Void> flood = CompletableFuture.runAsync(
                    () -> send(topic.name(), (long) bad * seconds, bad), Thread.ofPlatform()::start);
            long behind = 0;
            while (!orders.isDone()) {
                Thread.sleep(250);
                behind = Math.max(behind, lag(engine));
            }
            long filled = System.nanoTime();
            orders.get();
            Await.until("the last order is counted", LIMIT, () -> complete(pipeline, topic));
            double after = (System.nanoTime() - filled) / 1e9;
            flood.get();
            long expected = (long) bad * seconds;
            Await.until("all dead letters", LIMIT, () -> engine.count("/views/0/records/deadLetters") == expected);
            check(pipeline, topic, engine, expected);
            double cpu = Processes.cpuSeconds(ProcessHandle.of(engine.pid()).orElseThrow());
            System.out.printf(
                    Locale.ROOT,
                    "%5d %7d %16d %19.2f %7.1f %11d  %s%n",
                    bad,
                    good,
                    behind,
                    after,
                    cpu,
                    engine.log().lines().filter(line -> line.contains(" WARN ")).count(),
                    engine.status().at("/deadLettersByReason"));
        }
    }

    private void fill(OrdersTopic topic) {
        try {
            topic.fill(stack.bootstrapServers());
        } catch (Exception e) {
            throw new IllegalStateException("the topic was not filled", e);
        }
    }

    private void send(String topic, long count, int perSecond) {
        Map<String, Object> config = Map.of("bootstrap.servers", stack.bootstrapServers(), "linger.ms", 20);
        Pace pace = new Pace(Math.max(1, perSecond));
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long i = 0; i < count; i++) {
                pace.await(i);
                byte[] value = BAD.get((int) (i % BAD.size())).getValue().getBytes(StandardCharsets.UTF_8);
                producer.send(new ProducerRecord<>(topic, (int) (i / BAD.size() % PARTITIONS), null, value));
            }
        }
    }

    private static long lag(EngineProcess engine) throws Exception {
        long lag = 0;
        for (var partition : engine.status().path("partitions")) {
            lag += Math.max(0, partition.path("lag").asLong());
        }
        return lag;
    }

    private static String total(OrdersTopic topic, String column) {
        return "SELECT coalesce(sum(" + column + "), 0) FROM order_agg WHERE window_start < to_timestamp("
                + topic.closingMs() / 1000 + ")";
    }

    private boolean complete(TestPipeline pipeline, OrdersTopic topic) {
        return pipeline.query(total(topic, "order_count")).equals(Long.toString((long) good * seconds));
    }

    private static void check(TestPipeline pipeline, OrdersTopic topic, EngineProcess engine, long bad)
            throws Exception {
        long cents = topic.expected().values().stream()
                .mapToLong(OrdersTopic.Total::cents)
                .sum();
        String found = pipeline.query(total(topic, "(gross_sales * 100)::bigint"));
        if (!found.equals(Long.toString(cents))) {
            throw new IllegalStateException("sales expected=" + cents + " found=" + found);
        }
        Map<String, Long> expected = new TreeMap<>();
        if (bad > 0) {
            BAD.forEach(kind -> expected.put(kind.getKey(), bad / BAD.size()));
        }
        Map<String, Long> reasons = new TreeMap<>();
        engine.status()
                .at("/deadLettersByReason")
                .properties()
                .forEach(
                        reason -> reasons.put(reason.getKey(), reason.getValue().asLong()));
        if (!reasons.equals(expected)) {
            throw new IllegalStateException("dead letters expected=" + expected + " found=" + reasons);
        }
    }
}
