package io.tally.simulation;

import io.tally.simulation.Simulation.Failure;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Runs as many schedules as told, for nights and for mutations:
 *
 * <pre>
 *   ./mvnw -P simulation verify -DskipTests -Dsimulation.args="1000000 1 2"
 * </pre>
 *
 * The arguments are the number of schedules, the first seed and the number of threads. Ends with the first failure, which
 * it prints with its seed and shrunk. One schedule again: {@code "1 <seed> 1"}.
 */
public final class Simulate {

    private static final long REPORT_EVERY = 20_000;

    private Simulate() {}

    public static void main(String[] args) throws InterruptedException {
        long schedules = args.length > 0 ? Long.parseLong(args[0]) : 100_000;
        long firstSeed = args.length > 1 ? Long.parseLong(args[1]) : 1;
        int threads = args.length > 2 ? Integer.parseInt(args[2]) : 1;
        long startedAt = System.nanoTime();
        AtomicLong next = new AtomicLong(firstSeed);
        AtomicReference<Failure> failed = new AtomicReference<>();
        List<Simulation> simulations = new ArrayList<>();
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Simulation simulation = new Simulation();
            simulations.add(simulation);
            running.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler(Simulate::broken)
                    .start(() -> {
                        for (long seed = next.getAndIncrement();
                                seed < firstSeed + schedules && failed.get() == null;
                                seed = next.getAndIncrement()) {
                            Failure failure = simulation.run(seed);
                            if (failure != null) {
                                failed.compareAndSet(null, failure);
                            }
                            if ((seed - firstSeed + 1) % REPORT_EVERY == 0) {
                                System.out.printf(
                                        "%d schedules, %.0f s%n", seed - firstSeed + 1, secondsSince(startedAt));
                            }
                        }
                    }));
        }
        for (Thread thread : running) {
            thread.join();
        }
        Simulation all = new Simulation();
        simulations.forEach(all::add);
        System.out.println(all.summary(secondsSince(startedAt)));
        if (failed.get() != null) {
            System.out.println(describe(failed.get()));
            System.exit(1);
        }
    }

    /** An error of the simulation itself. */
    private static void broken(Thread thread, Throwable error) {
        error.printStackTrace();
        System.exit(2);
    }

    static double secondsSince(long startedAt) {
        return (System.nanoTime() - startedAt) / 1e9;
    }

    /** A failure as it was drawn, and as small as it gets. */
    static String describe(Failure failure) {
        Failure small = Shrinker.shrink(failure);
        return "FAILED " + failure.plan() + "\n" + failure.what() + "\nthe smallest that still fails: " + small.plan()
                + "\n" + small.what();
    }
}
