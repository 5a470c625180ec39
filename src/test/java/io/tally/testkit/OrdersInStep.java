package io.tally.testkit;

import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;

/**
 * Several sessions that only insert, and whose orders are never late: in each step every session commits some orders dated
 * within that step, and nobody begins a step before all have committed the one before. In the log an order is at most
 * {@link #STEP} behind the newest one. Event time runs faster than the clock: a minute is over after 15 steps.
 */
public final class OrdersInStep implements AutoCloseable {

    /** How much event time a step takes, and so how late an order can be: less than the engine waits, which is five seconds. */
    public static final Duration STEP = Duration.ofSeconds(4);

    private static final Duration PAUSE = Duration.ofMillis(40);
    private static final int CUSTOMERS = 20;
    private static final int ORDERS = 4;

    private final TestPipeline pipeline;
    private final long firstMs = System.currentTimeMillis() - Duration.ofDays(2).toMillis();
    private final CyclicBarrier barrier;
    private final ExecutorService threads;
    private final List<CompletableFuture<Void>> running = new ArrayList<>();
    private volatile boolean stopAsked;
    private volatile int step;
    private volatile boolean last;

    /** Starts sessions that write until {@link #stop()}. */
    public OrdersInStep(TestPipeline pipeline, int sessions, long seed) {
        this.pipeline = pipeline;
        this.threads = Executors.newFixedThreadPool(sessions);
        this.barrier = new CyclicBarrier(sessions, this::nextStep);
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int session = 0; session < sessions; session++) {
            String prefix = "in-step-" + session + "-";
            SplittableRandom random = seeds.split();
            running.add(CompletableFuture.runAsync(() -> run(prefix, random), threads));
        }
    }

    /** Whole minutes of event time written so far. */
    public long minutes() {
        return STEP.multipliedBy(step).toMinutes();
    }

    /** Ends all sessions after the same step, and fails if one of them failed. */
    public void stop() {
        stopAsked = true;
        CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
    }

    @Override
    public void close() {
        stopAsked = true;
        threads.shutdown();
    }

    private void nextStep() {
        step++;
        last = stopAsked;
        LockSupport.parkNanos(PAUSE.toNanos());
    }

    private void run(String prefix, SplittableRandom random) {
        try (Connection connection = pipeline.connect();
                PreparedStatement insert = connection.prepareStatement("INSERT INTO orders VALUES (?, ?, ?, ?, ?)")) {
            connection.setAutoCommit(false);
            while (!last) {
                for (int i = 0; i < ORDERS; i++) {
                    insert.setString(1, prefix + step + "-" + i);
                    insert.setInt(2, 1 + random.nextInt(CUSTOMERS));
                    insert.setInt(3, 1 + random.nextInt(5));
                    insert.setBigDecimal(4, BigDecimal.valueOf(random.nextInt(50_000), 2));
                    long inStepMs = random.nextLong(STEP.toMillis());
                    insert.setTimestamp(5, new Timestamp(firstMs + step * STEP.toMillis() + inStepMs));
                    insert.addBatch();
                }
                insert.executeBatch();
                connection.commit();
                barrier.await();
            }
        } catch (SQLException | InterruptedException | BrokenBarrierException e) {
            barrier.reset();
            throw new IllegalStateException("session " + prefix + " failed", e);
        }
    }
}
