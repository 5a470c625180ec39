package io.tally.ingest;

import static io.tally.window.TestCheckpoints.SETTINGS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.smallrye.mutiny.Uni;
import io.tally.cdc.DebeziumDecoder;
import io.tally.testkit.Await;
import io.tally.testkit.RealStack;
import io.tally.window.Checkpoint;
import io.tally.window.Checkpoints;
import io.tally.window.DataLoss;
import io.tally.window.Memory;
import io.tally.window.OffsetRange;
import io.tally.window.TestCheckpoints;
import io.tally.window.Topic;
import io.tally.window.TopicFacts;
import io.tally.window.WindowStore;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.IntPredicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.ByteBufferDeserializer;
import org.junit.jupiter.api.Test;

/** Several views over one topic of a real broker, with the real consumers and their threads. */
class CatchUpIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int PARTITIONS = 2;

    private final String brokers = RealStack.get().bootstrapServers();
    private final String topic = "catch-up-" + UUID.randomUUID();
    private final Clock clock = Clock.systemUTC();
    private final Memory memory = new Memory();
    private final CatchUp catchUp = new CatchUp(1_000);

    /** A view that has read nothing, as soon as the test says so. */
    private static final class Kept implements Checkpoints {
        final WindowStore store;
        final CompletableFuture<Void> mayStart = new CompletableFuture<>();

        Kept(Memory memory) {
            store = new WindowStore(SETTINGS, memory);
        }

        @Override
        public CompletionStage<List<Checkpoint>> takeOver(
                Set<Integer> partitions, IntPredicate isWanted, Topic topic, DataLoss lost) {
            return mayStart.thenApply(now -> partitions.stream()
                    .map(partition -> TestCheckpoints.fresh(partition, UUID.randomUUID(), 0, null, 1))
                    .toList());
        }

        long read() {
            return store.counts().read();
        }
    }

    @Test
    void viewThatComesLater_catchesUpWhileTheOtherGoesOn_eachReadsEveryRecordOnce() throws Exception {
        Kept first = new Kept(memory);
        Kept later = new Kept(memory);
        List<ViewInput> views = List.of(
                new ViewInput("first", topic, first.store, first), new ViewInput("later", topic, later.store, later));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", brokers));
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", brokers), new ByteArraySerializer(), new ByteArraySerializer())) {
            admin.createTopics(List.of(new NewTopic(topic, PARTITIONS, (short) 1)))
                    .all()
                    .get();
            PollLoop loop = loop("test-read", views, consumer -> assignments(consumer, views));
            PollLoop second = loop("test-catch-up", views, catchUp::with);
            try {
                produce(producer, 20_000);
                first.mayStart.complete(null);
                Await.until(() -> "the first has read " + first.read(), LIMIT, () -> first.read() == 20_000);
                later.mayStart.complete(null);
                produce(producer, 20_000);
                Await.until(
                        () -> "they have read " + first.read() + " and " + later.read(),
                        LIMIT,
                        () -> first.read() == 40_000 && later.read() == 40_000);
                Await.until("both are fed by one", LIMIT, catchUp::isIdle);
                produce(producer, 10);
                Await.until(
                        () -> "they have read " + first.read() + " and " + later.read(),
                        LIMIT,
                        () -> first.read() == 40_010 && later.read() == 40_010);
                assertEquals(PARTITIONS, later.store.shards().size());
            } finally {
                loop.stop();
                second.stop();
            }
        }
    }

    private void produce(KafkaProducer<byte[], byte[]> producer, int count) {
        for (int i = 0; i < count; i++) {
            producer.send(new ProducerRecord<>(topic, i % PARTITIONS, null, null));
        }
        producer.flush();
    }

    private PollLoop loop(
            String name, List<ViewInput> views, Function<Consumer<ByteBuffer, ByteBuffer>, Reading> readingOf) {
        Map<String, Object> config = new HashMap<>(Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                brokers,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "none",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                500));
        if (!name.contains("catch-up")) {
            config.put(ConsumerConfig.GROUP_ID_CONFIG, topic);
        }
        PollLoop loop = new PollLoop(
                name,
                () -> new KafkaConsumer<>(config, new ByteBufferDeserializer(), new ByteBufferDeserializer()),
                readingOf,
                views.stream().map(ViewInput::store).toList(),
                clock,
                new Polled(
                        Map.of(topic, new DebeziumDecoder()),
                        new ShapeLog(new IngestSettings(topic, Duration.ZERO, true, false))));
        loop.subscribe(new EachPoll(polled -> {
            assertEquals(List.of(), polled.decode());
            polled.apply(clock.millis());
            return Uni.createFrom().voidItem();
        }));
        return loop;
    }

    private Assignments assignments(Consumer<ByteBuffer, ByteBuffer> consumer, List<ViewInput> views) {
        TopicFacts facts =
                new TopicFacts(topic, "id", Map.of(0, new OffsetRange(0, 0, 0), 1, new OffsetRange(0, 0, 0)));
        return new Assignments(
                consumer, views, name -> () -> CompletableFuture.completedStage(facts), catchUp, refusal -> {});
    }
}
