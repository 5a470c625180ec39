package io.tally.status;

import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;

/** Up when this engine keeps its partitions' results up to date. Whether the database answers is another check. */
@Readiness
@ApplicationScoped
class EngineReadiness implements HealthCheck {

    private final Engine engine;

    EngineReadiness(Engine engine) {
        this.engine = engine;
    }

    @Override
    public HealthCheckResponse call() {
        Engine.Verdict verdict = engine.judge();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("engine")
                .withData("state", verdict.state().name());
        if (verdict.reason() != null) {
            response.withData("reason", verdict.reason());
        }
        return response.status(verdict.state().isReady()).build();
    }
}
