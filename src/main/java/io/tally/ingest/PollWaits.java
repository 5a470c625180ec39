package io.tally.ingest;

import io.smallrye.mutiny.Uni;
import io.tally.registry.SchemaRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Polls that wait for others, for those who look on: until they go on, nothing is read of the partitions of their loops. */
@ApplicationScoped
public class PollWaits {

    /** Something that a poll waits for. */
    public enum Cause {
        /** That the broker takes its dead letters. */
        DEAD_LETTERS("dead-letters", "records wait until the broker has taken dead letters"),
        /** That the registry answers for a schema of its records. */
        SCHEMA_REGISTRY("schema-registry", "records wait for the schema registry");

        private final String code;
        private final String explanation;

        Cause(String code, String explanation) {
            this.code = code;
            this.explanation = explanation;
        }

        /** Its name in metrics. */
        public String code() {
            return code;
        }
    }

    /** One poll's; equal to itself only. */
    private static final class Wait {
        final Cause cause;
        final long sinceMs;

        Wait(Cause cause, long sinceMs) {
            this.cause = cause;
            this.sinceMs = sinceMs;
        }
    }

    /** Much longer than a broker or a registry takes that answers. */
    private static final Duration MOMENT = Duration.ofSeconds(2);

    private final DeadLetters deadLetters;
    private final SchemaRegistry registry;
    private final InstantSource clock;
    private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

    PollWaits(DeadLetters deadLetters, SchemaRegistry registry, InstantSource clock) {
        this.deadLetters = deadLetters;
        this.registry = registry;
        this.clock = clock;
    }

    /** Counts a poll as waiting until the answer is there. */
    <T> Uni<T> during(Cause cause, Uni<T> answer) {
        return Uni.createFrom().deferred(() -> {
            Wait wait = new Wait(cause, clock.millis());
            waits.add(wait);
            return answer.onTermination().invoke(() -> waits.remove(wait));
        });
    }

    /** How long the poll has waited that has waited longest, or 0 if none waits. */
    public long longestMs(Cause cause) {
        long nowMs = clock.millis();
        return waits.stream()
                .filter(wait -> wait.cause == cause)
                .mapToLong(wait -> nowMs - wait.sinceMs)
                .filter(ms -> ms > 0)
                .max()
                .orElse(0);
    }

    /** Why polls wait: at once where somebody refuses, after a moment where nobody answers; null if none does. */
    public String reason() {
        for (Cause cause : Cause.values()) {
            long ms = longestMs(cause);
            if (ms == 0) {
                continue;
            }
            String failure = cause == Cause.DEAD_LETTERS ? deadLetters.failure() : registry.failure();
            if (failure != null || ms > MOMENT.toMillis()) {
                return failure == null ? cause.explanation : failure;
            }
        }
        return null;
    }
}
