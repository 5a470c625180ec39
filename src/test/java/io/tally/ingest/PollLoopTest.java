package io.tally.ingest;

import static io.tally.window.TestCheckpoints.SETTINGS;
import static io.tally.window.TestCheckpoints.filledAt;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.DebeziumDecoder;
import io.tally.window.Checkpoint;
import io.tally.window.Checkpoints;
import io.tally.window.FilterState;
import io.tally.window.Shard;
import io.tally.window.TopicFacts;
import io.tally.window.WindowStore;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.eclipse.microprofile.reactive.messaging.Message;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class PollLoopTest {

    private static final ShapeLog SHAPES = new ShapeLog(new IngestSettings("orders", Duration.ZERO, true, false));

    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);
    /** A consumer of one partition with one record. Used by the loop's thread only. */
    private static final class OneRecord extends MockConsumer<ByteBuffer, ByteBuffer> {
        private ConsumerRebalanceListener listener;
        private boolean assigned;
        private boolean paused;
        private long position;

        OneRecord() {
            super("none");
        }

        @Override
        public void subscribe(Collection<String> topics, ConsumerRebalanceListener newListener) {
            listener = newListener;
        }

        @Override
        public ConsumerRecords<ByteBuffer, ByteBuffer> poll(Duration timeout) {
            if (!assigned) {
                assigned = true;
                listener.onPartitionsAssigned(List.of(PARTITION));
            }
            if (paused || position > 0) {
                return ConsumerRecords.empty();
            }
            position = 1;
            return new ConsumerRecords<>(
                    Map.of(PARTITION, List.of(new ConsumerRecord<>("orders", 0, 0, null, null))), Map.of());
        }

        @Override
        public void seek(TopicPartition partition, long offset) {
            position = offset;
        }

        @Override
        public void pause(Collection<TopicPartition> partitions) {
            paused = true;
        }

        @Override
        public void resume(Collection<TopicPartition> partitions) {
            paused = false;
        }

        @Override
        public long position(TopicPartition partition, Duration timeout) {
            return position;
        }

        @Override
        public OptionalLong currentLag(TopicPartition partition) {
            return OptionalLong.empty();
        }

        @Override
        public Map<MetricName, ? extends Metric> metrics() {
            MetricName name = new MetricName("connection-count", "consumer-metrics", "", Map.of());
            return Map.of(name, new Metric() {
                @Override
                public MetricName metricName() {
                    return name;
                }

                @Override
                public Object metricValue() {
                    return 1.0;
                }
            });
        }

        @Override
        public void wakeup() {}

        @Override
        public void close(CloseOptions options) {}
    }

    /** Refuses every poll, at once. */
    private record Failing(WindowStore store, BlockingQueue<Shard> shards) implements Flow.Subscriber<Message<Polled>> {
        @Override
        public void onSubscribe(Flow.Subscription subscription) {
            subscription.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(Message<Polled> message) {
            shards.add(store.shard(0));
            message.nack(new IllegalStateException("as a defect would"));
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onComplete() {}
    }

    @Test
    @Timeout(30)
    void run_pollFails_recordsAreNotPassedButReadAgain() throws InterruptedException {
        WindowStore store = new WindowStore(SETTINGS);
        Checkpoint checkpoint = new Checkpoint(
                0,
                new UUID(1, 2),
                0,
                0,
                0,
                Shard.NO_TIME,
                new long[0],
                0,
                FilterState.NOTHING_SEEN,
                null,
                filledAt(1),
                null,
                0);
        Checkpoints checkpoints =
                (partitions, isWanted, topic, lost) -> CompletableFuture.completedStage(List.of(checkpoint));
        AtomicLong clock = new AtomicLong();
        PollLoop loop = new PollLoop(
                "test-read",
                OneRecord::new,
                consumer -> new Assignments(
                        consumer,
                        List.of(new ViewInput("order_agg", "orders", store, checkpoints)),
                        topic -> () -> CompletableFuture.completedStage(new TopicFacts("orders", "id", Map.of())),
                        new CatchUp(100),
                        refusal -> {}),
                List.of(store),
                () -> Instant.ofEpochMilli(clock.addAndGet(100)),
                new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES));
        Failing subscriber = new Failing(store, new LinkedBlockingQueue<>());
        loop.subscribe(subscriber);
        try {
            Shard first = subscriber.shards().poll(20, TimeUnit.SECONDS);
            Shard second = subscriber.shards().poll(20, TimeUnit.SECONDS);
            assertTrue(first.dropped());
            assertNotSame(first, second);
            assertEquals(0, first.position(), "the record was never applied");
        } finally {
            loop.stop();
        }
    }
}
