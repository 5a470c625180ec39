package io.tally.bench;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * A topic full of changes as Debezium writes them, about 600 bytes an insert, the same for the same options, and what
 * {@code order_agg} has to hold when all of them are counted. The last records of each partition are orders of a later
 * minute, which close the others.
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

    /**
     * What the changes are like.
     *
     * @param updates percent of the changes that change an order's quantity; the row of before comes along
     * @param deletes percent that delete an order
     * @param late percent of the orders that are up to half a minute older than those around them
     * @param shuffled whether orders of the whole time come in no order at all
     */
    record Mix(int updates, int deletes, int late, boolean shuffled) {
        static final Mix INSERTS = new Mix(0, 0, 0, false);
    }

    /** An order as it stands in the table. */
    record Order(long number, long eventTimeMs, int customer, int quantity, long cents) {}

    private static final int LATEST_MS = 30_000;
    /** So many in each partition, of different customers, close the minutes of a reader that parts customers anew, too. */
    private static final int CLOSING = 8;
    /** So many of the newest orders may be changed. */
    private static final int CHANGEABLE = 1 << 14;

    private static final long FIRST_EVENT_MS =
            Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();
    /**
     * Ahead of what a fresh database has handed out, so that no snapshot of it has seen these transactions, but by less than a
     * million: an engine takes those farther away for old ones.
     */
    private static final int FIRST_TRANSACTION = 500_000;

    private static final int TRANSACTIONS = 500_000;

    /** Low, because an engine that reads beyond the end of its database's log takes that for a restored database. */
    private static final long FIRST_LSN = 24_849_416;

    private static final long WINDOW_MS = 60_000;

    private final String name;
    private final long events;
    private final int partitions;
    private final int customers;
    private final int eventsPerSecond;
    private final Mix mix;
    private final SplittableRandom random = new SplittableRandom(1);
    private String compression = "none";
    private final Order[] changeable = new Order[CHANGEABLE];
    private final Map<Key, Total> expected = new HashMap<>();
    private final AtomicReference<Exception> failure = new AtomicReference<>();
    private long closingMs;
    private Pace pace = Pace.UNBOUNDED;
    private long paceFrom;
    /** What writes changes in Avro; null for JSON. */
    private AvroChanges avro;

    /** @param eventsPerSecond how dense the orders lie in event time */
    OrdersTopic(String name, long events, int partitions, int customers, int eventsPerSecond, Mix mix) {
        this.name = name;
        this.events = events;
        this.partitions = partitions;
        this.customers = customers;
        this.eventsPerSecond = eventsPerSecond;
        this.mix = mix;
    }

    /** Lets it be filled at so many events a second. */
    OrdersTopic at(long perSecond) {
        return at(perSecond, 0);
    }

    /** The same from an event on. */
    OrdersTopic at(long perSecond, long from) {
        pace = new Pace(perSecond);
        paceFrom = from;
        return this;
    }

    /** Has records compressed, as a producer's {@code compression.type} says. */
    OrdersTopic compressed(String type) {
        compression = type;
        return this;
    }

    /** Lets the changes be written in Avro, with {@link AvroChanges#SCHEMA} of the given id. */
    OrdersTopic inAvro(int schemaId) {
        avro = new AvroChanges(schemaId);
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
        return events + partitions * CLOSING;
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
                "all",
                "compression.type",
                compression,
                // Of several, a later one can be the first that a new partition takes; then the first is refused for
                // ever.
                "max.in.flight.requests.per.connection",
                1);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long i = 0; i < events; i++) {
                if (i >= paceFrom) {
                    pace.await(i - paceFrom);
                }
                change(producer, i);
            }
            long later = FIRST_EVENT_MS + events * 1000 / eventsPerSecond + 10 * WINDOW_MS;
            closingMs = Math.floorDiv(later, WINDOW_MS) * WINDOW_MS;
            for (int i = 0; i < partitions * CLOSING; i++) {
                send(producer, i % partitions, 'c', events + i, null, new Order(events + i, later, i + 1, 1, 100));
            }
            producer.flush();
        }
        Exception cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("not all records were taken", cause);
        }
        expected.values().removeIf(total -> total.orders == 0);
    }

    private void change(KafkaProducer<byte[], byte[]> producer, long number) {
        int dice = random.nextInt(100);
        int slot = dice < mix.updates + mix.deletes ? random.nextInt(CHANGEABLE) : (int) (number % CHANGEABLE);
        Order before = changeable[slot];
        if (dice < mix.updates + mix.deletes && before != null) {
            Order after = dice < mix.updates
                    ? new Order(
                            before.number, before.eventTimeMs, before.customer, before.quantity % 5 + 1, before.cents)
                    : null;
            changeable[slot] = after;
            send(producer, (int) (before.number % partitions), after == null ? 'd' : 'u', number, before, after);
        } else {
            changeable[slot] = new Order(
                    number,
                    eventTimeMs(number),
                    1 + random.nextInt(customers),
                    1 + random.nextInt(5),
                    1_000 + random.nextInt(49_001));
            send(producer, (int) (number % partitions), 'c', number, null, changeable[slot]);
        }
    }

    private long eventTimeMs(long number) {
        if (mix.shuffled) {
            return FIRST_EVENT_MS + random.nextLong(events * 1000 / eventsPerSecond);
        }
        int lateMs = random.nextInt(100) < mix.late ? random.nextInt(LATEST_MS) : 0;
        return FIRST_EVENT_MS + number * 1000 / eventsPerSecond - lateMs;
    }

    private void send(
            KafkaProducer<byte[], byte[]> producer,
            int partition,
            char operation,
            long number,
            Order before,
            Order after) {
        Order order = after == null ? before : after;
        if (number < events) {
            count(before, -1);
            count(after, 1);
        }
        producer.send(
                new ProducerRecord<>(
                        name,
                        partition,
                        ("{\"order_id\":\"order-" + order.number + "\"}").getBytes(StandardCharsets.UTF_8),
                        value(operation, before, after, number)),
                (taken, problem) -> failure.compareAndSet(null, problem));
    }

    private byte[] value(char operation, Order before, Order after, long number) {
        return avro == null
                ? value(operation, row(before), row(after), number, commitMs(number))
                        .getBytes(StandardCharsets.UTF_8)
                : avro.value(operation, before, after, FIRST_LSN + number, transaction(number), commitMs(number));
    }

    private static long transaction(long number) {
        return FIRST_TRANSACTION + number % TRANSACTIONS;
    }

    private void count(Order order, int sign) {
        if (order != null) {
            expected.merge(
                    new Key(Math.floorDiv(order.eventTimeMs, WINDOW_MS) * WINDOW_MS, order.customer),
                    new Total(sign, sign * order.quantity * order.cents),
                    Total::plus);
        }
    }

    private long commitMs(long number) {
        return FIRST_EVENT_MS + number * 1000 / eventsPerSecond + 5;
    }

    private static String row(Order order) {
        return order == null
                ? "null"
                : row("order-" + order.number, order.eventTimeMs, order.customer, order.quantity, order.cents);
    }

    private static String row(String id, long eventTimeMs, int customer, int quantity, long cents) {
        return "{\"order_id\":\"" + id + "\",\"customer_id\":" + customer + ",\"quantity\":" + quantity
                + ",\"price\":\"" + cents / 100 + "." + cents / 10 % 10 + cents % 10 + "\",\"event_ts\":\""
                + micros(eventTimeMs) + "\"}";
    }

    /** The value of an insert's record. */
    static String insert(String id, long number, long eventTimeMs, int customer, int quantity, long cents) {
        return value('c', "null", row(id, eventTimeMs, customer, quantity, cents), number, eventTimeMs + 5);
    }

    private static String value(char operation, String before, String after, long number, long commitMs) {
        long lsn = FIRST_LSN + number;
        return "{\"before\":" + before + ",\"after\":" + after
                + ",\"source\":{\"version\":\"3.7.0.Final\",\"connector\":\"postgresql\",\"name\":\"orders_cdc\",\"ts_ms\":"
                + commitMs + ",\"snapshot\":\"false\",\"db\":\"streaming\",\"sequence\":\"[\\\"" + (lsn - 100)
                + "\\\",\\\"" + lsn + "\\\"]\",\"ts_us\":" + commitMs + "853,\"ts_ns\":" + commitMs
                + "853000,\"schema\":\"public\",\"table\":\"orders\",\"txId\":"
                + transaction(number)
                + ",\"lsn\":" + lsn
                + ",\"xmin\":null,\"origin\":null,\"origin_lsn\":null},\"transaction\":null,\"op\":\"" + operation
                + "\","
                + "\"ts_ms\":" + (commitMs + 300) + ",\"ts_us\":" + (commitMs + 300) + "398,\"ts_ns\":"
                + (commitMs + 300)
                + "398080}";
    }

    /** As Debezium writes it: always six digits. */
    static String micros(long ms) {
        String text = Instant.ofEpochMilli(ms - Math.floorMod(ms, 1000)).toString();
        return text.substring(0, text.length() - 1) + String.format(".%03d000Z", Math.floorMod(ms, 1000));
    }
}
