package io.tally.bench.others;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Kafka Streams: a table of the orders, grouped by minute and customer with a subtractor, upserted by JDBC. Two threads, state in
 * RocksDB, commits every second, everything else by default. It ends once both of its topics are read to their ends.
 */
final class StreamsTable {

    private static final long MINUTE_MS = 60_000;
    private static final int THREADS = 2;
    private static final int BATCH = 5_000;
    private static final Duration FLUSH = Duration.ofSeconds(1);
    private static final long LOOK_MS = 200;

    private static final String UPSERT = """
            INSERT INTO order_agg (window_start, window_end, customer_id, gross_sales, order_count) VALUES (?, ?, ?, ?, ?)
            ON CONFLICT (window_start, customer_id)
            DO UPDATE SET gross_sales = excluded.gross_sales, order_count = excluded.order_count
            """;

    private static final String DELETE = "DELETE FROM order_agg WHERE window_start = ? AND customer_id = ?";

    /** An order's share of a group, or a group's sum. */
    record Sum(BigDecimal sales, long orders) {
        static final Sum NONE = new Sum(BigDecimal.ZERO, 0);

        Sum plus(Sum other) {
            return new Sum(sales.add(other.sales), orders + other.orders);
        }

        Sum minus(Sum other) {
            return new Sum(sales.subtract(other.sales), orders - other.orders);
        }

        static Serde<Sum> serde() {
            return Serdes.serdeFrom(
                    (topic, sum) -> sum == null ? null : bytes(sum.sales + " " + sum.orders), (topic, bytes) -> {
                        String[] parts = bytes == null ? null : text(bytes).split(" ");
                        return parts == null ? null : new Sum(new BigDecimal(parts[0]), Long.parseLong(parts[1]));
                    });
        }
    }

    /** A row of the result. */
    record Group(long windowStartMs, int customer) {
        static Serde<Group> serde() {
            return Serdes.serdeFrom(
                    (topic, group) -> bytes(group.windowStartMs + " " + group.customer), (topic, bytes) -> {
                        String[] parts = text(bytes).split(" ");
                        return new Group(Long.parseLong(parts[0]), Integer.parseInt(parts[1]));
                    });
        }
    }

    /** An order as it stands in the table. */
    record Order(Group group, Sum share) {

        private static final ObjectMapper JSON = new ObjectMapper();

        /** Reads changes as Debezium writes them, and the table's own store as {@link #bytes} has written it. */
        static Serde<Order> serde() {
            return Serdes.serdeFrom(
                    (topic, order) -> order == null ? null : order.bytes(), (topic, bytes) -> read(bytes));
        }

        private byte[] bytes() {
            return StreamsTable.bytes("{\"after\":{\"customer_id\":" + group.customer + ",\"quantity\":1,\"price\":\""
                    + share.sales + "\",\"event_ts\":\"" + Instant.ofEpochMilli(group.windowStartMs) + "\"}}");
        }

        private static Order read(byte[] bytes) {
            try {
                JsonNode row = bytes == null ? null : JSON.readTree(bytes).path("after");
                return row == null || !row.isObject() ? null : order(row);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Order order(JsonNode row) {
            long eventTimeMs = Instant.parse(row.path("event_ts").asText()).toEpochMilli();
            return new Order(
                    new Group(
                            Math.floorDiv(eventTimeMs, MINUTE_MS) * MINUTE_MS,
                            row.path("customer_id").asInt()),
                    new Sum(
                            new BigDecimal(row.path("price").asText())
                                    .multiply(BigDecimal.valueOf(
                                            row.path("quantity").asLong())),
                            1));
        }
    }

    /** Writes rows once a second, or as soon as there are many. */
    private static final class Upserts implements Processor<Group, Sum, Void, Void> {
        private final Map<Group, Sum> waiting = new HashMap<>();
        private final Connection connection;

        Upserts(String url, String user, String password) {
            try {
                connection = DriverManager.getConnection(url, user, password);
                connection.setAutoCommit(false);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void init(ProcessorContext<Void, Void> context) {
            context.schedule(FLUSH, PunctuationType.WALL_CLOCK_TIME, now -> flush());
        }

        @Override
        public void process(Record<Group, Sum> row) {
            waiting.put(row.key(), row.value());
            if (waiting.size() >= BATCH) {
                flush();
            }
        }

        private void flush() {
            try (PreparedStatement upsert = connection.prepareStatement(UPSERT);
                    PreparedStatement delete = connection.prepareStatement(DELETE)) {
                for (Map.Entry<Group, Sum> row : waiting.entrySet()) {
                    Timestamp start = new Timestamp(row.getKey().windowStartMs);
                    int customer = row.getKey().customer;
                    if (row.getValue().orders == 0) {
                        delete.setTimestamp(1, start);
                        delete.setInt(2, customer);
                        delete.addBatch();
                        continue;
                    }
                    upsert.setTimestamp(1, start);
                    upsert.setTimestamp(2, new Timestamp(start.getTime() + MINUTE_MS));
                    upsert.setInt(3, customer);
                    upsert.setBigDecimal(4, row.getValue().sales);
                    upsert.setLong(5, row.getValue().orders);
                    upsert.addBatch();
                }
                upsert.executeBatch();
                delete.executeBatch();
                connection.commit();
                waiting.clear();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            flush();
            try {
                connection.close();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    private StreamsTable() {}

    /** Arguments: bootstrap servers, topic, URL, user and password of the database. */
    public static void main(String[] args) throws Exception {
        String group = "streams-" + UUID.randomUUID();
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, args[0]);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, THREADS);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, FLUSH.toMillis());
        settings.put(
                StreamsConfig.STATE_DIR_CONFIG,
                Files.createTempDirectory("streams").toString());
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        StreamsBuilder builder = new StreamsBuilder();
        builder.table(args[1], Consumed.with(Serdes.ByteArray(), Order.serde()))
                .groupBy(
                        (key, order) -> KeyValue.pair(order.group, order.share),
                        Grouped.with("groups", Group.serde(), Sum.serde()))
                .aggregate(
                        () -> Sum.NONE,
                        (name, share, sum) -> sum.plus(share),
                        (name, share, sum) -> sum.minus(share),
                        Materialized.with(Group.serde(), Sum.serde()))
                .toStream()
                .process(() -> new Upserts(args[2], args[3], args[4]));
        Measured.run(() -> {
            try (KafkaStreams streams = new KafkaStreams(builder.build(), settings);
                    Admin admin = Admin.create(Map.of("bootstrap.servers", args[0]))) {
                streams.start();
                // In this order: the second topic grows until the first is read.
                awaitEnd(admin, group, args[1]);
                awaitEnd(admin, group, group + "-groups-repartition");
            }
        });
        System.exit(0);
    }

    private static void awaitEnd(Admin admin, String group, String topic) throws Exception {
        Map<TopicPartition, OffsetSpec> ends =
                admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().stream()
                        .collect(Collectors.toMap(
                                partition -> new TopicPartition(topic, partition.partition()),
                                partition -> OffsetSpec.latest()));
        Map<TopicPartition, Long> end = admin.listOffsets(ends).all().get().entrySet().stream()
                .filter(one -> one.getValue().offset() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, one -> one.getValue().offset()));
        while (true) {
            Map<TopicPartition, OffsetAndMetadata> read = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            if (end.entrySet().stream()
                    .allMatch(one -> read.get(one.getKey()) != null
                            && read.get(one.getKey()).offset() >= one.getValue())) {
                return;
            }
            Thread.sleep(LOOK_MS);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
