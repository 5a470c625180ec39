package io.tally.publish;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.tally.window.WindowStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import org.jboss.logging.Logger;

/**
 * Makes the publisher go round: every second by the scheduler, and at once when a window closes. The scheduler is the
 * heartbeat, not the latency. Rounds never overlap; a wish for another one while one is under way is kept.
 */
@ApplicationScoped
public class Ticker {

    private static final Logger LOG = Logger.getLogger(Ticker.class);

    /** Longer than any round takes whose database answers or times out. */
    private static final Duration ROUND_TIMEOUT = Duration.ofSeconds(120);

    private final Publisher publisher;
    private final WindowStore store;
    private final ExecutorService executor;
    private final InstantSource clock;

    private CompletableFuture<Void> running;
    private boolean wanted;
    private boolean stopped;
    private volatile long lastRoundMs;

    Ticker(Publisher publisher, WindowStore store, @PublishThread ExecutorService executor, InstantSource clock) {
        this.publisher = publisher;
        this.store = store;
        this.executor = executor;
        this.clock = clock;
    }

    void start(@Observes StartupEvent event) {
        lastRoundMs = clock.millis();
        store.onDue(this::tick);
    }

    @Scheduled(every = "1s", identity = "publish", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> heartbeat() {
        return Uni.createFrom()
                .completionStage(this::tick)
                .ifNoItem()
                .after(ROUND_TIMEOUT)
                .recoverWithUni(() -> {
                    LOG.errorf("a publishing round has not ended after %s", ROUND_TIMEOUT);
                    return Uni.createFrom().voidItem();
                });
    }

    /** Poll loops and scheduler go on for a moment when the publishing thread has gone. */
    synchronized void stop(@Observes ShutdownEvent event) {
        stopped = true;
    }

    /** When the last round ended, epoch ms. A running engine ends one every second or two, also without a database. */
    public long lastRoundMs() {
        return lastRoundMs;
    }

    /** Asks for a round; the stage completes when one has ended, or at once if there are to be no more. */
    private synchronized CompletableFuture<Void> tick() {
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
        lastRoundMs = clock.millis();
        round.complete(null);
        if (again) {
            tick();
        }
    }
}
