package io.tally.publish;

import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Views that are known, and that nobody keeps. */
public final class TestViewEngines {

    private TestViewEngines() {}

    /** One view. */
    public static ViewEngines of(WindowSettings view) {
        ViewEngines engines = new ViewEngines(InstantSource.system());
        engines.are(
                List.of(new ViewEngine(
                        view, "orders", new WindowStore(view), null, null, null, null, null, null, null)),
                Map.of("refused", "view refused: it is wrong"));
        return engines;
    }
}
