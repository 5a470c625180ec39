package io.tally.status;

import io.tally.ingest.ReaderState;
import io.tally.ingest.Readers;
import io.tally.publish.ViewEngines;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** Up once the poll loops run, or the views are not known that they read for. From then on, liveness and readiness say more. */
@Startup
@ApplicationScoped
class EngineStartup implements HealthCheck {

    private final Readers readers;
    private final ViewEngines views;

    EngineStartup(Readers readers, ViewEngines views) {
        this.readers = readers;
        this.views = views;
    }

    @Override
    public HealthCheckResponse call() {
        boolean started = views.waiting() != null
                || !readers.states().isEmpty() && readers.states().stream().allMatch(ReaderState::alive);
        return HealthCheckResponse.named("poll loops started").status(started).build();
    }
}
