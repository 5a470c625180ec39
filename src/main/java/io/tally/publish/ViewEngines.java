package io.tally.publish;

import java.time.InstantSource;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The views that this engine keeps: none until PostgreSQL has read them, which it can only do when it answers. Safe for use by
 * many threads.
 */
public final class ViewEngines {

    private final InstantSource clock;
    private volatile List<ViewEngine> all = List.of();
    private volatile Map<String, String> refused = Map.of();
    private volatile String waiting = "PostgreSQL is asked what the views are";

    ViewEngines(InstantSource clock) {
        this.clock = clock;
    }

    /** All of them, in the order of the file that they are written in. */
    public List<ViewEngine> all() {
        return all;
    }

    /** The view of a name, if there is one. */
    public Optional<ViewEngine> named(String name) {
        return all.stream().filter(view -> view.name().equals(name)).findFirst();
    }

    /** Why there are none yet, in words; null when they are known. */
    public String waiting() {
        return waiting;
    }

    /** Why some of the file are not kept, one text for each name. */
    public Map<String, String> refused() {
        return refused;
    }

    /** Says why there are none yet. */
    public void waitFor(String why) {
        waiting = why;
    }

    /**
     * Takes the views, once.
     *
     * @param refusals why others of the file are not kept, by their names
     */
    public void are(List<ViewEngine> views, Map<String, String> refusals) {
        all = List.copyOf(views);
        refused = Collections.unmodifiableMap(new LinkedHashMap<>(refusals));
        waiting = null;
    }

    /** Our clock, epoch ms. */
    long nowMs() {
        return clock.millis();
    }
}
