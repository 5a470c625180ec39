package io.tally.ingest;

import io.smallrye.mutiny.Uni;
import io.tally.registry.SchemaRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Where polls come in: schemas that are lacking, decode, dead letters first, apply. */
@ApplicationScoped
class OrdersIn {

    private final SchemaRegistry registry;
    private final DeadLetters deadLetters;
    private final PollWaits waits;
    private final IngestSettings settings;
    private final Event<Refusal> refusals;
    private final InstantSource clock;

    OrdersIn(
            SchemaRegistry registry,
            DeadLetters deadLetters,
            PollWaits waits,
            IngestSettings settings,
            Event<Refusal> refusals,
            InstantSource clock) {
        this.registry = registry;
        this.deadLetters = deadLetters;
        this.waits = waits;
        this.settings = settings;
        this.refusals = refusals;
        this.clock = clock;
    }

    /**
     * Runs on the poll loop's thread, and ends there too unless it has to wait for schemas or dead letters. The loop goes
     * on polling meanwhile, with its partitions paused.
     */
    @Incoming("orders")
    Uni<Void> read(Polled polled) {
        Set<Integer> lacking = polled.lackingSchemas();
        return lacking.isEmpty()
                ? decode(polled)
                : waits.during(PollWaits.Cause.SCHEMA_REGISTRY, registry.fetch(lacking))
                        .chain(() -> decode(polled));
    }

    private Uni<Void> decode(Polled polled) {
        List<DeadLetter> unreadable = polled.decode();
        if (unreadable.isEmpty()) {
            polled.apply(clock.millis());
            return Uni.createFrom().voidItem();
        }
        if (settings.failOnUndecodable()) {
            refusals.fire(new Refusal(explanation(unreadable.getFirst())));
            // The poll stays out for good: nothing of it is applied, and nothing is read beyond it.
            return Uni.createFrom().nothing();
        }
        return waits.during(PollWaits.Cause.DEAD_LETTERS, deadLetters.send(unreadable))
                .invoke(() -> polled.apply(clock.millis()));
    }

    private static String explanation(DeadLetter first) {
        return "a record cannot be counted, topic=" + first.record().topic() + " partition="
                + first.record().partition() + " offset=" + first.record().offset() + " reason="
                + first.fault().reason().code() + " field=" + first.fault().field()
                + ". tally.on-undecodable=dead-letter would send it to the dead-letter topic and go on";
    }
}
