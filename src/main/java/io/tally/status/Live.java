package io.tally.status;

import io.tally.ingest.DeadLetterLog;
import io.tally.publish.ViewEngine;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Puts together what the page shows. Used by one thread at a time. */
@ApplicationScoped
class Live {

    private static final int DEAD_LETTERS = 8;

    private final Engine engine;
    private final History history;
    private final DeadLetterLog deadLetters;
    private final InstantSource clock;
    /** By the names of views. */
    private final Map<String, ViewLive> views = new HashMap<>();

    Live(Engine engine, History history, DeadLetterLog deadLetters, InstantSource clock) {
        this.engine = engine;
        this.history = history;
        this.deadLetters = deadLetters;
        this.clock = clock;
    }

    /**
     * The state now.
     *
     * @param view the one that is looked at; empty as long as none is known
     */
    LiveView view(Optional<ViewEngine> view) {
        return new LiveView(
                engine.status(),
                view.map(each -> history.newest(each.name())).orElse(null),
                view.map(each -> views.computeIfAbsent(each.name(), name -> new ViewLive(each, clock))
                                .look())
                        .orElse(null),
                DeadLettersResource.view(deadLetters, DEAD_LETTERS));
    }
}
