package io.tally.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.Columns;
import io.tally.cdc.DebeziumDecoder;
import io.tally.cdc.DecoderSettings;
import io.tally.cdc.RecordFormat;
import io.tally.cdc.WriterSchema;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class PolledTest {

    private static final ShapeLog SHAPES = new ShapeLog(new IngestSettings("orders", Duration.ZERO, true, false));

    private static final long NOW = 1_000;

    private final Shard shard =
            new Shard(TestCheckpoints.fresh(0, new UUID(1, 2), 0, null, 1), TestCheckpoints.SETTINGS, NOW);
    private final Map<Integer, WriterSchema> schemas = new HashMap<>();

    private static ConsumerRecords<ByteBuffer, ByteBuffer> poll(ByteBuffer... values) {
        List<ConsumerRecord<ByteBuffer, ByteBuffer>> records = new ArrayList<>();
        for (ByteBuffer value : values) {
            records.add(new ConsumerRecord<>("orders", 0, records.size(), null, value));
        }
        return new ConsumerRecords<>(Map.of(new TopicPartition("orders", 0), records), Map.of());
    }

    /** A value that is part of a larger buffer, as the consumer hands it over. */
    private static ByteBuffer framed(int id, boolean direct) {
        ByteBuffer buffer = direct ? ByteBuffer.allocateDirect(20) : ByteBuffer.allocate(20);
        buffer.put(new byte[7]).put((byte) 0).putInt(id).put((byte) 2).flip().position(7);
        return buffer.slice();
    }

    @Test
    void lackingSchemas_areThoseThatAreNotAtHand() {
        Polled polled = new Polled(
                new DebeziumDecoder(DecoderSettings.defaults().with(RecordFormat.AUTO, schemas::get)), SHAPES);
        ByteBuffer json = ByteBuffer.wrap("{\"ts_ms\":1}".getBytes(StandardCharsets.UTF_8));
        polled.fill(
                poll(framed(5, false), null, json, framed(-6, true), framed(5, false), framed(7, false)),
                Map.of(0, shard),
                NOW);
        schemas.put(7, WriterSchema.of(WriterSchema.AVRO, "\"string\"", List.of(), Columns.defaults()));
        assertEquals(Set.of(5, -6), polled.lackingSchemas());
        schemas.put(5, WriterSchema.unknown("is not in the registry"));
        schemas.put(-6, schemas.get(7));
        assertEquals(Set.of(), polled.lackingSchemas());
    }

    @Test
    void lackingSchemas_withoutARegistry_areNone() {
        Polled polled = new Polled(new DebeziumDecoder(), SHAPES);
        polled.fill(poll(framed(5, false)), Map.of(0, shard), NOW);
        assertEquals(Set.of(), polled.lackingSchemas());
    }

    /** Or a window would be closed whose orders are at hand. */
    @Test
    void fill_partitionThatWasAtItsEnd_isNotUntilThePollIsApplied() {
        shard.drained(true, NOW);
        shard.settle();
        assertTrue(shard.progress().drained());
        new Polled(new DebeziumDecoder(), SHAPES).fill(poll(framed(5, false)), Map.of(0, shard), NOW);
        assertFalse(shard.progress().drained());
    }
}
