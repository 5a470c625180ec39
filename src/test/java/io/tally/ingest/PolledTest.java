package io.tally.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.ColumnNames;
import io.tally.cdc.DeadLetterReason;
import io.tally.cdc.DebeziumDecoder;
import io.tally.cdc.DecoderSettings;
import io.tally.cdc.RecordFormat;
import io.tally.cdc.WriterSchema;
import io.tally.window.Doubts;
import io.tally.window.LostGround;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowStore;
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
        schemas.put(
                7,
                WriterSchema.of(
                        WriterSchema.AVRO, "\"string\"", List.of(), new ColumnNames(List.of("order_id"), List.of())));
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

    @Test
    void decode_rowBeforeThatIsNotBelieved_isADeadLetterAndAFillIsOwed() {
        WindowStore store = new WindowStore(TestCheckpoints.SETTINGS);
        store.add(shard);
        store.doubt(new Doubts(1, 100, List.of(new Doubts.Range(50, Doubts.OPEN, true, "not FULL"))));
        Polled polled = new Polled(new DebeziumDecoder(), SHAPES);
        polled.fill(poll(change('d', 49), change('d', 50), change('c', 51)), Map.of(0, shard), NOW);
        List<DeadLetter> deadLetters = polled.decode();
        assertEquals(
                List.of(1L),
                deadLetters.stream().map(letter -> letter.record().offset()).toList());
        assertEquals(
                DeadLetterReason.NO_BEFORE_IMAGE, deadLetters.getFirst().fault().reason());
        polled.apply(NOW);
        assertEquals(3, shard.position());
        assertEquals(2, shard.counts().applied());
        assertEquals(1, shard.counts().deadLetters());
        assertEquals(LostGround.Reason.REPLICA_IDENTITY, shard.progress().owed().reason());
    }

    private static ByteBuffer change(char op, long lsn) {
        String row = "{\"order_id\":\"a\",\"customer_id\":1,\"quantity\":1,\"price\":\"9.99\","
                + "\"event_ts\":\"1970-01-01T00:00:00Z\"}";
        String json = "{\"op\":\"" + op + "\",\"before\":" + (op == 'c' ? "null" : row) + ",\"after\":"
                + (op == 'd' ? "null" : row) + ",\"source\":{\"ts_ms\":1,\"snapshot\":\"false\",\"txId\":" + lsn
                + ",\"sequence\":\"[\\\"" + (lsn - 1) + "\\\",\\\"" + lsn + "\\\"]\",\"lsn\":" + lsn + "}}";
        return ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8));
    }
}
