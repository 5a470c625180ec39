package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.RowChange.Op;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What each operation gives. What is refused, and with which words, is in {@link DebeziumDecoderFaultsTest}. */
class DebeziumDecoderTest {

    private static final String ROW = row("n1", "5", "2", "\"3.50\"", "\"2026-11-22T12:19:11.524822Z\"");
    private static final String SOURCE = "{\"ts_ms\":1795349951525,\"txId\":758,\"lsn\":24849416,"
            + "\"sequence\":\"[\\\"24849000\\\",\\\"24849416\\\"]\",\"snapshot\":\"false\"}";
    private static final long EVENT_TIME_MICROS =
            Instant.parse("2026-11-22T12:19:11.524Z").toEpochMilli() * 1000 + 822;

    private final DebeziumDecoder decoder = new DebeziumDecoder();
    private final DebeziumDecoder appending =
            new DebeziumDecoder(Tables.settings(UpdateMode.APPEND, Tables.strict(Tables.TEXTS)));
    private final RowChange change = new RowChange();

    @Test
    void decode_realUpdate_givesBothImagesAndPosition() throws UndecodableException {
        decode(decoder, Envelopes.REAL);

        assertEquals(Op.UPDATE, change.op());
        assertImage(change.before(), 5, 2, 350);
        assertImage(change.after(), 5, 7, 350);
        assertOrderId("n1");
        assertTrue(change.transactionKnown());
        assertEquals(758, change.transactionId());
        assertEquals(24849416, change.lsn());
        assertEquals(24849416, change.lastCommitLsn());
        assertEquals(1795349951525L, change.commitTimeMs());
    }

    @Test
    void decode_insert_givesTheRowAfter() throws UndecodableException {
        decode(decoder, envelope("c", "null", ROW));

        assertEquals(Op.INSERT, change.op());
        assertFalse(change.before().present());
        assertImage(change.after(), 5, 2, 350);
        assertOrderId("n1");
        assertEquals(24849000, change.lastCommitLsn());
    }

    @Test
    void decode_delete_givesTheRowBeforeAndItsOrderId() throws UndecodableException {
        decode(decoder, envelope("d", ROW, "null"));

        assertEquals(Op.DELETE, change.op());
        assertImage(change.before(), 5, 2, 350);
        assertFalse(change.after().present());
        assertOrderId("n1");
    }

    @Test
    void decode_updateWithoutKeyBefore_needsItOnlyAfter() throws UndecodableException {
        decode(decoder, envelope("u", ROW.replace("\"order_id\":\"n1\",", ""), ROW));

        assertEquals(Op.UPDATE, change.op());
        assertOrderId("n1");
    }

    @Test
    void decode_read_isASnapshotRowUnlessIncremental() throws UndecodableException {
        for (String snapshot :
                new String[] {"\"true\"", "\"first\"", "\"last\"", "\"false\"", "true", "null", "\"new\""}) {
            decode(decoder, envelope("r", "null", ROW).replace("\"false\"", snapshot));
            assertEquals(Op.SNAPSHOT, change.op(), snapshot);
            assertImage(change.after(), 5, 2, 350);
        }
        decode(decoder, envelope("r", "null", ROW).replace("\"false\"", "\"incremental\""));
        assertEquals(Op.INCREMENTAL_SNAPSHOT, change.op());
        decode(decoder, envelope("r", "null", ROW).replace("\"false\"", "\"incr\\u0065mental\""));
        assertEquals(Op.INCREMENTAL_SNAPSHOT, change.op());
    }

    @Test
    void decode_truncateAndMessage_haveNoImages() throws UndecodableException {
        decode(decoder, envelope("t", "null", "null"));
        assertEquals(Op.TRUNCATE, change.op());
        assertEquals(24849416, change.lsn());
        decode(decoder, envelope("m", "\"whatever\"", "7"));
        assertEquals(Op.MESSAGE, change.op());
        assertFalse(change.before().present() || change.after().present());
    }

    @Test
    void decode_tombstone_hasNoRow() throws UndecodableException {
        decode(decoder, Envelopes.REAL);
        decoder.decode(null, change);

        assertEquals(Op.TOMBSTONE, change.op());
        assertFalse(change.before().present() || change.after().present() || change.transactionKnown());
        assertOrderId("");
        decoder.decode(null, 0, 0, change);
    }

    @Test
    void decode_appending_countsOnlyRowsAfter() throws UndecodableException {
        decode(appending, envelope("u", "null", ROW));
        assertEquals(Op.UPDATE, change.op());
        assertFalse(change.before().present());
        assertImage(change.after(), 5, 2, 350);

        decode(appending, envelope("d", "{\"order_id\":\"n1\"}", "null"));
        assertEquals(Op.DELETE, change.op());
        assertFalse(change.before().present() || change.after().present());
        assertOrderId("n1");

        decode(appending, envelope("d", "null", "null"));
        assertOrderId("");
    }

