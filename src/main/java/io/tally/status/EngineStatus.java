package io.tally.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.tally.ingest.ReaderState;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The whole state of this engine at one moment, as {@code /api/status} shows it. A time is missing where there is none.
 *
 * @param state in one word: its own trouble if it has some, otherwise the state of the view that is best off
 * @param reason why it is not {@code RUNNING}, in words
 * @param since when it was first seen in this state
 * @param warnings what keeps it from nothing yet, and will; and each view that is worse off than the engine
 * @param version of this engine
 * @param topic the orders topic
 * @param startedAt when the process started
 * @param partitions those this engine reads; another instance of it may read others
 * @param shapes how the records were put together, since the start
 * @param deadLettersByReason records that could not be counted, since the start
 * @param views in the order of the file that they are written in
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record EngineStatus(
        EngineState state,
        String reason,
        Instant since,
        List<String> warnings,
        String version,
        String topic,
        Instant startedAt,
        List<Partition> partitions,
        List<String> shapes,
        Map<String, Long> deadLettersByReason,
        List<ViewStatus> views) {

    /**
     * A partition that this engine reads, as it is for the view that is worst off.
     *
     * @param lag records the broker has beyond the position
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Partition(String topic, int partition, ReaderState.Phase phase, Long lag) {

        Partition worst(Partition other) {
            Long highest = lag == null ? other.lag : other.lag == null ? lag : (Long) Math.max(lag, other.lag);
            ReaderState.Phase worse =
                    BEST_FIRST.indexOf(phase) >= BEST_FIRST.indexOf(other.phase) ? phase : other.phase;
            return new Partition(topic, partition, worse, highest);
        }

        private static final List<ReaderState.Phase> BEST_FIRST =
                List.of(ReaderState.Phase.READING, ReaderState.Phase.LOADING, ReaderState.Phase.STOPPED);
    }
}
