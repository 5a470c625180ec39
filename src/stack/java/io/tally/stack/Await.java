package io.tally.stack;

import java.time.Duration;

/** A bounded wait for a condition that cannot be waited for otherwise: it is asked again every few milliseconds. */
final class Await {

    /** Short against the seconds a start takes, long against the microseconds a question takes. */
    private static final long PAUSE_MS = 25;

    private Await() {}

    /** A question to the outside; an exception means "not yet", {@link StackException} means "never". */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Waits until the condition holds.
     *
     * @param state the awaited state, for the message
     * @throws StackException if time runs out first
     */
    static void until(String state, Duration limit, Condition condition) throws StackException {
        long deadlineNanos = System.nanoTime() + limit.toNanos();
        while (true) {
            Exception reason = null;
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (StackException hopeless) {
                throw hopeless;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new StackException("interrupted before: " + state, interrupted);
            } catch (Exception notYet) {
                reason = notYet;
            }
            if (System.nanoTime() > deadlineNanos) {
                throw new StackException(
                        "not %s after %d s%s".formatted(state, limit.toSeconds(), reason == null ? "" : ": " + reason),
                        reason);
            }
            pause();
        }
    }

    /**
     * Waits until the condition holds, or the process that is to bring it about has ended.
     *
     * @throws StackException if the process ends or time runs out first
     */
    static void until(String state, Duration limit, Child child, Condition condition) throws StackException {
        until(state, limit, () -> {
            if (!child.isAlive()) {
                throw new StackException("ended with code %d before it was %s".formatted(child.exitCode(), state));
            }
            return condition.holds();
        });
    }

    private static void pause() throws StackException {
        try {
            Thread.sleep(PAUSE_MS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted", interrupted);
        }
    }
}
