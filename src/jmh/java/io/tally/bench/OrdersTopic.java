package io.tally.bench;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A topic full of inserts as Debezium writes them, about 600 bytes each, the same for the same options, and what
 * {@code order_agg} has to hold when all of them are counted. The last record of each partition is an order of a later
 * minute, which closes the others.
 */
final class OrdersTopic {

    /** A row that is expected. */
    record Key(long windowStartMs, int customerId) {}

    /** What it is expected to hold. */
    record Total(long orders, long cents) {
        Total plus(Total other) {
            return new Total(orders + other.orders, cents + other.cents);
        }
    }

    private static final long FIRST_EVENT_MS =
            Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    /** Far beyond what the database has handed out, so that no snapshot of it has seen these transactions. */
    private static final int FIRST_TRANSACTION = 1_500_000_000;

    /** Low, because an engine that reads beyond the end of its database's log takes that for a restored database. */
    private static final long FIRST_LSN = 1_000;

    private static final long WINDOW_MS = 60_000;

    private final String name;
    private final long events;
    private final int partitions;
    private final int customers;
    private final int eventsPerSecond;
    private final Map<Key, Total> expected = new HashMap<>();
    private long closingMs;
    private Pace pace = Pace.UNBOUNDED;

    /** @param eventsPerSecond how dense the orders lie in event time */
    OrdersTopic(String name, long events, int partitions, int customers, int eventsPerSecond) {
        this.name = name;
        this.events = events;
        this.partitions = partitions;
        this.customers = customers;
        this.eventsPerSecond = eventsPerSecond;
    }

    /** Lets it be filled at so many events a second. */
    OrdersTopic at(long perSecond) {
        pace = new Pace(perSecond);
        return this;
    }

    String name() {
        return name;
    }

    int partitions() {
        return partitions;
    }

    /** Records in the topic. */
    long records() {
        return events + partitions;
    }

    /** Start of the minute that closes the others. */
    long closingMs() {
        return closingMs;
    }

    /** Rows of all minutes but the one that closes the others. */
    Map<Key, Total> expected() {
        return expected;
    }

    void fill(String bootstrapServers) throws InterruptedException, ExecutionException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            admin.createTopics(List.of(new NewTopic(name, partitions, (short) 1)))
                    .all()
                    .get();
        }
        Map<String, Object> config = Map.of(
                "bootstrap.servers",
                bootstrapServers,
                "linger.ms",
                50,
                "batch.size",
                256 * 1024,
                "buffer.memory",
                128L * 1024 * 1024,
                "acks",
                "all");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            SplittableRandom random = new SplittableRandom(1);
            for (long i = 0; i < events; i++) {
                pace.await(i);
                long eventTimeMs = FIRST_EVENT_MS + i * 1000 / eventsPerSecond;
                int customer = 1 + random.nextInt(customers);
                int quantity = 1 + random.nextInt(5);
                long cents = 1_000 + random.nextInt(49_001);
                send(producer, (int) (i % partitions), i, eventTimeMs, customer, quantity, cents);
                expected.merge(
                        new Key(Math.floorDiv(eventTimeMs, WINDOW_MS) * WINDOW_MS, customer),
                        new Total(1, quantity * cents),
                        Total::plus);
            }
            long later = FIRST_EVENT_MS + events * 1000 / eventsPerSecond + 10 * WINDOW_MS;
            closingMs = Math.floorDiv(later, WINDOW_MS) * WINDOW_MS;
            for (int partition = 0; partition < partitions; partition++) {
                send(producer, partition, events + partition, later, 1, 1, 100);
            }
            producer.flush();
        }
    }

    private void send(
            KafkaProducer<byte[], byte[]> producer,
            int partition,
            long number,
            long eventTimeMs,
            int customer,
            int quantity,
            long cents) {
        String id = "order-" + number;
        String value = insert(id, number, eventTimeMs, customer, quantity, cents);
        producer.send(new ProducerRecord<>(
                name,
                partition,
                ("{\"order_id\":\"" + id + "\"}").getBytes(StandardCharsets.UTF_8),
                value.getBytes(StandardCharsets.UTF_8)));
    }

    /** The value of an insert's record. */
    static String insert(String id, long number, long eventTimeMs, int customer, int quantity, long cents) {
        long lsn = FIRST_LSN + number;
        String row = "{\"order_id\":\"" + id + "\",\"customer_id\":" + customer + ",\"quantity\":" + quantity
                + ",\"price\":\"" + cents / 100 + "." + cents / 10 % 10 + cents % 10 + "\",\"event_ts\":\""
                + micros(eventTimeMs) + "\"}";
        long commitMs = eventTimeMs + 5;
        return "{\"before\":null,\"after\":" + row
                + ",\"source\":{\"version\":\"3.7.0.Final\",\"connector\":\"postgresql\",\"name\":\"orders_cdc\",\"ts_ms\":"
                + commitMs + ",\"snapshot\":\"false\",\"db\":\"streaming\",\"sequence\":\"[\\\"" + (lsn - 100)
                + "\\\",\\\"" + lsn + "\\\"]\",\"ts_us\":" + commitMs + "853,\"ts_ns\":" + commitMs
                + "853000,\"schema\":\"public\",\"table\":\"orders\",\"txId\":"
                + (FIRST_TRANSACTION + number % 100_000_000)
                + ",\"lsn\":" + lsn
                + ",\"xmin\":null,\"origin\":null,\"origin_lsn\":null},\"transaction\":null,\"op\":\"c\","
                + "\"ts_ms\":" + (commitMs + 300) + ",\"ts_us\":" + (commitMs + 300) + "398,\"ts_ns\":"
                + (commitMs + 300)
                + "398080}";
    }

    /** As Debezium writes it: always six digits. */
    private static String micros(long ms) {
        String text = Instant.ofEpochMilli(ms - Math.floorMod(ms, 1000)).toString();
        return text.substring(0, text.length() - 1) + String.format(".%03d000Z", Math.floorMod(ms, 1000));
    }
}
