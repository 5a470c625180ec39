package io.tally.testkit;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.postgresql.PGConnection;

/**
 * Several sessions that write orders at the same time, each in transactions of a few statements that overlap with those of
 * the others: inserts of one and of many rows, COPY, changes of amount, customer, minute and key, deletes, and rollbacks. Each
 * session has order ids of its own, so that sessions never wait for each other, and draws what it does from one seed.
 */
public final class OrderWriters implements AutoCloseable {

    private static final int CUSTOMERS = 50;
    private static final long SPREAD_MS = 20 * 60_000;
    /** So that a test need not wait for the current minute to be over. */
    private static final Duration USUAL_AGE = Duration.ofMinutes(2);

    private static final Duration MOST_FOR_MORE = Duration.ofSeconds(120);
    private static final Duration RECONNECT_PAUSE = Duration.ofMillis(500);

    private final TestPipeline pipeline;
    private final Duration age;
    private final Duration pause;
    private final boolean throughOutages;
    private final ExecutorService threads;
    private final List<CompletableFuture<Void>> running = new ArrayList<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong transactions = new AtomicLong();

    /** Starts sessions that write until {@link #stop()}, as fast as they can. */
    public OrderWriters(TestPipeline pipeline, int sessions, long seed) {
        this(pipeline, sessions, seed, Duration.ZERO);
    }

    /** The same with a pause after each transaction of a session, so that whoever reads along keeps up. */
    public OrderWriters(TestPipeline pipeline, int sessions, long seed, Duration pause) {
        this(pipeline, sessions, seed, USUAL_AGE, pause, false);
    }

    /**
     * Starts sessions that also connect again when the database is back. What became of their last transaction they do not
     * know; they may change orders that are not there. They leave alone what Debezium loses when it is killed, with exactly-once
     * support as well: changed keys, which it sends as two records with one source offset, of which the second is lost between
     * the two; and COPY, of whose rows with one LSN it may lose those behind the place where it was killed.
     *
     * @param age orders are dated so long ago, some of them even longer
     * @param pause between two transactions of a session
     */
    public static OrderWriters throughOutages(
            TestPipeline pipeline, int sessions, long seed, Duration age, Duration pause) {
        return new OrderWriters(pipeline, sessions, seed, age, pause, true);
    }

