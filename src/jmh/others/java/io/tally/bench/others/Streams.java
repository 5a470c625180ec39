package io.tally.bench.others;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
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
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;

/**
 * The settings and values of both Kafka Streams programs: two threads, state in RocksDB, commits every second, everything else by
 * default. A program ends once the topic, and the one that it groups by, are read to their ends.
 */
final class Streams {

    /** The name that a program gives to its groups. */
    static final String GROUPS = "groups";

    private static final int THREADS = 2;
    private static final Duration COMMIT = Duration.ofSeconds(1);
    private static final long LOOK_MS = 200;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A row of the result, by its window and customer. */
    record Group(long windowStartMs, int customer) {
        static Serde<Group> serde() {
            return Serdes.serdeFrom(
                    (topic, group) -> bytes(group.windowStartMs + " " + group.customer), (topic, bytes) -> {
                        String[] parts = text(bytes).split(" ");
                        return new Group(Long.parseLong(parts[0]), Integer.parseInt(parts[1]));
                    });
        }
    }

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

    /** An order as it stands in the table. */
    record Order(long eventTimeMs, int customer, Sum share) {

        /** Reads the row after a change, as Debezium writes it and as a table's store has kept it. */
        static Serde<Order> serde() {
            return Serdes.serdeFrom(
                    (topic, order) -> order == null ? null : order.bytes(), (topic, bytes) -> of(json(bytes), "after"));
        }

        Group group() {
            return new Group(eventTimeMs - Math.floorMod(eventTimeMs, OrderAgg.WINDOW.toMillis()), customer);
        }

        private byte[] bytes() {
            return Streams.bytes("{\"after\":{\"customer_id\":" + customer + ",\"quantity\":1,\"price\":\""
                    + share.sales + "\",\"event_ts\":\"" + Instant.ofEpochMilli(eventTimeMs) + "\"}}");
        }

        private static Order of(JsonNode change, String image) {
            JsonNode row = change.path(image);
            if (!row.isObject()) {
                return null;
            }
            BigDecimal price = new BigDecimal(row.path("price").asText());
            return new Order(
                    Instant.parse(row.path("event_ts").asText()).toEpochMilli(),
                    row.path("customer_id").asInt(),
                    new Sum(
                            price.multiply(
                                    BigDecimal.valueOf(row.path("quantity").asLong())),
                            1));
        }
    }

    /** The rows before and after a change, null where there is none. */
    record Change(Order before, Order after) {
        static Serde<Change> serde() {
            return Serdes.serdeFrom(
                    (topic, change) -> {
                        throw new UnsupportedOperationException("changes are only read");
                    },
                    (topic, bytes) -> {
                        JsonNode change = json(bytes);
                        return new Change(Order.of(change, "before"), Order.of(change, "after"));
                    });
        }

        long eventTimeMs() {
            return (after == null ? before : after).eventTimeMs;
        }
    }

    private Streams() {}

    /** Runs a topology until everything is read, measured. */
    static void run(Topology topology, String bootstrapServers, String topic) throws Exception {
        String group = "streams-" + UUID.randomUUID();
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, group);
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, THREADS);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT.toMillis());
        settings.put(
                StreamsConfig.STATE_DIR_CONFIG,
                Files.createTempDirectory("streams").toString());
        settings.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        Measured.run(() -> {
            try (KafkaStreams streams = new KafkaStreams(topology, settings);
                    Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
                streams.start();
                // In this order: the second topic grows until the first is read.
                awaitEnd(streams, admin, group, topic);
                awaitEnd(streams, admin, group, group + "-" + GROUPS + "-repartition");
            }
        });
    }

    private static void awaitEnd(KafkaStreams streams, Admin admin, String group, String topic) throws Exception {
        Map<TopicPartition, Long> end = end(admin, topic);
        while (true) {
            Map<TopicPartition, OffsetAndMetadata> read = admin.listConsumerGroupOffsets(group)
                    .partitionsToOffsetAndMetadata()
                    .get();
            if (end.entrySet().stream()
                    .allMatch(one -> read.get(one.getKey()) != null
                            && read.get(one.getKey()).offset() >= one.getValue())) {
                return;
            }
            if (!streams.state().isRunningOrRebalancing()) {
                throw new IllegalStateException("ended early, state=" + streams.state());
            }
            Thread.sleep(LOOK_MS);
        }
    }

    /** Offsets of the ends of all partitions that have records. */
    private static Map<TopicPartition, Long> end(Admin admin, String topic) throws Exception {
        Map<TopicPartition, OffsetSpec> ends =
                admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions().stream()
                        .collect(Collectors.toMap(
                                partition -> new TopicPartition(topic, partition.partition()),
                                partition -> OffsetSpec.latest()));
        return admin.listOffsets(ends).all().get().entrySet().stream()
                .filter(one -> one.getValue().offset() > 0)
                .collect(Collectors.toMap(
                        Map.Entry::getKey, one -> one.getValue().offset()));
    }

    /** Something without fields if there is nothing. */
    private static JsonNode json(byte[] bytes) {
        try {
            return bytes == null ? MissingNode.getInstance() : JSON.readTree(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
