package io.tally.view;

import io.tally.view.Differential.Failure;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Holds as many views against PostgreSQL as told:
 *
 * <pre>
 *   mvn -P simulation verify -DskipTests -Dsimulation.main=io.tally.view.Differentials -Dsimulation.args="1000000 1 2"
 * </pre>
 *
 * The arguments are the number of cases, the first seed, and the number of connections. Ends with the first failure, which it
 * prints with its seed and shrunk. One seed again: {@code "1 seed 1"}.
 */
public final class Differentials {

    private static final long REPORT_EVERY = 1_000;

    private final String url;
    private final long cases;
    private final AtomicLong next;
    private final AtomicLong done = new AtomicLong();
    private final AtomicReference<String> failed = new AtomicReference<>();

    private Differentials(String url, long cases, long firstSeed) {
        this.url = url;
        this.cases = cases;
        next = new AtomicLong(firstSeed);
    }

    public static void main(String[] args) throws InterruptedException {
        long cases = args.length > 0 ? Long.parseLong(args[0]) : 100_000;
        long firstSeed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        int connections = args.length > 2 ? Integer.parseInt(args[2]) : 1;
        System.exit(new Differentials(TestSource.url(), cases, firstSeed).run(connections) ? 0 : 1);
    }

    private boolean run(int connections) throws InterruptedException {
        long startedAt = System.nanoTime();
        List<Differential> all = new ArrayList<>();
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            String schema = "differential_" + i;
            running.add(Thread.ofPlatform().start(() -> work(schema, all)));
        }
        for (Thread thread : running) {
            thread.join();
        }
        Differential sum = new Differential(null);
        all.forEach(sum::add);
        System.out.printf("%s, %.0f s%n", sum.summary(), (System.nanoTime() - startedAt) / 1e9);
        if (failed.get() != null) {
            System.out.println(failed.get());
        }
        return failed.get() == null;
    }

    private void work(String schema, List<Differential> all) {
        try (TestSource source = new TestSource(url, schema)) {
            Differential differential = new Differential(source);
            synchronized (all) {
                all.add(differential);
            }
            while (done.get() < cases && failed.get() == null) {
                long seed = next.getAndIncrement();
                long before = differential.cases();
                Failure failure = differential.run(seed);
                done.addAndGet(differential.cases() - before);
                if (failure != null) {
                    failed.compareAndSet(null, differential.shrunk(failure));
                }
                if (seed % REPORT_EVERY == 0) {
                    System.out.printf("%d cases%n", done.get());
                }
            }
        } catch (SQLException | RuntimeException | AssertionError e) {
            failed.compareAndSet(null, "the test itself failed: " + e);
            e.printStackTrace();
        }
    }
}
