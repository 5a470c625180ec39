package io.tally.ingest;

import io.tally.window.Topic;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;

/** The poll loops of one engine and the one that catches up, put together as {@link OrdersConnector} does it. */
public final class SteppedReaders {

    private final List<ViewInput> views;
    private final Function<String, Topic> topics;
    private final java.util.function.Consumer<String> refused;
    private final CatchUp catchUp;

    /** @param nearRecords how far behind a shard may be to be waited for */
    public SteppedReaders(
            List<ViewInput> views,
            Function<String, Topic> topics,
            java.util.function.Consumer<String> refused,
            long nearRecords) {
        this.views = views;
        this.topics = topics;
        this.refused = refused;
        this.catchUp = new CatchUp(nearRecords);
    }

    /** One that has its partitions from the group. */
    public SteppedPollLoop loop(Consumer<ByteBuffer, ByteBuffer> consumer) {
        return new SteppedPollLoop(
                new Assignments(consumer, views, topics, catchUp, refusal -> refused.accept(refusal.message())), views);
    }

    /** The one that has them from the others. */
    public SteppedPollLoop catchUp(Consumer<ByteBuffer, ByteBuffer> consumer) {
        return new SteppedPollLoop(catchUp.with(consumer), views);
    }
}
