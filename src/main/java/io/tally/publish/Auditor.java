package io.tally.publish;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.tally.window.Topic;
import io.tally.window.WindowStore;
import jakarta.enterprise.context.ApplicationScoped;
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
                new PgAuditBooks(database, settings),
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

    @Scheduled(every = "5s", identity = "audit", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> step() {
        if (offBecause != null) {
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

    /** Logs a problem once, not at every step. */
    private void note(String trouble) {
        if (!trouble.equals(problem)) {
            LOG.warn(trouble);
            problem = trouble;
        }
    }
}
