package io.tally.bench;

import io.tally.cdc.DebeziumDecoder;
import io.tally.cdc.RowChange;
import io.tally.cdc.UndecodableException;
import io.tally.testkit.EngineProcess;
import io.tally.testkit.TestPipeline;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Where the time goes between the commit of an order and its window being final, on the whole pipeline from PostgreSQL over
 * Debezium and Kafka, in its parts. A consumer beside the engine sees when records can be read, and when a watermark passes
 * the end of a window; the checkpoints show when its rows are visible.
 *
 * <pre>
 * ./mvnw -P bench verify -DskipTests -Dbench.main=io.tally.bench.WindowLatency -Dbench.args="60 100 5"
 * </pre>
 *
 * <p>Arguments: seconds to measure, after a minute to warm up; orders a second; seconds of a window, which are fewer than a
 * minute's only to see more of them.
 */
public final class WindowLatency {

    private static final Duration WARM_UP = Duration.ofSeconds(60);
    private static final long BOUND_MS = 5_000;
    private static final int BATCHES_A_SECOND = 20;
    private static final long LOOK_NANOS = 2_000_000;

    private final TestPipeline pipeline;
    private final long windowMs;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private volatile boolean measuring;
    private final List<Long> toKafka = new ArrayList<>();
    private final List<Long> toReader = new ArrayList<>();
    /** When the watermark of what can be read passed the end of a window, by that end. */
    private final Map<Long, Long> dueAtMs = new ConcurrentHashMap<>();

    private final List<Long> toDue = new ArrayList<>();
    private final List<Long> toVisible = new ArrayList<>();
    private final List<Long> whole = new ArrayList<>();

    private WindowLatency(TestPipeline pipeline, long windowMs) {
        this.pipeline = pipeline;
        this.windowMs = windowMs;
    }

    public static void main(String[] args) throws Exception {
        Duration measured = Duration.ofSeconds(Long.parseLong(args[0]));
        int perSecond = Integer.parseInt(args[1]);
        long windowSeconds = Long.parseLong(args[2]);
        try (TestPipeline pipeline = new TestPipeline("latency")
                .withWindows(Duration.ofSeconds(windowSeconds))
                .registerConnector()) {
            pipeline.execute("INSERT INTO orders VALUES ('first', 1, 1, 1, now() - interval '1 minute')");
            try (EngineProcess engine = EngineProcess.start(pipeline).awaitRunning()) {
                new WindowLatency(pipeline, windowSeconds * 1_000).run(measured, perSecond);
                System.out.println("records: " + engine.status().at("/views/0/records"));
            }
        }
        System.exit(0);
    }

    private void run(Duration measured, int perSecond) throws InterruptedException, ExecutionException {
        try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
            List<Future<?>> parts = List.of(
                    threads.submit(() -> write(perSecond)),
                    threads.submit(this::readAlong),
                    threads.submit(this::watchRows));
            Thread.sleep(WARM_UP);
            measuring = true;
            Thread.sleep(measured);
            stopped.set(true);
            for (Future<?> part : parts) {
                part.get();
            }
        }
        System.out.printf(
                "%d orders a second, %d windows; ms %30s %8s %8s %8s%n",
                perSecond, whole.size(), "median", "p90", "p99", "max");
        print("commit of an order to its record in Kafka", toKafka);
        print("record in Kafka to a reader of committed ones", toReader);
        print("end of a window to its being due, 5000 the bound", toDue);
        print("window due to its rows visible", toVisible);
        print("end of a window to its rows visible", whole);
    }

    private static void print(String what, List<Long> times) {
        long[] sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%-55s %8d %8d %8d %8d%n",
                what,
                sorted[sorted.length / 2],
                sorted[sorted.length * 9 / 10],
                sorted[sorted.length * 99 / 100],
                sorted[sorted.length - 1]);
    }

    private Void write(int perSecond) throws SQLException {
        int batch = Math.max(1, perSecond / BATCHES_A_SECOND);
        Pace pace = new Pace(perSecond / batch);
        try (Connection connection = pipeline.connect();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO orders SELECT ? || '-' || n, n % 1000, 1, 1, clock_timestamp() FROM generate_series(1, ?) AS n")) {
            for (long step = 0; !stopped.get(); step++) {
                pace.await(step);
                insert.setString(1, "latency-" + step);
                insert.setInt(2, batch);
                insert.executeUpdate();
            }
        }
        return null;
    }

    private Void readAlong() throws UndecodableException {
        Map<String, Object> config =
                Map.of("bootstrap.servers", pipeline.stack().bootstrapServers(), "isolation.level", "read_committed");
        DebeziumDecoder decoder = new DebeziumDecoder();
        RowChange change = new RowChange();
        long[] newestMs = new long[TestPipeline.PARTITIONS];
        long watermarkMs = 0;
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, newestMs.length)
                    .mapToObj(partition -> new TopicPartition(pipeline.topic(), partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToEnd(partitions);
            while (!stopped.get()) {
                Iterable<ConsumerRecord<byte[], byte[]>> polled = consumer.poll(Duration.ofMillis(100));
                long nowMs = System.currentTimeMillis();
                for (ConsumerRecord<byte[], byte[]> one : polled) {
                    decoder.decode(one.value(), change);
                    newestMs[one.partition()] =
                            Math.max(newestMs[one.partition()], change.after().units(3) / 1000);
                    if (measuring) {
                        toKafka.add(one.timestamp() - change.commitTimeMs());
                        toReader.add(nowMs - one.timestamp());
                    }
                }
                long before = watermarkMs;
                watermarkMs = Arrays.stream(newestMs).min().getAsLong() - BOUND_MS;
                for (long end = before - before % windowMs + windowMs;
                        before > 0 && end <= watermarkMs;
                        end += windowMs) {
                    dueAtMs.put(end, nowMs);
                }
            }
        }
        return null;
    }

    private Void watchRows() throws SQLException {
        long publishedMs = 0;
        Map<Long, Long> visibleAtMs = new HashMap<>();
        try (Connection connection = pipeline.connect();
                PreparedStatement ask =
                        connection.prepareStatement("SELECT min(published_up_to) FROM tally_view_checkpoint")) {
            while (!stopped.get()) {
                LockSupport.parkNanos(LOOK_NANOS);
                long before = publishedMs;
                publishedMs = publishedUpToMs(ask);
                long nowMs = System.currentTimeMillis();
                for (long end = before + windowMs; before > 0 && end <= publishedMs; end += windowMs) {
                    visibleAtMs.put(end, nowMs);
                }
                take(visibleAtMs);
            }
        }
        return null;
    }

    /** The engine may publish before the reader beside it has seen the same records. */
    private void take(Map<Long, Long> visibleAtMs) {
        visibleAtMs.entrySet().removeIf(visible -> {
            Long due = dueAtMs.remove(visible.getKey());
            if (due != null && measuring) {
                toDue.add(due - visible.getKey());
                toVisible.add(visible.getValue() - due);
                whole.add(visible.getValue() - visible.getKey());
            }
            return due != null;
        });
    }

    private static long publishedUpToMs(PreparedStatement ask) throws SQLException {
        try (ResultSet row = ask.executeQuery()) {
            row.next();
            Timestamp upTo = row.getTimestamp(1);
            return upTo == null ? 0 : upTo.getTime();
        }
    }
}
