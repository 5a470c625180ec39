package io.tally.publish;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import org.jboss.logging.Logger;

/** Looks every few seconds whether the results have to be filled again. */
@ApplicationScoped
class OwedFiller {

    private static final Logger LOG = Logger.getLogger(OwedFiller.class);

    private final OwedFill fill;

    OwedFiller(OwedFill fill) {
        this.fill = fill;
    }

    @Scheduled(every = "2s", identity = "owed-fill", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> step() {
        return Uni.createFrom()
                .completionStage(fill::step)
                .onFailure()
                // The publisher says so when the database is away.
                .invoke(failure -> LOG.debugf("not known whether the results have to be filled again: %s", failure))
                .onFailure()
                .recoverWithNull();
    }
}
