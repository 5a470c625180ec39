package io.tally.ingest;

import io.tally.window.DataLoss;
import io.tally.window.Shard;
import io.tally.window.Waiting;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.TopicPartition;

/**
 * A shard and the one that hands it records: the reader of its partition, or the one that catches up, or nobody on the way
 * from one to the other. Only who has it at the moment may use all methods; other threads only read the volatile fields.
 */
final class Feed {

    /** How long it counts as near without being found so again. */
    private static final long NEAR_MS = 1_000;

    private final ViewInput view;
    private final TopicPartition partition;
    private final Shard shard;
    private final AtomicReference<Reading> feeder = new AtomicReference<>();

    /** The position of the reader of the partition, to which it catches up. */
    private volatile long meetingPoint;

    private volatile long nearAtMs = Long.MIN_VALUE;
    private volatile Throwable failure;
    private volatile DataLoss lost;

    Feed(ViewInput view, TopicPartition partition, Shard shard) {
        this.view = view;
        this.partition = partition;
        this.shard = shard;
    }

    ViewInput view() {
        return view;
    }

    TopicPartition partition() {
        return partition;
    }

    Shard shard() {
        return shard;
    }

    /** The next offset that it needs, as of the last batch. */
    long position() {
        return shard.progress().position();
    }

    // ---- who feeds it ----------------------------------------------------------------------------------------------

    boolean isFree() {
        return feeder.get() == null;
    }

    boolean isFedBy(Reading reading) {
        return feeder.get() == reading;
    }

    /** @throws IllegalStateException if somebody else feeds it */
    void takenBy(Reading reading) {
        move(null, reading);
    }

    /** @throws IllegalStateException if it is not fed by this one */
    void leftBy(Reading reading) {
        move(reading, null);
    }

    /**
     * Checks who hands it records. To a shard that has ended anybody may: it changes nothing.
     *
     * @throws IllegalStateException if it is not fed by this one
     */
    void requireFedBy(Reading reading) {
        if (!isFedBy(reading) && !shard.dropped()) {
            throw new IllegalStateException("a shard has one feeder at a time, " + this);
        }
    }

    private void move(Reading from, Reading to) {
        if (!feeder.compareAndSet(from, to)) {
            throw new IllegalStateException("a shard has one feeder at a time, " + this);
        }
    }

    // ---- what it has come to ---------------------------------------------------------------------------------------

    /** Ends it: it could not apply a record, and half of that may have been applied, so none of it may be published. */
    void fail(Throwable cause) {
        failure = cause;
        drop();
    }

    /** Ends it, because the broker has lost records that it may have read, and may have put others in their place. */
    void loseToTruncation() {
        String what = "the broker has lost records that were read, partition=" + partition.partition();
        lost = new DataLoss(DataLoss.Reason.LOG_TRUNCATED, what, shard.fillId());
        drop();
    }

    /** Ends it: it is read again from its checkpoint. */
    void drop() {
        view.store().drop(shard);
    }

    /** Why it could not apply a record, or null. */
    Throwable failure() {
        return failure;
    }

    /** Why the results of its view are worthless, or null. */
    DataLoss lost() {
        return lost == null ? shard.progress().dataLoss() : lost;
    }

    /**
     * Whether it may be handed records now. One that replays may go beyond the memory bound, because it cannot publish before
     * it is done; but they do so one after another.
     */
    boolean mayRead(long nowMs) {
        return (view.store().hasRoom() || shard.progress().replaying())
                && view.store().mayRead(shard, nowMs);
    }

    // ---- catching up -----------------------------------------------------------------------------------------------

    /** Says where it is to be fed again by the reader of its partition. */
    void meetAt(long offset) {
        meetingPoint = offset;
    }

    long meetingPoint() {
        return meetingPoint;
    }

    /** Notes that it reads, and is about to get there. */
    void near(long nowMs) {
        nearAtMs = nowMs;
    }

    /** Whether it is worth waiting for: it was found to be near just now, by somebody who goes on. */
    boolean isNear(long nowMs) {
        long since = nearAtMs;
        return since != Long.MIN_VALUE && Waiting.lasts(nowMs, since + NEAR_MS, NEAR_MS);
    }

    @Override
    public String toString() {
        return "view=" + view.view() + " topic=" + partition.topic() + " partition=" + partition.partition();
    }
}