    @Test
    void decode_infiniteEventTime_givesAnImageThatIsNotFinite() throws UndecodableException {
        String infinite = row("n1", "5", "2", "\"3.50\"", "\"-infinity\"");
        decode(decoder, envelope("u", infinite, ROW));

        assertTrue(change.before().present());
        assertEquals(List.of("5", "2", "3.5", "not finite"), Changes.values(change.before()));
        assertImage(change.after(), 5, 2, 350);

        String finer = row("n1", "5", "2", "\"12.345\"", "\"infinity\"");
        assertThrows(UndecodableException.class, () -> decode(decoder, envelope("c", "null", finer)));
    }

    @Test
    void decode_unknownPosition_isLeftUnknown() throws UndecodableException {
        String nothing = "{\"ts_ms\":null,\"txId\":null,\"lsn\":null,\"sequence\":null,\"snapshot\":null}";
        for (String source : new String[] {"null", "{}", nothing}) {
            decode(decoder, envelope("c", "null", ROW).replace(SOURCE, source));
            assertFalse(change.transactionKnown(), source);
            assertEquals(RowChange.NO_LSN, change.lsn());
            assertFalse(change.sequenceKnown());
            assertEquals(RowChange.NO_TIME, change.commitTimeMs());
        }
        decode(decoder, "{\"op\":\"c\",\"after\":" + ROW + "}");
        assertFalse(change.transactionKnown());
    }

    @Test
    void decode_wideTransactionId_keepsItsLow32Bits() throws UndecodableException {
        decode(decoder, envelope("c", "null", ROW).replace("758", "4294967295"));
        assertEquals(-1, change.transactionId());
        decode(decoder, envelope("c", "null", ROW).replace("758", "17179869189"));
        assertEquals(5, change.transactionId());
    }

    @Test
    void decode_namesWithEscapesAndTwice_lastOneCounts() throws UndecodableException {
        String escaped = ROW.replace("price", "pr\\u0069ce").replace("event_ts", "\\u0065vent_ts");
        decode(decoder, "{\"after\":7,\"\\u006fp\":\"\\u0063\",\"op\":\"u\",\"after\":" + escaped + ",\"op\":\"c\"}");
        assertEquals(Op.INSERT, change.op());
        assertImage(change.after(), 5, 2, 350);

        decode(decoder, envelope("c", "null", ROW.replace("\"quantity\":2", "\"quantity\":\"x\",\"quantity\":3")));
        assertImage(change.after(), 5, 3, 350);
    }

    @Test
    void decode_orderIdWithEscapes_isKeptAsItStands() throws UndecodableException {
        decode(decoder, envelope("c", "null", ROW.replace("n1", "a\\\"b\\u00e9Gr\u00fc\u00dfe")));
        assertOrderId("a\\\"b\\u00e9Gr\u00fc\u00dfe");
    }

    @Test
    void decode_priceAsNumber_isTakenByItsText() throws UndecodableException {
        DebeziumDecoder large =
                new DebeziumDecoder(Tables.settings(UpdateMode.RETRACT, Tables.priced("numeric(20,2)", Tables.TEXTS)));
        decode(large, envelope("c", "null", row("n1", "5", "2", "92233720368547758.07", "\"2026-11-22T12:19Z\"")));
        assertEquals(Long.MAX_VALUE, change.after().units(2));
        decode(large, envelope("c", "null", row("n1", "5", "2", "92233720368547758.08", "\"2026-11-22T12:19Z\"")));
        assertEquals(new BigDecimal("92233720368547758.08"), change.after().decimal(2));
        decode(large, envelope("c", "null", row("n1", "-5", "-2", "-1.5E1", "\"2026-11-22T12:19Z\"")));
        assertEquals(-1500, change.after().units(2));
        assertEquals(-5, change.after().units(0));
    }

    @Test
    void decode_otherColumns_findsThem() throws UndecodableException {
        TableColumns columns = Tables.of(
                List.of("käufer", "a\\b", "unit_price_in_the_currency", "when"),
                List.of("integer", "integer", "numeric(12,1)", "timestamp with time zone"),
                false,
                Tables.TEXTS);
        String row = "{\"id\":\"x\",\"käufer\":5,\"a\\\\b\":2,\"unit_price_in_the_currency\":1.5,"
                + "\"unit_price_in_thE_currency\":\"no\",\"a\\b\":\"no\",\"when\":\"2026-11-22T12:19:11.524822Z\"}";
        DebeziumDecoder other =
                new DebeziumDecoder(new DecoderSettings(List.of("id"), () -> columns, UpdateMode.RETRACT, Set.of()));
        for (int i = 0; i < 3; i++) {
            decode(other, envelope("c", "null", row));
            assertImage(change.after(), 5, 2, 15);
        }
    }

    @Test
    void decode_layoutsChangingFromRecordToRecord_readsEach() throws UndecodableException {
        Envelopes envelopes = new Envelopes(new Random(3));
        ReferenceReader reference = new ReferenceReader(UpdateMode.RETRACT, Tables.strict(Tables.TEXTS));
        for (int i = 0; i < 2000; i++) {
            String usual = envelopes.usual();
            for (String record : new String[] {usual, usual.replace(",\"", ", \""), usual.replace("\":", "\" : ")}) {
                decode(decoder, record);
                assertEquals(assertTaken(reference, record), Changes.copy(change));
            }
        }
    }

