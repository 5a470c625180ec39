package io.tally.ingest;

import io.tally.window.Waiting;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.OptionalLong;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * One assignment of one partition: what the consumer does with it, and what each view has of it. The first shard that is
 * there decides where reading begins; of those that come together it is the foremost, or one that is only a little behind it.
 * From then on the consumer goes forward only: a shard that is behind catches up elsewhere.
 */
final class AssignedPartition {

    /** How long shards that are there wait for those that are about to come, so that all of them read together. */
    private static final long LONGEST_GATHERING_MS = 1_000;

    private final Reading reading;
    private final PartitionReader reader;
    private final CatchUp catchUp;
    private final List<ViewPartition> views;
    /** Where the partition ends, as the consumer or the last look at the topic has it, or -1. */
    private long end = -1;

    private long endAtLook = -1;
    private long committedOffset = -1;

    AssignedPartition(
            Consumer<ByteBuffer, ByteBuffer> consumer,
            Reading reading,
            CatchUp catchUp,
            TopicPartition partition,
            List<ViewInput> inputs) {
        this.reading = reading;
        this.catchUp = catchUp;
        this.reader = new PartitionReader(consumer, reading, partition);
        this.views = inputs.stream()
                .filter(input -> input.topic().equals(partition.topic()))
                .map(input -> new ViewPartition(input, partition))
                .toList();
        // Positions come from checkpoints, never from the group: until one is there, nothing is fetched.
        reader.goTo(0);
    }

    TopicPartition partition() {
        return reader.partition();
    }

    List<ViewPartition> views() {
        return views;
    }

    /** The shards that the consumer feeds. */
    List<Feed> feeds() {
        return reader.feeds();
    }

    // ---- before a poll ---------------------------------------------------------------------------------------------

    /** Lets go of shards that have ended, to read on from their checkpoints. */
    void noticeEnded(long nowMs) {
        for (ViewPartition one : views) {
            if (one.hasEnded()) {
                leave(one);
                one.reload(nowMs);
            }
        }
    }

    private void leave(ViewPartition one) {
        reader.leave(one.feed());
    }

    /** Lets shards read that nobody feeds: from here on, or by catching up first. */
    void place(long nowMs) {
        List<ViewPartition> ready =
                views.stream().filter(ViewPartition::isReady).toList();
        if (ready.isEmpty() || reader.isEmpty() && mayGather(ready, nowMs)) {
            return;
        }
        if (reader.isEmpty()) {
            reader.goTo(beginning(ready));
        }
        OptionalLong position = reader.position();
        if (position.isPresent()) {
            ready.forEach(one -> place(one.feed(), position.getAsLong()));
        }
    }

    /** A view that is far behind would keep the others from reading what is new, so it catches up. */
    private long beginning(List<ViewPartition> ready) {
        long foremost =
                ready.stream().mapToLong(one -> one.feed().position()).max().getAsLong();
        return ready.stream()
                .mapToLong(one -> one.feed().position())
                .filter(position -> foremost - position <= catchUp.nearRecords())
                .min()
                .getAsLong();
    }

    private void place(Feed feed, long position) {
        if (feed.position() >= position) {
            feed.takenBy(reading);
            reader.join(feed, position);
        } else {
            feed.meetAt(position);
            catchUp.add(feed);
        }
    }

    private boolean mayGather(List<ViewPartition> ready, long nowMs) {
        long sinceMs =
                ready.stream().mapToLong(ViewPartition::readySinceMs).min().getAsLong();
        return views.stream().anyMatch(ViewPartition::isLoading)
                && Waiting.lasts(nowMs, sinceMs + LONGEST_GATHERING_MS, LONGEST_GATHERING_MS);
    }

    /** Pauses or resumes fetching. Waits for a shard that is about to meet the reader: who reads on would not be met. */
    void setPaused(boolean pollIsOut, long nowMs) {
        boolean isMet = false;
        for (ViewPartition one : views) {
            if (one.feed() != null && one.feed().isFedBy(catchUp)) {
                isMet |= one.feed().isNear(nowMs);
                sayWhereToMeet(one.feed());
            }
        }
        reader.pause(pollIsOut || isMet || !reader.mayRead(nowMs));
    }

    /** Where nobody reads, it need not go on to anywhere. */
    private void sayWhereToMeet(Feed feed) {
        if (reader.isEmpty()) {
            feed.meetAt(0);
        } else {
            reader.position().ifPresent(feed::meetAt);
        }
    }

    // ---- after a poll ----------------------------------------------------------------------------------------------

    void observe(long nowMs) {
        end = reader.observe(nowMs);
        raiseEnd();
        for (ViewPartition one : views) {
            if (one.feed() != null && !one.feed().shard().dropped()) {
                one.observe(end);
            } else {
                one.noteLag(end);
            }
        }
    }

    void observeLag() {
        raiseEnd();
        views.forEach(one -> one.noteLag(end));
    }

    private void raiseEnd() {
        if (reader.isPaused()) {
            end = Math.max(end, endAtLook);
        }
    }

    /** @param offset where the partition ended as the topic was looked at last, or -1 */
    void noteEnd(long offset) {
        endAtLook = offset;
    }

    /** Offset to commit for monitoring tools, the lowest that one of the views needs; null if it has not moved. */
    OffsetAndMetadata movedOffset() {
        OptionalLong lowest = views.stream()
                .filter(one -> one.feed() != null)
                .mapToLong(one -> one.feed().shard().publishedResumeOffset())
                .min();
        if (lowest.isEmpty() || lowest.getAsLong() == committedOffset) {
            return null;
        }
        return new OffsetAndMetadata(lowest.getAsLong());
    }

    /** Takes note that the group has it. */
    void committed(OffsetAndMetadata offset) {
        committedOffset = offset.offset();
    }

    // ---- the end ---------------------------------------------------------------------------------------------------

    void drop() {
        views.forEach(ViewPartition::drop);
    }

    /** Reads everything again from the checkpoints, catching up or not. */
    void reloadAll(long nowMs) {
        for (ViewPartition one : views) {
            if (one.feed() != null) {
                leave(one);
                one.reloadSlowly(nowMs);
            }
        }
    }

    /** The same, for the shards that the consumer feeds. */
    void reloadFed(long nowMs) {
        for (ViewPartition one : views) {
            if (one.feed() != null && one.feed().isFedBy(reading)) {
                leave(one);
                one.reload(nowMs);
            }
        }
    }
}
