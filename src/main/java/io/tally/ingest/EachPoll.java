package io.tally.ingest;

import io.smallrye.mutiny.Uni;
import java.util.concurrent.Flow;
import java.util.function.Function;
import org.eclipse.microprofile.reactive.messaging.Message;

/**
 * Takes every poll of a loop that no channel is connected with, as a channel would.
 *
 * @param method reads a poll
 */
record EachPoll(Function<Polled, Uni<Void>> method) implements Flow.Subscriber<Message<Polled>> {

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
        subscription.request(Long.MAX_VALUE);
    }

    @Override
    public void onNext(Message<Polled> poll) {
        Uni.createFrom()
                .deferred(() -> method.apply(poll.getPayload()))
                .subscribe()
                .with(done -> poll.ack(), poll::nack);
    }

    /** Never called: a poll loop goes on until it is stopped. */
    @Override
    public void onError(Throwable failure) {}

    /** Never called either. */
    @Override
    public void onComplete() {}
}
