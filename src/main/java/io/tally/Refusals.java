package io.tally;

import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.Quarkus;
import io.tally.ingest.Refusal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import org.jboss.logging.Logger;

/** Ends a process that must not run as it is set up. In dev mode it stays, so that the settings can be mended live. */
@ApplicationScoped
class Refusals {

    private static final Logger LOG = Logger.getLogger(Refusals.class);

    private static final int EXIT_CODE = 1;

    private String last;

    /** Every consumer meets the same refusal; one of them is enough to say so. */
    synchronized void on(@Observes Refusal refusal) {
        if (refusal.message().equals(last)) {
            return;
        }
        last = refusal.message();
        LOG.errorf("Tally cannot run: %s", refusal.message());
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            Quarkus.asyncExit(EXIT_CODE);
        }
    }
}
