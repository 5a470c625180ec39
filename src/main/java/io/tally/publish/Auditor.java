package io.tally.publish;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.tally.window.Topic;
import io.tally.window.WindowStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.jboss.logging.Logger;

/** Drives the audit on, if there is one. */
@ApplicationScoped
public class Auditor {

    private static final Logger LOG = Logger.getLogger(Auditor.class);

    private final Audit audit;
    private final String offBecause;
    private final ExecutorService executor;

    private volatile String problem;
    private volatile boolean stopped;

    Auditor(
            Database database,
            SourceWatch watch,
            Topic topic,
            WindowStore store,
            PublishSettings settings,
            @PublishThread ExecutorService executor,
            InstantSource clock) {
        this.offBecause = settings.audit().offBecause().orElse(null);
        this.audit = new Audit(
                new PgAuditBooks(database, new ResultTable(settings.view()), settings),
                watch,
                topic,
                store,
                settings.audit().every(),
                !settings.stopOnLostGround(),
                clock,
                executor);
        this.executor = executor;
    }

    /** What has been found so far; safe to read from any thread. */
    public AuditState state() {
        if (offBecause != null) {
            return AuditState.off(offBecause);
        }
        String trouble = problem;
        return trouble == null ? audit.state() : audit.state().waiting(trouble);
    }

    /** Mostly finds that nothing is due; what waits for the connector should not wait for the next step as well. */
    @Scheduled(every = "1s", identity = "audit", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> step() {
        if (offBecause != null || stopped) {
            return Uni.createFrom().voidItem();
        }
        return Uni.createFrom()
                .completionStage(
                        () -> CompletableFuture.completedFuture(null).thenComposeAsync(now -> audit.step(), executor))
                .invoke(done -> problem = null)
                .onFailure()
                .recoverWithItem(failure -> {
                    note("the comparison of order_agg with orders failed: " + Failures.describe(failure));
                    return null;
                })
                .replaceWithVoid();
    }

    /** The scheduler goes on for a moment when the publishing thread has gone. */
    void stop(@Observes ShutdownEvent event) {
        stopped = true;
    }

    /** Logs a problem once, not at every step. */
    private void note(String trouble) {
        if (!trouble.equals(problem)) {
            LOG.warn(trouble);
            problem = trouble;
        }
    }
}
