package io.tally.publish;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Moves every view on: a round of publishing every second, beside those that a window asks for that closes, and every few
 * seconds a look whether results have to be filled again, at the source, and for rows that differ. The scheduler is the
 * heartbeat, not the latency.
 */
@ApplicationScoped
public class Ticker {

    private static final Logger LOG = Logger.getLogger(Ticker.class);

    /** Longer than any round takes whose database answers or times out. */
    private static final Duration ROUND_TIMEOUT = Duration.ofSeconds(120);

    private final ViewEngines views;

    private volatile boolean stopped;

    Ticker(ViewEngines views) {
        this.views = views;
    }

    /** When the view whose last round is the longest ago ended it, epoch ms; now, if there is no view yet. */
    public long lastRoundMs() {
        return views.all().stream()
                .mapToLong(view -> view.rounds().lastEndedMs())
                .min()
                .orElseGet(views::nowMs);
    }

    @Scheduled(every = "1s", identity = "publish", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> publish() {
        return forEach(view -> view.rounds().next())
                .ifNoItem()
                .after(ROUND_TIMEOUT)
                .recoverWithUni(() -> {
                    LOG.errorf("a publishing round has not ended after %s", ROUND_TIMEOUT);
                    return Uni.createFrom().voidItem();
                });
    }

    /** Mostly finds that nothing is due; what waits for the connector should not wait for the next step as well. */
    @Scheduled(every = "1s", identity = "audit", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> audit() {
        return forEach(view -> view.auditor().step());
    }

    @Scheduled(every = "2s", identity = "owed-fill", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> fillWhatIsOwed() {
        return forEach(view -> quietly(view.owedFill().step(), "not known whether results have to be filled again"));
    }

    /** Between a restore and its notice the log must not pass the lost end, so it is not a matter of minutes. */
    @Scheduled(every = "5s", identity = "source-watch", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> lookAtSource() {
        return forEach(view -> quietly(view.sourceWatch().step(), "the source does not answer"));
    }

    /** The scheduler goes on for a moment when the publishing thread has gone. */
    void stop(@Observes ShutdownEvent event) {
        stopped = true;
        views.all().forEach(view -> view.rounds().stop());
    }

    /** Does something for all views at the same time. */
    private Uni<Void> forEach(Function<ViewEngine, CompletionStage<Void>> step) {
        if (stopped) {
            return Uni.createFrom().voidItem();
        }
        return Uni.createFrom()
                .completionStage(() -> CompletableFuture.allOf(views.all().stream()
                        .map(step)
                        .map(CompletionStage::toCompletableFuture)
                        .toArray(CompletableFuture[]::new)));
    }

    /** The publisher says so when the database is away. */
    private static CompletionStage<Void> quietly(CompletionStage<Void> step, String what) {
        return step.exceptionally(failure -> {
            LOG.debugf("%s: %s", what, failure);
            return null;
        });
    }
}