    @Test
    void decode_manyMembers_readsThemAll() throws UndecodableException {
        StringBuilder many = new StringBuilder("{");
        for (int i = 0; i < 100; i++) {
            many.append("\"c").append(i).append("\":").append(i).append(',');
        }
        for (int i = 0; i < 3; i++) {
            decode(decoder, envelope("c", "null", many + ROW.substring(1)));
            assertImage(change.after(), 5, 2, 350);
        }
        String brace = many.toString().replace(",\"c32\":", "{\"c32\":").replace(",\"c33\":", "{\"c33\":");
        for (int i = 0; i < 3; i++) {
            assertThrows(
                    UndecodableException.class, () -> decode(decoder, envelope("c", "null", brace + ROW.substring(1))));
        }
    }

    @Test
    void decode_slice_readsNothingAround() throws UndecodableException {
        byte[] record = Envelopes.bytes(Envelopes.REAL);
        byte[] array = new byte[record.length + 100];
        System.arraycopy(record, 0, array, 50, record.length);
        for (int filler = 0; filler < 256; filler++) {
            Arrays.fill(array, 0, 50, (byte) filler);
            Arrays.fill(array, 50 + record.length, array.length, (byte) filler);
            decoder.decode(array, 50, record.length, change);
            assertImage(change.after(), 5, 7, 350);
        }
    }

    @Test
    void decode_recordCutShort_isNotJsonThoughTheRestFollows() {
        byte[] record = Envelopes.bytes(Envelopes.REAL);
        for (int length = 0; length < record.length; length++) {
            int cut = length;
            UndecodableException e =
                    assertThrows(UndecodableException.class, () -> decoder.decode(record, 0, cut, change));
            assertEquals(DeadLetterReason.NOT_JSON, e.reason());
        }
    }

    private static ReferenceReader.Change assertTaken(ReferenceReader reference, String record) {
        try {
            return reference.read(Envelopes.bytes(record));
        } catch (ReferenceReader.Rejected e) {
            throw new AssertionError(record, e);
        }
    }

    private void decode(DebeziumDecoder with, String record) throws UndecodableException {
        Changes.decode(with, Envelopes.bytes(record), change);
    }

    static String envelope(String op, String before, String after) {
        return "{\"before\":" + before + ",\"after\":" + after + ",\"source\":" + SOURCE + ",\"op\":\"" + op + "\"}";
    }

    static String row(String orderId, String customerId, String quantity, String price, String eventTime) {
        return "{\"order_id\":\"" + orderId + "\",\"customer_id\":" + customerId + ",\"quantity\":" + quantity
                + ",\"price\":" + price + ",\"event_ts\":" + eventTime + "}";
    }

    private void assertOrderId(String expected) {
        assertArrayEquals(Envelopes.bytes(expected), Changes.orderId(change));
    }

    private static void assertImage(CapturedRow image, int customerId, int quantity, long priceUnits) {
        assertTrue(image.present());
        assertEquals(customerId, image.units(0));
        assertEquals(quantity, image.units(1));
        assertEquals(priceUnits, image.units(2));
        assertEquals(EVENT_TIME_MICROS, image.units(3));
    }

    @Test
    void decode_keyOfSeveralColumns_isAllOfThem() throws UndecodableException {
        DebeziumDecoder composite = new DebeziumDecoder(new DecoderSettings(
                List.of("customer_id", "line", "shop"),
                () -> Tables.strict(Tables.TEXTS),
                UpdateMode.RETRACT,
                Set.of()));
        String row = "{\"customer_id\":%s,\"quantity\":1,\"price\":\"1.00\",\"event_ts\":\"2026-11-22T12:19:11Z\","
                + "\"line\":%s,\"shop\":\"%s\"}";
        byte[] first = key(composite, row.formatted("1", "23", "a"));
        assertArrayEquals(first, key(composite, row.formatted("1", "23", "a")));
        for (String[] other :
                new String[][] {{"12", "3", "a"}, {"1", "23", "b"}, {"1", "23", "a,"}, {"2", "23", "a"}}) {
            assertFalse(
                    Arrays.equals(first, key(composite, row.formatted(other[0], other[1], other[2]))),
                    String.join(" ", other));
        }
        byte[] large = key(composite, row.formatted("1", "23", "x".repeat(5_000)));
        assertTrue(large.length > 5_000);
        UndecodableException missing =
                assertThrows(UndecodableException.class, () -> key(composite, row.formatted("1", "null", "a")));
        assertEquals("after.line", missing.field());
    }

    private byte[] key(DebeziumDecoder composite, String row) throws UndecodableException {
        decode(composite, envelope("c", "null", row));
        byte[] key = new byte[change.keyLength()];
        change.copyKey(key, 0);
        assertTrue(change.keyEquals(key, 0, key.length));
        return key;
    }
}
