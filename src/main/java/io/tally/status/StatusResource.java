package io.tally.status;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** {@code GET /api/status}: the whole state of this engine, made to be read by people and programs. */
@Path("/api/status")
class StatusResource {

    private final Engine engine;

    StatusResource(Engine engine) {
        this.engine = engine;
    }

    @GET
    @Operation(summary = "The whole state of this engine")
    public EngineStatus status() {
        return engine.status();
    }
}
