package io.tally.publish;

import io.tally.window.WindowStore;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jboss.logging.Logger;

/**
 * The rounds of one view's publisher: one after another, never two at a time. A wish for another one while one is under way
 * is kept.
 */
public final class Rounds {

    private static final Logger LOG = Logger.getLogger(Rounds.class);

    private final Publisher publisher;
    private final Executor executor;
    private final InstantSource clock;

    private CompletableFuture<Void> running;
    private boolean wanted;
    private boolean stopped;
    private volatile long lastEndedMs;

    /** @param store asks for a round when a window closes */
    Rounds(Publisher publisher, WindowStore store, Executor executor, InstantSource clock) {
        this.publisher = publisher;
        this.executor = executor;
        this.clock = clock;
        this.lastEndedMs = clock.millis();
        store.onDue(this::next);
    }

    /** When the last one ended, epoch ms. A running engine ends one every second or two, also without a database. */
    long lastEndedMs() {
        return lastEndedMs;
    }

    /** Asks for a round; the stage completes when one has ended, or at once if there are to be no more. */
    synchronized CompletableFuture<Void> next() {
        if (stopped) {
            return CompletableFuture.completedFuture(null);
        }
        if (running != null) {
            wanted = true;
            return running;
        }
        CompletableFuture<Void> round = new CompletableFuture<>();
        running = round;
        executor.execute(() -> round().whenComplete((done, failure) -> ended(round, failure)));
        return round;
    }

    /** Poll loops and scheduler go on for a moment when the publishing thread has gone. */
    synchronized void stop() {
        stopped = true;
    }

    private CompletionStage<Void> round() {
        try {
            return publisher.round();
        } catch (Throwable e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private void ended(CompletableFuture<Void> round, Throwable failure) {
        if (failure != null) {
            LOG.error("a publishing round failed", failure);
        }
        boolean again;
        synchronized (this) {
            running = null;
            again = wanted;
            wanted = false;
        }
        lastEndedMs = clock.millis();
        round.complete(null);
        if (again) {
            next();
        }
    }
}
