package io.tally.testkit;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Supplier;

/** Waits for conditions. */
public final class Await {

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);
    /** A pause takes so many times as long as the look before it: what is awaited needs the processor more. */
    private static final int REST = 3;

    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private Await() {}

    /**
     * Waits until the condition holds; fails with what was awaited when the time is over, or at once with an error of the
     * condition's.
     */
    public static void until(String what, Duration limit, Callable<Boolean> condition) {
        until(() -> what, limit, condition);
    }

    /**
     * The same with a description that is made when the time is over, so that it can say how things stand. A condition
     * that throws does not hold yet; its last exception is shown as the cause.
     */
    public static void until(Supplier<String> what, Duration limit, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        Exception last = null;
        while (System.nanoTime() < deadline) {
            long looked = System.nanoTime();
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            pause(REST * (System.nanoTime() - looked));
        }
        throw new AssertionError("not within " + limit.toSeconds() + " s: " + what.get(), last);
    }

    private static void pause(long nanos) {
        try {
            Thread.sleep(Duration.ofNanos(Math.clamp(nanos, SHORTEST_PAUSE.toNanos(), LONGEST_PAUSE.toNanos())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }
}
