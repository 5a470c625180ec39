package io.tally.publish;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/** Looks at the source every few seconds. */
@ApplicationScoped
class SourceWatcher {

    private static final Logger LOG = Logger.getLogger(SourceWatcher.class);

    private final SourceWatch watch;

    SourceWatcher(SourceWatch watch) {
        this.watch = watch;
    }

    /** Between a restore and its notice the log must not pass the lost end, so it is not a matter of minutes. */
    @Scheduled(every = "5s", identity = "source-watch", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return Uni.createFrom()
                .completionStage(watch::step)
                .onFailure()
                // The publisher says so when the database is away.
                .invoke(failure -> LOG.debugf("the source does not answer: %s", failure))
                .onFailure()
                .recoverWithNull();
    }
}