    private OrderWriters(
            TestPipeline pipeline, int sessions, long seed, Duration age, Duration pause, boolean throughOutages) {
        this.pipeline = pipeline;
        this.age = age;
        this.pause = pause;
        this.throughOutages = throughOutages;
        this.threads = Executors.newFixedThreadPool(sessions);
        System.out.println("order writers: sessions=" + sessions + " seed=" + seed);
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int session = 0; session < sessions; session++) {
            Session one = new Session("s" + session + "-" + seed + "-", seeds.split());
            running.add(CompletableFuture.runAsync(one::run, threads));
        }
    }

    /** Transactions ended so far. */
    public long transactions() {
        return transactions.get();
    }

    /** Waits until the sessions have ended so many transactions more. */
    public void awaitMore(int more) {
        long before = transactions();
        Await.until("the writers went on", MOST_FOR_MORE, () -> transactions() > before + more);
    }

    /** Ends all sessions after their current transaction, and fails if one of them failed. */
    public void stop() {
        stopped.set(true);
        CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
    }

    @Override
    public void close() {
        stopped.set(true);
        threads.shutdown();
    }

    private final class Session {
        private final String prefix;
        private final SplittableRandom random;
        private final List<String> living = new ArrayList<>();
        private long created;

        Session(String prefix, SplittableRandom random) {
            this.prefix = prefix;
            this.random = random;
        }

        void run() {
            while (!stopped.get()) {
                try (Connection connection = pipeline.connect()) {
                    connection.setAutoCommit(false);
                    while (!stopped.get()) {
                        transaction(connection);
                        transactions.incrementAndGet();
                        LockSupport.parkNanos(pause.toNanos());
                    }
                } catch (SQLException | IllegalStateException | AssertionError e) {
                    // The driver asserts that a connection it finds broken in a batch is not closed yet.
                    if (!throughOutages) {
                        throw new IllegalStateException("session " + prefix + " failed", e);
                    }
                    LockSupport.parkNanos(RECONNECT_PAUSE.toNanos());
                }
            }
        }

        private void transaction(Connection connection) throws SQLException {
            List<String> before = List.copyOf(living);
            int statements = 1 + random.nextInt(6);
            for (int i = 0; i < statements; i++) {
                statement(connection);
            }
            if (random.nextInt(10) == 0) {
                connection.rollback();
                living.clear();
                living.addAll(before);
            } else {
                connection.commit();
            }
        }

        private void statement(Connection connection) throws SQLException {
            int what = living.isEmpty() ? 0 : random.nextInt(11);
            switch (what) {
                case 0, 1, 2, 3 -> insert(connection, 1);
                case 4 -> insert(connection, 1 + random.nextInt(30));
                case 5 ->
                    update(
                            connection,
                            "UPDATE orders SET quantity = ?, price = price + 0.01 WHERE order_id = ?",
                            1 + random.nextInt(9));
                case 6 ->
                    update(
                            connection,
                            "UPDATE orders SET customer_id = ? WHERE order_id = ?",
                            1 + random.nextInt(CUSTOMERS));
                case 7 ->
                    update(
                            connection,
                            "UPDATE orders SET event_ts = event_ts - make_interval(secs => ?) WHERE order_id = ?",
                            random.nextInt(180));
                case 8 -> {
                    if (!throughOutages) {
                        changeKey(connection);
                    }
                }
                case 9 -> {
                    int rows = 1 + random.nextInt(30);
                    if (throughOutages) {
                        insert(connection, rows);
                    } else {
                        copy(connection, rows);
                    }
                }
                default -> delete(connection);
            }
        }

        private void insert(Connection connection, int rows) throws SQLException {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO orders VALUES (?, ?, ?, ?, ?)")) {
                for (int i = 0; i < rows; i++) {
                    insert.setString(1, newId());
                    insert.setInt(2, 1 + random.nextInt(CUSTOMERS));
                    insert.setInt(3, quantity());
                    insert.setBigDecimal(4, price());
                    insert.setTimestamp(5, new Timestamp(eventTimeMs()));
                    insert.addBatch();
                }
                insert.executeBatch();
            }
        }

        /** The rows of one page share an LSN. */
        private void copy(Connection connection, int rows) throws SQLException {
            StringBuilder lines = new StringBuilder();
            for (int i = 0; i < rows; i++) {
                lines.append(newId()).append('\t').append(1 + random.nextInt(CUSTOMERS));
                lines.append('\t').append(quantity()).append('\t').append(price());
                lines.append('\t').append(Instant.ofEpochMilli(eventTimeMs())).append('\n');
            }
            try {
                connection
                        .unwrap(PGConnection.class)
                        .getCopyAPI()
                        .copyIn("COPY orders FROM STDIN", new StringReader(lines.toString()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private String newId() {
            String id = prefix + created++;
            living.add(id);
            return id;
        }

        private int quantity() {
            return random.nextInt(20) == 0 ? -1 : 1 + random.nextInt(5);
        }

        private BigDecimal price() {
            return BigDecimal.valueOf(random.nextInt(50_000), 2);
        }

        private long eventTimeMs() {
            long late = random.nextInt(5) == 0 ? random.nextLong(SPREAD_MS) : 0;
            return System.currentTimeMillis() - age.toMillis() - late;
        }

        private void update(Connection connection, String sql, int value) throws SQLException {
            try (PreparedStatement update = connection.prepareStatement(sql)) {
                update.setInt(1, value);
                update.setString(2, any());
                update.executeUpdate();
            }
        }

        private void changeKey(Connection connection) throws SQLException {
            try (PreparedStatement update =
                    connection.prepareStatement("UPDATE orders SET order_id = ? WHERE order_id = ?")) {
                int index = random.nextInt(living.size());
                String next = prefix + created++;
                update.setString(1, next);
                update.setString(2, living.get(index));
                update.executeUpdate();
                living.set(index, next);
            }
        }

        private void delete(Connection connection) throws SQLException {
            try (PreparedStatement delete = connection.prepareStatement("DELETE FROM orders WHERE order_id = ?")) {
                String id = any();
                delete.setString(1, id);
                delete.executeUpdate();
                living.remove(id);
            }
        }

        private String any() {
            return living.get(random.nextInt(living.size()));
        }
    }
}
