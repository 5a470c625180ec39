package io.tally.window;

import java.util.concurrent.CompletionStage;

/** The orders topic, as the broker knows it. */
@FunctionalInterface
public interface Topic {

    /** What the broker says about it now; fails if the broker does not answer or the topic is not there. */
    CompletionStage<TopicFacts> facts();
}
