package io.tally.window;

import io.tally.view.View;
import java.util.List;

/** Groups of one key, as a store finds them. */
public final class TestKeys {

    private TestKeys() {}

    /** @param key its parts */
    public static Groups only(View view, Groups groups, List<Object> key) {
        return groups.only(new KeyImage(view, key));
    }
}
