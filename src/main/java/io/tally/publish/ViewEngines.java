package io.tally.publish;

import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/** The views that this engine keeps. Safe for use by many threads. */
public final class ViewEngines {

    private final InstantSource clock;
    private final List<ViewEngine> all;

    ViewEngines(InstantSource clock, List<ViewEngine> all) {
        this.clock = clock;
        this.all = List.copyOf(all);
    }

    /** All of them, in the order of the file that they are written in. */
    public List<ViewEngine> all() {
        return all;
    }

    /** The view of a name, if there is one. */
    public Optional<ViewEngine> named(String name) {
        return all.stream().filter(view -> view.name().equals(name)).findFirst();
    }

    /** Our clock, epoch ms. */
    long nowMs() {
        return clock.millis();
    }
}
