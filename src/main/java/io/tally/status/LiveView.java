package io.tally.status;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * Everything that the page shows and that changes: one event of {@code /api/stream}.
 *
 * @param status as {@code /api/status} gives it
 * @param sample the newest one of the view; missing until there is one
 * @param view what the view that is looked at holds; missing until it is known
 * @param deadLetters by reason, with the latest
 */
@RegisterForReflection
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LiveView(EngineStatus status, Sample sample, OfView view, DeadLettersResource.DeadLetters deadLetters) {

    /**
     * Content of a view.
     *
     * @param current the window that the newest rows belong to, with its highest groups; missing while there is none
     * @param closed the latest windows that every partition has published, newest first; missing until the
     *     database has answered
     * @param top the highest rows of the newest of those, or of all if there are no windows; likewise
     */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record OfView(String name, Current current, List<Closed> closed, List<Map<String, Object>> top) {}

    /**
     * The window that fills.
     *
     * @param groups how many it has; missing if there are too many to rank them every second
     * @param top the highest rows, as far as they can be told before they are published
     */
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Current(ViewAnswers.Open window, Integer groups, List<Map<String, Object>> top) {}

    /** A closed window. */
    @RegisterForReflection
    public record Closed(Instant start, ViewAnswers.Part total, long groups) {}
}
