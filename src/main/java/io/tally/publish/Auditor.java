package io.tally.publish;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jboss.logging.Logger;

/** Drives the audit of a view on, if there is one. */
public final class Auditor {

    private static final Logger LOG = Logger.getLogger(Auditor.class);

    /** Null if there is none. */
    private final Audit audit;

    private final String offBecause;
    private final Executor executor;

    private volatile String problem;

    Auditor(Audit audit, Executor executor) {
        this(audit, null, executor);
    }

    private Auditor(Audit audit, String offBecause, Executor executor) {
        this.audit = audit;
        this.offBecause = offBecause;
        this.executor = executor;
    }

    /** Of a view that is not compared. */
    static Auditor off(String because) {
        return new Auditor(null, because, null);
    }

    /** Findings so far; safe to read from any thread. */
    public AuditState state() {
        if (offBecause != null) {
            return AuditState.off(offBecause);
        }
        String trouble = problem;
        return trouble == null ? audit.state() : audit.state().waiting(trouble);
    }

    /** Does what is due. The stage never fails: what failed is noted, and tried again by the next step. */
    CompletionStage<Void> step() {
        if (offBecause != null) {
            return CompletableFuture.completedStage(null);
        }
        return CompletableFuture.completedFuture(null)
                .thenComposeAsync(now -> audit.step(), executor)
                .handle((done, failure) -> {
                    if (failure == null) {
                        problem = null;
                    } else if (!(Failures.cause(failure) instanceof RejectedExecutionException)) {
                        // A thread that takes no more work belongs to an engine that ends.
                        note("the comparison of results with their table failed: " + Failures.describe(failure));
                    }
                    return null;
                });
    }

    /** Logs a problem once, not at every step. */
    private void note(String trouble) {
        if (!trouble.equals(problem)) {
            LOG.warn(trouble);
            problem = trouble;
        }
    }
}
