package io.tally.window;

import java.util.concurrent.CompletionStage;

/** A topic with the changes of a source, as the broker knows it. */
@FunctionalInterface
public interface Topic {

    /** The broker's answer about it; fails if the broker does not answer or the topic is not there. */
    CompletionStage<TopicFacts> facts();
}
