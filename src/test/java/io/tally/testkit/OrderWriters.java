package io.tally.testkit;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Several sessions that write orders at the same time, each in transactions of a few statements that overlap with those of
 * the others: inserts of one and of many rows, changes of amount, customer, minute and key, deletes, and rollbacks. Each
 * session has order ids of its own, so that sessions never wait for each other, and draws what it does from one seed.
 */
public final class OrderWriters implements AutoCloseable {

    private static final int CUSTOMERS = 50;
    private static final long SPREAD_MS = 20 * 60_000;
    /** Orders are dated this long ago, so that a test need not wait for the current minute to be over. */
    private static final long AGE_MS = 2 * 60_000;

    private final TestPipeline pipeline;
    private final ExecutorService threads;
    private final List<CompletableFuture<Void>> running = new ArrayList<>();
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final AtomicLong transactions = new AtomicLong();

    /** Starts sessions that write until {@link #stop()}. */
    public OrderWriters(TestPipeline pipeline, int sessions, long seed) {
        this.pipeline = pipeline;
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
            try (Connection connection = pipeline.connect()) {
                connection.setAutoCommit(false);
                while (!stopped.get()) {
                    transaction(connection);
                    transactions.incrementAndGet();
                }
            } catch (SQLException e) {
                throw new IllegalStateException("session " + prefix + " failed", e);
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
            int what = living.isEmpty() ? 0 : random.nextInt(10);
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
                case 8 -> changeKey(connection);
                default -> delete(connection);
            }
        }

        private void insert(Connection connection, int rows) throws SQLException {
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO orders VALUES (?, ?, ?, ?, ?)")) {
                for (int i = 0; i < rows; i++) {
                    String id = prefix + created++;
                    insert.setString(1, id);
                    insert.setInt(2, 1 + random.nextInt(CUSTOMERS));
                    insert.setInt(3, random.nextInt(20) == 0 ? -1 : 1 + random.nextInt(5));
                    insert.setBigDecimal(4, java.math.BigDecimal.valueOf(random.nextInt(50_000), 2));
                    long late = random.nextInt(5) == 0 ? random.nextLong(SPREAD_MS) : 0;
                    insert.setTimestamp(5, new Timestamp(System.currentTimeMillis() - AGE_MS - late));
                    insert.addBatch();
                    living.add(id);
                }
                insert.executeBatch();
            }
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
