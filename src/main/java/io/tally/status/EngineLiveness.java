package io.tally.status;

import io.tally.ingest.ReaderState;
import io.tally.ingest.Readers;
import io.tally.publish.Ticker;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.time.InstantSource;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/**
 * Down when a restart would help: a poll loop or the publisher no longer goes round. A database or broker that is away is
 * not such a case, because both go round without them.
 */
@Liveness
@ApplicationScoped
class EngineLiveness implements HealthCheck {

    private static final Duration LONGEST_LOOP = Duration.ofSeconds(60);
    /** The questions that a round asks the database beside its transaction end by timeouts, which add up to less. */
    private static final Duration LONGEST_ROUND = Duration.ofMinutes(5);

    private final Readers readers;
    private final Ticker ticker;
    private final InstantSource clock;

    EngineLiveness(Readers readers, Ticker ticker, InstantSource clock) {
        this.readers = readers;
        this.ticker = ticker;
        this.clock = clock;
    }

    @Override
    public HealthCheckResponse call() {
        long nowMs = clock.millis();
        HealthCheckResponseBuilder response = HealthCheckResponse.named("engine goes round");
        boolean up = true;
        for (ReaderState reader : readers.threads()) {
            long quietMs = nowMs - reader.lastLoopMs();
            boolean goes = reader.alive() && quietMs < LONGEST_LOOP.toMillis();
            response.withData(reader.thread(), goes ? "ok" : reader.alive() ? "stuck for " + quietMs + " ms" : "dead");
            up &= goes;
        }
        long sinceRoundMs = nowMs - ticker.lastRoundMs();
        boolean publishes = sinceRoundMs < LONGEST_ROUND.toMillis();
        response.withData("tally-publish", publishes ? "ok" : "stuck for " + sinceRoundMs + " ms");
        return response.status(up && publishes).build();
    }
}
