package io.tally.ingest;

import io.tally.window.WindowStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.errors.WakeupException;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.jboss.logging.Logger;

/**
 * One consumer and its thread, as a stream of polls. Hands over one poll at a time; while it is in use all partitions are
 * paused and polling goes on, so that the consumer keeps its place in the group. A consumer that fails is replaced.
 */
final class PollLoop implements Flow.Publisher<Message<Polled>>, Flow.Subscription, Runnable {

    private static final Logger LOG = Logger.getLogger(PollLoop.class);

    private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);
    /** Short, because nothing wakes the loop when the poll that is out comes back. */
    private static final Duration POLL_TIMEOUT_WHILE_OUT = Duration.ofMillis(10);

    private static final Duration REOPEN_DELAY = Duration.ofSeconds(2);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration JOIN_TIMEOUT = Duration.ofSeconds(10);

    private final Supplier<Consumer<ByteBuffer, ByteBuffer>> consumers;
    private final Function<Consumer<ByteBuffer, ByteBuffer>, Reading> readingOf;
    private final List<WindowStore> stores;
    private final InstantSource clock;
    private final Polled polled;
    private final Thread thread;

    private Metric connections;
    /** Why the last consumer failed, until another one does better; null if it did not. */
    private String failed;

    private final AtomicLong demand = new AtomicLong();
    private Flow.Subscriber<? super Message<Polled>> subscriber;
    private volatile boolean out;
    private volatile Throwable failure;
    private volatile boolean stopped;
    private volatile Consumer<ByteBuffer, ByteBuffer> current;
    private volatile ReaderState state;

    /**
     * @param consumers makes a consumer; fails with a {@link KafkaException} if no broker can be found
     * @param readingOf makes what is read with a consumer
     * @param stores say so when something in them is due
     */
    PollLoop(
            String name,
            Supplier<Consumer<ByteBuffer, ByteBuffer>> consumers,
            Function<Consumer<ByteBuffer, ByteBuffer>, Reading> readingOf,
            List<WindowStore> stores,
            InstantSource clock,
            Polled polled) {
        this.consumers = consumers;
        this.readingOf = readingOf;
        this.stores = stores;
        this.clock = clock;
        this.polled = polled;
        this.thread = Thread.ofPlatform().name(name).unstarted(this);
        this.state = new ReaderState(name, false, false, clock.millis(), null, List.of());
    }

    @Override
    public void subscribe(Flow.Subscriber<? super Message<Polled>> newSubscriber) {
        subscriber = newSubscriber;
        newSubscriber.onSubscribe(this);
        thread.start();
    }

    @Override
    public void request(long n) {
        demand.addAndGet(n);
    }

    @Override
    public void cancel() {
        stop();
    }

    /** Leaves the group and ends the thread, soon. */
    void askToStop() {
        stopped = true;
        Consumer<ByteBuffer, ByteBuffer> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
    }

    /** Leaves the group and ends the thread. Waits for it, unless called on it. */
    void stop() {
        askToStop();
        try {
            if (Thread.currentThread() != thread && thread.isAlive() && !thread.join(JOIN_TIMEOUT)) {
                LOG.warnf("%s has not ended after %s", thread.getName(), JOIN_TIMEOUT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    ReaderState state() {
        ReaderState last = state;
        return new ReaderState(
                last.thread(),
                thread.isAlive(),
                last.connected(),
                last.lastLoopMs(),
                last.problem(),
                last.partitions());
    }

    @Override
    public void run() {
        while (!stopped) {
            try {
                readWith(consumers.get());
            } catch (WakeupException e) {
                LOG.debugf("%s woken up", thread.getName());
            } catch (KafkaException e) {
                String why = KafkaFailures.describe(e);
                if (!why.equals(failed)) {
                    LOG.warnf("no consumer, trying again every %s: %s", REOPEN_DELAY, why);
                }
                pauseAfter(why);
            } catch (RuntimeException e) {
                // A defect of ours. The shards' contents are dropped with the consumer and read again.
                LOG.errorf(e, "the poll loop failed, trying again in %s", REOPEN_DELAY);
                pauseAfter(e.toString());
            }
        }
    }

    private void readWith(Consumer<ByteBuffer, ByteBuffer> consumer) {
        try {
            current = consumer;
            connections = connections(consumer);
            Reading reading = readingOf.apply(consumer);
            reading.begin();
            while (!stopped) {
                step(consumer, reading);
            }
        } finally {
            current = null;
            consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
        }
    }

    private void step(Consumer<ByteBuffer, ByteBuffer> consumer, Reading reading) {
        long nowMs = clock.millis();
        noticeFailure(reading, nowMs);
        boolean busy = out || failure != null || demand.get() == 0;
        reading.advance(busy, nowMs);
        try {
            Duration timeout = busy ? POLL_TIMEOUT_WHILE_OUT : POLL_TIMEOUT;
            ConsumerRecords<ByteBuffer, ByteBuffer> records =
                    reading.isIdle() ? nothing(timeout) : consumer.poll(timeout);
            if (!records.isEmpty()) {
                handOver(records, reading);
            }
            // A poll that failed is not applied: the consumer's position is beyond it, and must not become the shard's.
            if (!out && failure == null) {
                reading.observe(clock.millis());
            } else {
                reading.observeLag();
            }
        } catch (LogTruncationException e) {
            reading.truncated(e.partitions(), nowMs);
        } catch (OffsetOutOfRangeException e) {
            reading.outOfRange(e.partitions(), nowMs);
        }
        long afterMs = clock.millis();
        stores.forEach(store -> store.announceDue(afterMs));
        if (!reading.joining()) {
            failed = null;
        }
        String problem = failed == null ? reading.problem() : failed;
        state = new ReaderState(thread.getName(), true, isConnected(), afterMs, problem, reading.states());
    }

    /** A consumer without partitions cannot be asked. */
    private static ConsumerRecords<ByteBuffer, ByteBuffer> nothing(Duration afterwards) {
        LockSupport.parkNanos(afterwards.toNanos());
        return ConsumerRecords.empty();
    }

    /** The number of connections to brokers; the client itself keeps trying and says nothing. */
    private static Metric connections(Consumer<ByteBuffer, ByteBuffer> consumer) {
        return consumer.metrics().values().stream()
                .filter(metric -> metric.metricName().name().equals("connection-count")
                        && metric.metricName().group().equals("consumer-metrics"))
                .findFirst()
                .orElseThrow();
    }

    private boolean isConnected() {
        return (double) connections.metricValue() > 0;
    }

    private void handOver(ConsumerRecords<ByteBuffer, ByteBuffer> records, Reading reading) {
        polled.fill(records, reading, clock.millis());
        out = true;
        demand.decrementAndGet();
        subscriber.onNext(Message.of(
                polled,
                () -> {
                    done(null);
                    return CompletableFuture.completedStage(null);
                },
                cause -> {
                    done(cause);
                    return CompletableFuture.completedStage(null);
                }));
    }

    private void done(Throwable cause) {
        polled.clear();
        if (cause != null) {
            failure = cause;
        }
        out = false;
    }

    /**
     * A poll that could not be applied is a defect of ours: say so, and read it again. Until then nothing is polled and no
     * shard is told how far the consumer is, which is beyond what was applied.
     */
    private void noticeFailure(Reading reading, long nowMs) {
        Throwable cause = failure;
        if (cause != null && !out) {
            failure = null;
            LOG.error("records could not be applied, reading them again from the checkpoints", cause);
            reading.reloadAll(nowMs);
        }
    }

    private void pauseAfter(String why) {
        failed = why;
        state = new ReaderState(thread.getName(), true, false, clock.millis(), why, List.of());
        try {
            Thread.sleep(REOPEN_DELAY);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            stopped = true;
        }
    }
}
