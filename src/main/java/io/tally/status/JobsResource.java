package io.tally.status;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.tally.ingest.IngestSettings;
import io.tally.ingest.ReaderState;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.eclipse.microprofile.openapi.annotations.Operation;

/**
 * The one job of this engine, in the shape of Flink's REST API, for scripts that ask there. It is called after {@code
 * ORDERS_TOPIC}, whatever topics are read.
 */
@Path("/jobs")
class JobsResource {

    /** Flink's answer: {@code {"jobs":[{"id":"…","status":"RUNNING"}]}}. */
    public record Jobs(List<Job> jobs) {}

    /**
     * One job.
     *
     * @param id 32 hex digits, the same for the same {@code ORDERS_TOPIC}
     * @param status one of Flink's job states
     */
    public record Job(String id, String status) {}

    /** Flink's answer: {@code {"jobs":[{"jid":"…","name":"…","state":"RUNNING", …}]}}. */
    public record Overview(List<JobDetails> jobs) {}

    /**
     * One job.
     *
     * @param startTime when the process started, epoch ms
     * @param endTime -1 while it runs
     * @param duration since the start, ms
     * @param lastModification when its state changed last, epoch ms
     * @param tasks the partitions of all topics, each a task
     */
    public record JobDetails(
            String jid,
            String name,
            String state,
            @JsonProperty("start-time") long startTime,
            @JsonProperty("end-time") long endTime,
            long duration,
            @JsonProperty("last-modification") long lastModification,
            Tasks tasks) {}

    /** How many tasks are in each of Flink's task states. */
    public record Tasks(
            int total,
            int created,
            int scheduled,
            int deploying,
            int running,
            int finished,
            int canceling,
            int canceled,
            int failed,
            int reconciling,
            int initializing) {

        static Tasks of(List<ReaderState.Phase> phases) {
            return new Tasks(
                    phases.size(),
                    0,
                    0,
                    0,
                    Collections.frequency(phases, ReaderState.Phase.READING),
                    0,
                    0,
                    0,
                    Collections.frequency(phases, ReaderState.Phase.STOPPED),
                    0,
                    Collections.frequency(phases, ReaderState.Phase.LOADING));
        }
    }

    private final Engine engine;
    private final InstantSource clock;
    private final String id;

    JobsResource(Engine engine, IngestSettings ingest, InstantSource clock) {
        this.engine = engine;
        this.clock = clock;
        byte[] name = ("tally " + ingest.topic()).getBytes(StandardCharsets.UTF_8);
        this.id = UUID.nameUUIDFromBytes(name).toString().replace("-", "");
    }

    @GET
    @Operation(summary = "The job and its status, as Flink's GET /jobs gives it")
    public Jobs jobs() {
        return new Jobs(List.of(new Job(id, engine.judge().state().flinkStatus())));
    }

    @GET
    @Path("/overview")
    @Operation(summary = "The job with its times and tasks, as Flink's GET /jobs/overview gives it")
    public Overview overview() {
        EngineStatus status = engine.status();
        long startedAtMs = status.startedAt().toEpochMilli();
        return new Overview(List.of(new JobDetails(
                id,
                "tally " + status.topic(),
                status.state().flinkStatus(),
                startedAtMs,
                -1,
                clock.millis() - startedAtMs,
                status.since().toEpochMilli(),
                Tasks.of(status.partitions().stream()
                        .map(EngineStatus.Partition::phase)
                        .toList()))));
    }
}
