package io.tally.publish;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduler;
import io.smallrye.common.annotation.NonBlocking;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
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

    private static final int FIRST = 1;

    private final ViewEngines views;
    /** Steps that have not ended. */
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    private volatile boolean stopped;

    Ticker(ViewEngines views) {
        this.views = views;
    }

    /**
     * Of the view whose last round is the longest ago: when that ended, or, if one is under way, by when the database has to
     * have answered it; epoch ms. Now, if there is no view yet.
     */
    public long lastRoundMs() {
        return views.all().stream()
                .mapToLong(view ->
                        Math.max(view.rounds().lastEndedMs(), view.publisher().answerDueMs()))
                .min()
                .orElseGet(views::nowMs);
    }

    @NonBlocking
    @Scheduled(every = "1s", identity = "publish")
    void publish() {
        forEach("publishing", view -> view.rounds().next());
    }

    /** Mostly finds that nothing is due; what waits for the connector should not wait for the next step as well. */
    @NonBlocking
    @Scheduled(every = "1s", identity = "audit")
    void audit() {
        forEach("the comparison", view -> view.auditor().step());
    }

    @NonBlocking
    @Scheduled(every = "2s", identity = "owed-fill")
    void fillWhatIsOwed() {
        forEach(
                "not known whether results have to be filled again",
                view -> view.owedFill().step());
    }

    /** Between a restore and its notice the log must not pass the lost end, so it is not a matter of minutes. */
    @NonBlocking
    @Scheduled(every = "5s", identity = "source-watch")
    void lookAtSource() {
        forEach("the source does not answer", view -> view.sourceWatch().step());
    }

    /**
     * The scheduler goes on for a moment when the publishing thread has gone, and so does what it has begun. Before anything
     * else ends, nothing begins any more, here or elsewhere: it would end with a stack trace, because its container goes.
     */
    void stop(@Observes @Priority(FIRST) ShutdownEvent event, Scheduler scheduler) {
        if (scheduler.isStarted()) {
            scheduler.pause();
        }
        stopped = true;
        views.all().forEach(view -> view.rounds().stop());
    }

    /**
     * Does something for every view, unless that is still being done: a view that has to wait, for a lock or a slow table, keeps
     * no other from going on.
     *
     * @param failing what it means if that fails; the publisher says so by itself when the database is away
     */
    private void forEach(String failing, Function<ViewEngine, CompletionStage<Void>> step) {
        if (stopped) {
            return;
        }
        for (ViewEngine view : views.all()) {
            String doing = failing + ", view=" + view.name();
            if (busy.add(doing)) {
                CompletableFuture.completedStage(view).thenCompose(step).whenComplete((done, failure) -> {
                    busy.remove(doing);
                    if (failure != null) {
                        LOG.debugf("%s: %s", doing, Failures.describe(failure));
                    }
                });
            }
        }
    }
}
