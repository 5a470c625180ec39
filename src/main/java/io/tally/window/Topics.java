package io.tally.window;

/** The topics that views are continued from. */
public interface Topics {

    /** One of them, whether it is there or not. */
    Topic topic(String name);
}
