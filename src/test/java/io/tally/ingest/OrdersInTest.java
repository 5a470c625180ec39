package io.tally.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.ColumnNames;
import io.tally.cdc.DebeziumDecoder;
import io.tally.cdc.DecoderSettings;
import io.tally.cdc.RecordFormat;
import io.tally.registry.RegistrySettings;
import io.tally.registry.SchemaRegistry;
import io.tally.testkit.Await;
import io.tally.testkit.RegistryStandIn;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowStore;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class OrdersInTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** A heartbeat, which is about the smallest record there is. */
    private static final String SCHEMA =
            "{\"type\":\"record\",\"name\":\"Heartbeat\",\"fields\":[{\"name\":\"ts_ms\",\"type\":\"long\"}]}";

    private static final List<String> COLUMNS = List.of("customer_id", "quantity", "price", "event_ts");

    private final InstantSource clock = Clock.systemUTC();

    @Test
    @Timeout(60)
    void read_registryAway_comesBackAtOnceAndAppliesWhenItAnswers() throws Exception {
        try (RegistryStandIn server = new RegistryStandIn()) {
            int id = server.add("heartbeat", "AVRO", SCHEMA);
            server.beAway(503);
            SchemaRegistry registry = new SchemaRegistry(
                    new RegistrySettings(
                            Optional.of(URI.create(server.url())),
                            Optional.empty(),
                            Optional.empty(),
                            () -> new ColumnNames(List.of("order_id"), COLUMNS)),
                    null,
                    clock);
            PollWaits waits = new PollWaits(null, registry, clock);
            IngestSettings settings = new IngestSettings("orders", Duration.ZERO, true, false);
            OrdersIn ordersIn = new OrdersIn(registry, null, waits, settings, null, clock);
            Polled polled = new Polled(
                    Map.of(
                            "orders",
                            new DebeziumDecoder(DecoderSettings.defaults().with(RecordFormat.AUTO, registry))),
                    new ShapeLog(settings));
            Shard shard = new Shard(
                    TestCheckpoints.fresh(0, new UUID(1, 2), 0, null, 1), TestCheckpoints.SETTINGS, clock.millis());
            FixedReading reading = new FixedReading();
            reading.add("order_agg", new TopicPartition("orders", 0), new WindowStore(TestCheckpoints.SETTINGS), shard);
            ByteBuffer value = ByteBuffer.allocate(6)
                    .put((byte) 0)
                    .putInt(id)
                    .put((byte) 84)
                    .flip();
            polled.fill(
                    new ConsumerRecords<>(
                            Map.of(
                                    new TopicPartition("orders", 0),
                                    List.of(new ConsumerRecord<>("orders", 0, 0, null, value))),
                            Map.of()),
                    reading,
                    clock.millis());

            CompletableFuture<Void> read = ordersIn.read(polled).subscribeAsCompletionStage();
            Await.until("asked again", LIMIT, () -> server.questions() >= 2);
            assertFalse(read.isDone());
            assertEquals(0, shard.position());
            assertEquals(registry.failure(), waits.reason());
            assertTrue(waits.longestMs(PollWaits.Cause.SCHEMA_REGISTRY) > 0);
            server.beAway(0);
            read.get();
            assertEquals(1, shard.position());
            assertNull(waits.reason());
            assertEquals(0, waits.longestMs(PollWaits.Cause.SCHEMA_REGISTRY));
        }
    }
}
