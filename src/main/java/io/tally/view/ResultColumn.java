package io.tally.view;

import java.util.Optional;

/**
 * A column of the result.
 *
 * @param type as PostgreSQL names it; an enum is its label, a text
 * @param key its place in {@link View#keys}, if it is a key
 * @param measure what it is made of, if it is a measure
 */
public record ResultColumn(String name, String type, Role role, int key, Optional<Measure> measure) {

    /** Role of a column of the result. */
    public enum Role {
        WINDOW_START,
        WINDOW_END,
        KEY,
        MEASURE
    }
}
