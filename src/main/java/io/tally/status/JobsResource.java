package io.tally.status;

import io.tally.ingest.IngestSettings;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;

/** {@code GET /jobs}: the one job of this engine, in the shape of Flink's REST API, for scripts that ask there. */
@Path("/jobs")
class JobsResource {

    /** Flink's answer: {@code {"jobs":[{"id":"…","status":"RUNNING"}]}}. */
    public record Jobs(List<Job> jobs) {}

    /**
     * One job.
     *
     * @param id 32 hex digits, the same for the same topic
     * @param status one of Flink's job states
     */
    public record Job(String id, String status) {}

    private final Engine engine;
    private final String id;

    JobsResource(Engine engine, IngestSettings ingest) {
        this.engine = engine;
        byte[] name = ("tally " + ingest.topic()).getBytes(StandardCharsets.UTF_8);
        this.id = UUID.nameUUIDFromBytes(name).toString().replace("-", "");
    }

    @GET
    public Jobs jobs() {
        return new Jobs(List.of(new Job(id, engine.judge().state().flinkStatus())));
    }
}
