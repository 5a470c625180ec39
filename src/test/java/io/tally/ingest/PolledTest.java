package io.tally.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.ColumnNames;
import io.tally.cdc.DeadLetterReason;
import io.tally.cdc.DebeziumDecoder;
import io.tally.cdc.DecoderSettings;
import io.tally.cdc.RecordFormat;
import io.tally.cdc.WriterSchema;
import io.tally.testkit.Await;
import io.tally.view.DefaultView;
import io.tally.window.DataLoss;
import io.tally.window.Doubts;
import io.tally.window.RecordOutcome;
import io.tally.window.Shard;
import io.tally.window.TestCheckpoints;
import io.tally.window.WindowSettings;
import io.tally.window.WindowStore;
import java.lang.ref.WeakReference;
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

    private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

    private static final long NOW = 1_000;

    private static final WindowSettings COUNTS = TestCheckpoints.of(DefaultView.ofCounts(Duration.ofMinutes(1), ""));

    private final Shard shard =
            new Shard(TestCheckpoints.fresh(0, new UUID(1, 2), 0, null, 1), TestCheckpoints.SETTINGS, NOW);
    private final WindowStore store = new WindowStore(TestCheckpoints.SETTINGS);
    private final Map<Integer, WriterSchema> schemas = new HashMap<>();

    private static ConsumerRecords<ByteBuffer, ByteBuffer> poll(ByteBuffer... values) {
        List<ConsumerRecord<ByteBuffer, ByteBuffer>> records = new ArrayList<>();
        for (ByteBuffer value : values) {
            records.add(new ConsumerRecord<>("orders", 0, records.size(), null, value));
        }
        return new ConsumerRecords<>(Map.of(new TopicPartition("orders", 0), records), Map.of());
    }

    private Reading fed(Shard one) {
        FixedReading reading = new FixedReading();
        reading.add("order_agg", PARTITION, store, one);
        return reading;
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
                Map.of("orders", new DebeziumDecoder(DecoderSettings.defaults().with(RecordFormat.AUTO, schemas::get))),
                SHAPES);
        ByteBuffer json = ByteBuffer.wrap("{\"ts_ms\":1}".getBytes(StandardCharsets.UTF_8));
        polled.fill(
                poll(framed(5, false), null, json, framed(-6, true), framed(5, false), framed(7, false)),
                fed(shard),
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
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES);
        polled.fill(poll(framed(5, false)), fed(shard), NOW);
        assertEquals(Set.of(), polled.lackingSchemas());
    }

    /** Or a window would be closed whose orders are at hand. */
    @Test
    void fill_partitionThatWasAtItsEnd_isNotUntilThePollIsApplied() {
        shard.drained(true, NOW);
        shard.settle();
        assertTrue(shard.progress().drained());
        new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES).fill(poll(framed(5, false)), fed(shard), NOW);
        assertFalse(shard.progress().drained());
    }

    @Test
    void decode_rowBeforeThatIsNotBelieved_isADeadLetterAndAFillIsOwed() {
        store.doubt(new Doubts(
                TestCheckpoints.filledAt(1), 100, List.of(new Doubts.Range(50, Doubts.OPEN, true, "not FULL"))));
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES);
        polled.fill(poll(change('d', 49), change('d', 50), change('c', 51)), fed(shard), NOW);
        List<DeadLetter> deadLetters = polled.decode();
        assertEquals(
                List.of(1L),
                deadLetters.stream().map(letter -> letter.record().offset()).toList());
        assertEquals(
                DeadLetterReason.NO_BEFORE_IMAGE, deadLetters.getFirst().fault().reason());
        polled.apply(NOW);
        assertEquals(3, shard.position());
        assertEquals(2, shard.counts().of(RecordOutcome.APPLIED));
        assertEquals(1, shard.counts().of(RecordOutcome.DEAD_LETTER));
        assertEquals(DataLoss.Reason.REPLICA_IDENTITY, shard.progress().owed().reason());
    }

    /** Else a poll of wide rows is held for as long as no other poll has as many. */
    @Test
    void clear_pollThatWasApplied_letsGoOfItsMemory() {
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES);
        ByteBuffer value = change('c', 49);
        WeakReference<byte[]> bytes = new WeakReference<>(value.array());
        // The decoder may remember the last record.
        polled.fill(poll(value, change('c', 50)), fed(shard), NOW);
        assertEquals(List.of(), polled.decode());
        polled.apply(NOW);
        assertEquals(2, shard.position());
        polled.clear();
        value = null;
        Await.until("bytes of a poll are let go of", Duration.ofSeconds(20), () -> {
            System.gc();
            return bytes.get() == null;
        });
    }

    private static Shard shardAt(long offset) {
        return new Shard(TestCheckpoints.fresh(0, new UUID(1, 2), offset, null, 1), TestCheckpoints.SETTINGS, NOW);
    }

    private static WindowStore store() {
        return new WindowStore(TestCheckpoints.SETTINGS);
    }

    @Test
    void apply_twoViews_eachHasWhatItNeeds() {
        FixedReading reading = new FixedReading();
        Shard other = shardAt(2);
        reading.add("minutes", PARTITION, store, shard);
        reading.add("hours", PARTITION, store(), other);
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES);
        polled.fill(poll(change('c', 49), change('c', 50), change('c', 51)), reading, NOW);
        assertEquals(List.of(), polled.decode());
        polled.apply(NOW);
        assertEquals(3, shard.counts().of(RecordOutcome.APPLIED));
        assertEquals(1, other.counts().of(RecordOutcome.APPLIED));
        assertEquals(3, other.position());
    }

    @Test
    void decode_beyondWhichEveryShardIs_isNotLookedAt() {
        FixedReading reading = new FixedReading();
        reading.add("minutes", PARTITION, store, shardAt(1));
        reading.add("hours", PARTITION, store(), shardAt(2));
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES);
        ByteBuffer broken = ByteBuffer.wrap(new byte[] {'{'});
        polled.fill(poll(broken.duplicate(), broken.duplicate(), broken.duplicate()), reading, NOW);
        assertEquals(
                List.of(1L, 2L),
                polled.decode().stream().map(letter -> letter.record().offset()).toList(),
                "once for both, and not what both have");
    }

    @Test
    void lackingSchemas_ofWhatEveryShardHas_areNone() {
        FixedReading reading = new FixedReading();
        reading.add("minutes", PARTITION, store, shardAt(1));
        Polled polled = new Polled(
                Map.of("orders", new DebeziumDecoder(DecoderSettings.defaults().with(RecordFormat.AUTO, schemas::get))),
                SHAPES);
        polled.fill(poll(framed(5, false), framed(7, false)), reading, NOW);
        assertEquals(Set.of(7), polled.lackingSchemas());
    }

    @Test
    void decode_rowBeforeThatOneViewDoesNotBelieve_isVoidForThatOneOnly() {
        FixedReading reading = new FixedReading();
        WindowStore doubting = store();
        Shard other = shardAt(0);
        reading.add("minutes", PARTITION, store, shard);
        reading.add("hours", PARTITION, doubting, other);
        doubting.doubt(new Doubts(
                TestCheckpoints.filledAt(1), 100, List.of(new Doubts.Range(50, Doubts.OPEN, true, "not FULL"))));
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES);
        polled.fill(poll(change('d', 50), change('d', 51)), reading, NOW);
        assertEquals(2, polled.decode().size());
        polled.apply(NOW);
        assertEquals(2, shard.counts().of(RecordOutcome.APPLIED));
        assertEquals(2, other.counts().of(RecordOutcome.DEAD_LETTER));
    }

    @Test
    void apply_shardThatFails_endsAloneAndOthersGoOn() {
        FixedReading reading = new FixedReading();
        WindowStore broken = store();
        Shard other = shardAt(0);
        Feed feed = reading.add("hours", PARTITION, broken, other);
        reading.add("minutes", PARTITION, store, shard);
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES);
        polled.fill(poll(change('c', 49), change('c', 50)), reading, NOW);
        polled.decode();
        // As a defect would: it has what comes next, and says that it needs it.
        other.passed(1);
        polled.apply(NOW);
        assertTrue(other.dropped());
        assertNull(broken.shard(0));
        assertEquals(IllegalStateException.class, feed.failure().getClass());
        assertFalse(shard.dropped());
        assertEquals(2, shard.counts().of(RecordOutcome.APPLIED));
    }

    @Test
    void apply_shardThatSomebodyElseFeeds_isRefused() {
        FixedReading reading = new FixedReading();
        Feed feed = reading.add("minutes", PARTITION, store, shard);
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES);
        polled.fill(poll(change('c', 49)), reading, NOW);
        polled.decode();
        feed.leftBy(reading);
        feed.takenBy(new FixedReading());
        assertThrows(IllegalStateException.class, () -> polled.apply(NOW));
        assertEquals(0, shard.counts().of(RecordOutcome.APPLIED));
    }

    @Test
    void decode_twoTopics_eachHasItsDecoder() {
        FixedReading reading = new FixedReading();
        TopicPartition returns = new TopicPartition("returns", 0);
        Shard other = shardAt(0);
        reading.add("minutes", PARTITION, store, shard);
        reading.add("returns_agg", returns, store(), other);
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder(), "returns", new DebeziumDecoder()), SHAPES);
        polled.fill(
                new ConsumerRecords<>(
                        Map.of(
                                PARTITION, List.of(new ConsumerRecord<>("orders", 0, 0, null, change('c', 49))),
                                returns, List.of(new ConsumerRecord<>("returns", 0, 5, null, change('c', 49)))),
                        Map.of()),
                reading,
                NOW);
        assertEquals(List.of(), polled.decode());
        polled.apply(NOW);
        assertEquals(1, shard.position());
        assertEquals(6, other.position());
    }

    @Test
    void decode_firstRecordOfTheSecondTopicIsBroken_isADeadLetter() {
        FixedReading reading = new FixedReading();
        TopicPartition returns = new TopicPartition("returns", 0);
        reading.add("minutes", PARTITION, store, shard);
        reading.add("returns_agg", returns, store(), shardAt(0));
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder(), "returns", new DebeziumDecoder()), SHAPES);
        polled.fill(poll(change('c', 49)), reading, NOW);
        polled.decode();
        polled.apply(NOW);
        ByteBuffer broken = ByteBuffer.wrap(new byte[] {'{'});
        polled.fill(
                new ConsumerRecords<>(
                        Map.of(returns, List.of(new ConsumerRecord<>("returns", 0, 0, null, broken))), Map.of()),
                reading,
                NOW);
        assertEquals(1, polled.decode().size());
    }

    /** Feeds a view that sums sales up, and one that counts orders and reads neither quantity nor price. */
    private FixedReading fedBoth(Shard sales, Shard counts) {
        FixedReading reading = new FixedReading();
        reading.add("sales", PARTITION, store, sales);
        reading.add("counts", PARTITION, new WindowStore(COUNTS), counts);
        return reading;
    }

    private static Shard counting(long offset) {
        return new Shard(TestCheckpoints.fresh(0, new UUID(1, 2), offset, null, 1), COUNTS, NOW);
    }

    private static List<String> faults(List<DeadLetter> letters) {
        return letters.stream()
                .map(letter -> letter.record().offset() + " "
                        + letter.fault().reason().code() + " " + letter.fault().field() + " " + letter.views())
                .toList();
    }

    @Test
    void decode_columnThatOneViewReads_isADeadLetterOfThatOneAndCountsForTheOther() {
        Shard counts = counting(0);
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES);
        polled.fill(
                poll(change('c', 49), change('c', 50, "\"much\""), change('u', 51, "null"), change('d', 52)),
                fedBoth(shard, counts),
                NOW);
        assertEquals(
                List.of("1 impossible-number after.price [sales]", "2 no-before-image before, after.price [sales]"),
                faults(polled.decode()));
        polled.apply(NOW);
        assertEquals(4, shard.position());
        assertEquals(2, shard.counts().of(RecordOutcome.APPLIED));
        assertEquals(2, shard.counts().of(RecordOutcome.DEAD_LETTER));
        assertEquals(DataLoss.Reason.VOID_CHANGE, shard.progress().owed().reason());
        assertEquals(4, counts.position());
        assertEquals(4, counts.counts().of(RecordOutcome.APPLIED));
        assertEquals(0, counts.counts().of(RecordOutcome.DEAD_LETTER));
        assertNull(counts.progress().owed());
    }

    @Test
    void decode_columnThatNobodyReadsWhoNeedsTheRecord_isNoDeadLetter() {
        Shard counts = counting(0);
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES);
        polled.fill(poll(change('c', 49, "\"much\"")), fedBoth(shardAt(1), counts), NOW);
        assertEquals(List.of(), polled.decode());
        polled.apply(NOW);
        assertEquals(1, counts.counts().of(RecordOutcome.APPLIED));
    }

    @Test
    void decode_recordThatNobodyCanRead_isOneDeadLetterOfAll() {
        Shard counts = counting(0);
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES);
        ByteBuffer broken = ByteBuffer.wrap(new byte[] {'{'});
        polled.fill(poll(broken), fedBoth(shard, counts), NOW);
        assertEquals(List.of("0 not-json null [sales, counts]"), faults(polled.decode()));
        polled.apply(NOW);
        assertEquals(1, shard.counts().of(RecordOutcome.DEAD_LETTER));
        assertEquals(1, counts.counts().of(RecordOutcome.DEAD_LETTER));
    }

    /** Each has a reason of its own; what cannot be read says more of the record. */
    @Test
    void decode_columnOfOneViewAndARowThatAnotherDoubts_isADeadLetterOfBoth() {
        Shard counts = counting(0);
        WindowStore doubting = new WindowStore(COUNTS);
        FixedReading reading = new FixedReading();
        reading.add("sales", PARTITION, store, shard);
        reading.add("counts", PARTITION, doubting, counts);
        doubting.doubt(new Doubts(
                TestCheckpoints.filledAt(1), 100, List.of(new Doubts.Range(50, Doubts.OPEN, true, "not FULL"))));
        Polled polled = new Polled(Map.of("orders", new DebeziumDecoder()), SHAPES);
        polled.fill(poll(change('d', 50, "\"much\"")), reading, NOW);
        assertEquals(List.of("0 impossible-number before.price [sales, counts]"), faults(polled.decode()));
        polled.apply(NOW);
        assertEquals(DataLoss.Reason.VOID_CHANGE, shard.progress().owed().reason());
        assertEquals(DataLoss.Reason.REPLICA_IDENTITY, counts.progress().owed().reason());
    }

    private static ByteBuffer change(char op, long lsn) {
        return change(op, lsn, "\"9.99\"");
    }

    private static ByteBuffer change(char op, long lsn, String price) {
        String row = "{\"order_id\":\"a\",\"customer_id\":1,\"quantity\":1,\"price\":" + price
                + ",\"event_ts\":\"1970-01-01T00:00:00Z\"}";
        String json = "{\"op\":\"" + op + "\",\"before\":" + (op == 'c' ? "null" : row) + ",\"after\":"
                + (op == 'd' ? "null" : row) + ",\"source\":{\"ts_ms\":1,\"snapshot\":\"false\",\"txId\":" + lsn
                + ",\"sequence\":\"[\\\"" + (lsn - 1) + "\\\",\\\"" + lsn + "\\\"]\",\"lsn\":" + lsn + "}}";
        return ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8));
    }
}
