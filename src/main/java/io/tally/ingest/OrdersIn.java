package io.tally.ingest;

import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.List;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Where polls of the orders topic come in: decode, dead letters first, apply. */
@ApplicationScoped
class OrdersIn {

    private final DeadLetters deadLetters;
    private final InstantSource clock;

    OrdersIn(DeadLetters deadLetters, InstantSource clock) {
        this.deadLetters = deadLetters;
        this.clock = clock;
    }

    /** Runs on the poll loop's thread, and ends there too unless it has to wait for dead letters. */
    @Incoming("orders")
    Uni<Void> read(Polled polled) {
        List<DeadLetter> unreadable = polled.decode();
        if (unreadable.isEmpty()) {
            polled.apply(clock.millis());
            return Uni.createFrom().voidItem();
        }
        return deadLetters.send(unreadable).invoke(() -> polled.apply(clock.millis()));
    }
}
