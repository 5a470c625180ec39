package io.tally.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tally.ingest.DeadLetterLog;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.QueryParam;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.eclipse.microprofile.openapi.annotations.Operation;

/** {@code GET /api/dead-letters}: what this engine could not count since its start. The dead-letter topic has all. */
@Path("/api/dead-letters")
class DeadLettersResource {

    /** How many there are, by reason, and the latest, newest first. */
    public record DeadLetters(long total, Map<String, Long> byReason, List<Letter> latest) {}

    /**
     * A dead letter.
     *
     * @param field path of the field at fault; missing if it is the record as a whole
     * @param cause names value and remedy
     * @param views names of those that lack it; it may count for others
     * @param offset in its partition of the topic
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Letter(
            Instant at,
            String reason,
            String field,
            String cause,
            List<String> views,
            String topic,
            int partition,
            long offset) {}

    private final DeadLetterLog log;

    DeadLettersResource(DeadLetterLog log) {
        this.log = log;
    }

    @GET
    @Operation(summary = "Records that this engine could not count, by reason, with the latest")
    public DeadLetters deadLetters(@QueryParam("limit") String limit) {
        return view(log, Parameters.limit("limit", limit, 20, DeadLetterLog.MOST_KEPT));
    }

    static DeadLetters view(DeadLetterLog log, int limit) {
        Map<String, Long> byReason = new TreeMap<>();
        log.totals().forEach((reason, total) -> byReason.put(reason.code(), total));
        return new DeadLetters(
                byReason.values().stream().mapToLong(Long::longValue).sum(),
                byReason,
                log.latest(limit).stream()
                        .map(letter -> new Letter(
                                Instant.ofEpochMilli(letter.atMs()),
                                letter.reason().code(),
                                letter.field(),
                                letter.cause(),
                                letter.views(),
                                letter.topic(),
                                letter.partition(),
                                letter.offset()))
                        .toList());
    }
}
