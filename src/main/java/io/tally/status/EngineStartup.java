package io.tally.status;

import io.tally.ingest.ReaderState;
import io.tally.ingest.Readers;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Startup;

/** Up once the poll loops run. From then on, liveness and readiness say more. */
@Startup
@ApplicationScoped
class EngineStartup implements HealthCheck {

    private final Readers readers;

    EngineStartup(Readers readers) {
        this.readers = readers;
    }

    @Override
    public HealthCheckResponse call() {
        boolean started =
                !readers.states().isEmpty() && readers.states().stream().allMatch(ReaderState::alive);
        return HealthCheckResponse.named("poll loops started").status(started).build();
    }
}
