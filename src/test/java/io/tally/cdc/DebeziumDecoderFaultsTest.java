package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is refused, for which reason and with which words. */
class DebeziumDecoderFaultsTest {

    private static final String TIME = "\"2026-11-22T12:19:11.524822Z\"";
    private static final String ROW = row("\"3.50\"", TIME);
    private static final String REMEDY = "ALTER TABLE orders REPLICA IDENTITY FULL";

    private final DebeziumDecoder decoder = new DebeziumDecoder();
    private final RowChange change = new RowChange();

    @Test
    void decode_finerPrice_saysWhatToRaise() {
        UndecodableException e = inserted(row("\"12.345\"", TIME));
        assertEquals(DeadLetterReason.FINER_PRICE, e.reason());
        assertEquals("after.price", e.field());
        assertEquals(
                "after.price \"12.345\" has more than 2 decimals; does the column have more since?", e.getMessage());
        assertEquals(0, e.getStackTrace().length);
    }

    @Test
    void decode_otherPrices_areRefusedByTheirReason() {
        assertReason(DeadLetterReason.NUMBER_OUT_OF_RANGE, "after.price", inserted(row("\"1E+999999999\"", TIME)));
        assertReason(DeadLetterReason.NUMBER_OUT_OF_RANGE, "after.price", inserted(row("1e999", TIME)));
        assertReason(DeadLetterReason.IMPOSSIBLE_NUMBER, "after.price", inserted(row("\"AV4=\"", TIME)));
        assertReason(DeadLetterReason.WRONG_TYPE, "after.price", inserted(row("{\"scale\":2}", TIME)));
        assertReason(DeadLetterReason.NULL_FIELD, "after.price", inserted(row("null", TIME)));
    }

    @Test
    void decode_integers_areRefusedByTheirReason() {
        assertReason(DeadLetterReason.NUMBER_OUT_OF_RANGE, "after.customer_id", inserted(customer("2147483648")));
        assertReason(DeadLetterReason.NUMBER_OUT_OF_RANGE, "after.customer_id", inserted(customer("-2147483649")));
        assertReason(DeadLetterReason.NUMBER_OUT_OF_RANGE, "after.customer_id", inserted(customer("9".repeat(30))));
        assertReason(DeadLetterReason.WRONG_TYPE, "after.customer_id", inserted(customer("5.0")));
        assertReason(DeadLetterReason.WRONG_TYPE, "after.customer_id", inserted(customer("5e0")));
        assertReason(DeadLetterReason.WRONG_TYPE, "after.customer_id", inserted(customer("\"5\"")));
        assertReason(DeadLetterReason.WRONG_TYPE, "after.customer_id", inserted(customer("true")));
    }

    @Test
    void decode_eventTimes_areRefusedByTheirReason() {
        assertReason(
                DeadLetterReason.IMPOSSIBLE_TIME, "after.event_ts", inserted(row("1", "\"2026-02-30T00:00:00Z\"")));
        assertReason(DeadLetterReason.IMPOSSIBLE_TIME, "after.event_ts", inserted(row("1", "\"2026-11-22 12:19:11\"")));
        assertReason(DeadLetterReason.WRONG_TYPE, "after.event_ts", inserted(row("1", "1795349951525")));
    }

    @Test
    void decode_orderId_isRefusedByItsReason() {
        assertReason(DeadLetterReason.NULL_FIELD, "after.order_id", inserted(ROW.replace("\"n1\"", "null")));
        assertReason(
                DeadLetterReason.MISSING_FIELD, "before.order_id", refused("d", ROW.replace("order_id", "id"), "null"));
    }

    @Test
    void decode_placeholder_isUnavailable() {
        String placeholder = "\"__debezium_unavailable_value\"";
        for (String column : new String[] {"\"n1\"", ":5", ":2", "\"3.50\"", TIME}) {
            String value = column.startsWith(":") ? ":" + placeholder : placeholder;
            UndecodableException e = inserted(ROW.replace(column, value));
            assertEquals(DeadLetterReason.UNAVAILABLE_VALUE, e.reason(), column);
            assertTrue(e.getMessage().contains("REPLICA IDENTITY FULL"));
        }
        assertReason(
                DeadLetterReason.UNAVAILABLE_VALUE,
                "before.price",
                refused("u", row("\"\\u005f_debezium_unavailable_value\"", TIME), ROW));
    }

    @Test
    void decode_missingColumn_namesThoseThatAreThere() {
        UndecodableException e = inserted(ROW.replace("\"price\"", "\"Price\""));
        assertReason(DeadLetterReason.MISSING_FIELD, "after.price", e);
        assertEquals(
                "after.price is missing; the columns there are [order_id, customer_id, quantity, Price, event_ts]",
                e.getMessage());
    }

    @Test
    void decode_missingRow_isMissingAfterAndNoImageBefore() {
        assertReason(DeadLetterReason.MISSING_FIELD, "after", inserted("null"));
        assertReason(DeadLetterReason.MISSING_FIELD, "after", refused("{\"op\":\"r\"}"));
        assertReason(DeadLetterReason.WRONG_TYPE, "after", inserted("[1]"));
        assertReason(DeadLetterReason.WRONG_TYPE, "before", refused("d", "\"x\"", "null"));
        assertReason(DeadLetterReason.NO_BEFORE_IMAGE, "before", refused("{\"op\":\"d\"}"));
    }

    @Test
    void decode_severalColumns_namesAllAndExplainsTheFirst() {
        UndecodableException e = inserted(row("\"much\"", TIME).replace("\"quantity\":2", "\"quantity\":true"));
        assertReason(DeadLetterReason.WRONG_TYPE, "after.quantity, after.price", e);
        assertEquals(
                "after.quantity, after.price cannot be read: after.quantity true should be an integer", e.getMessage());
    }

    /** A replica identity leaves values out of the row before, and none out of the row after. */
    @Test
    void decode_columnInNeitherRow_isMissing() {
        String without = ROW.replace("\"price\"", "\"Price\"");
        assertReason(DeadLetterReason.MISSING_FIELD, "after.price", refused("u", without, without));
        assertReason(DeadLetterReason.NO_BEFORE_IMAGE, "before", refused("u", without, ROW));
        assertReason(DeadLetterReason.NO_BEFORE_IMAGE, "before", refused("d", without, "null"));
    }

    @Test
    void decode_columnThatCannotBeRead_leavesTheOthers() throws UndecodableException {
        decoder.decode(Envelopes.bytes(Envelopes.REAL.replaceFirst("\"price\":\"3.50\"", "\"price\":[]")), change);

        assertEquals(RowChange.Op.UPDATE, change.op());
        assertTrue(change.isFaulty());
        assertEquals("before.price", change.fault().field());
        assertFalse(change.isReadable(List.of(TableColumns.column(7, "price", "numeric(12,2)"))));
        assertTrue(change.isReadable(List.of(TableColumns.column(7, "quantity", "integer"))));
        assertEquals(2, change.before().units(1));
        assertEquals(350, change.after().units(2));

        decoder.decode(Envelopes.bytes(Envelopes.REAL), change);
        assertFalse(change.isFaulty());
    }

    @Test
    void decode_lackingBefore_namesTheRemedy() {
        for (String before : new String[] {"null", "{\"order_id\":\"n1\"}", ROW.replace(":5", ":null")}) {
            UndecodableException update = refused("u", before, ROW);
            assertReason(DeadLetterReason.NO_BEFORE_IMAGE, "before", update);
            assertTrue(update.getMessage().endsWith(REMEDY), update.getMessage());
            assertReason(DeadLetterReason.NO_BEFORE_IMAGE, "before", refused("d", before, "null"));
        }
        UndecodableException named = refused(Envelopes.REAL.replace("\"customer_id\":5,\"quantity\":2", "\"x\":1"));
        assertEquals(
                "before, before.quantity cannot be read: before has no customer_id, so the old row cannot be taken back;"
                        + " run ALTER TABLE public.orders REPLICA IDENTITY FULL",
                named.getMessage());
        UndecodableException quoted = refused(Envelopes.REAL
                .replace("\"customer_id\":5,\"quantity\":2", "\"x\":1")
                .replace("\"table\":\"orders\"", "\"table\":\"Order List\""));
        assertTrue(quoted.getMessage().endsWith("ALTER TABLE public.\"Order List\" REPLICA IDENTITY FULL"));
    }

    @Test
    void decode_source_isRefusedByItsReason() {
        for (String source : new String[] {"\"txId\":\"758\"", "\"lsn\":1.5", "\"ts_ms\":{}", "\"snapshot\":5"}) {
            assertEquals(
                    DeadLetterReason.WRONG_TYPE, sourced("{" + source + "}").reason(), source);
        }
        assertReason(DeadLetterReason.WRONG_TYPE, "source.sequence", sourced("{\"sequence\":\"[1,2]\"}"));
        assertReason(DeadLetterReason.WRONG_TYPE, "source", sourced("\"x\""));
        assertReason(DeadLetterReason.NUMBER_OUT_OF_RANGE, "source.lsn", sourced("{\"lsn\":-1}"));
        assertReason(DeadLetterReason.NUMBER_OUT_OF_RANGE, "source.txId", sourced("{\"txId\":9223372036854775808}"));
    }

    @Test
    void decode_otherShapes_areExplained() {
        UndecodableException other = refused("{\"hello\":\"world\",\"price\":1}");
        assertReason(DeadLetterReason.UNKNOWN_SHAPE, "op", other);
        assertTrue(other.getMessage().contains("[hello, price]"), other.getMessage());
        String[] strangers = {
            "null",
            "[]",
            "7",
            "\"{\"",
            "{}",
            "{\"op\":null}",
            "{\"payload\":null}",
            "{\"schema\":null,\"payload\":7}",
            "{\"schema\":{},\"payload\":{\"payload\":" + Envelopes.REAL + "}}",
            "{\"ts_ms\":\"1\"}",
            "{\"ts_ms\":1,\"x\":1}",
            "{\"status\":\"MIDDLE\",\"id\":\"1\"}",
            "{\"type\":\"execute-snapshot\"}"
        };
        for (String stranger : strangers) {
            assertEquals(DeadLetterReason.UNKNOWN_SHAPE, refused(stranger).reason(), stranger);
        }
    }

    @Test
    void decode_rowsThatCannotBeTakenBack_areExplained() {
        UndecodableException unknown = refused(ROW);
        assertReason(DeadLetterReason.UNKNOWN_OPERATION, "__op", unknown);
        assertTrue(unknown.getMessage().contains("add.fields=op"), unknown.getMessage());
        UndecodableException update = refused(ROW.replace("{", "{\"__op\":\"u\","));
        assertReason(DeadLetterReason.NO_BEFORE_IMAGE, "before", update);
        assertTrue(update.getMessage().contains("ExtractNewRecordState"), update.getMessage());
        assertReason(
                DeadLetterReason.NO_BEFORE_IMAGE,
                "before",
                refused("{\"order_id\":\"n1\",\"customer_id\":null,\"__deleted\":\"true\"}"));
        assertReason(DeadLetterReason.UNKNOWN_OPERATION, "__op", refused(ROW.replace("{", "{\"__op\":\"x\",")));
        assertReason(
                DeadLetterReason.MISSING_FIELD,
                "price",
                refused(ROW.replace("{", "{\"__op\":\"c\",").replace("\"price\"", "\"Price\"")));
    }

    @Test
    void decode_unknownOperation_isNamed() {
        for (String op : new String[] {"\"x\"", "\"cc\"", "\"\"", "\"C\"", "7", "{}", "\"\u00e9\""}) {
            UndecodableException e = refused("{\"op\":" + op + ",\"after\":" + ROW + "}");
            assertReason(DeadLetterReason.UNKNOWN_OPERATION, "op", e);
            assertTrue(e.getMessage().contains(op), e.getMessage());
        }
    }

    @Test
    void decode_noJson_isNamedByItsOffset() {
        assertReason(DeadLetterReason.NOT_JSON, null, refused(""));
        assertReason(DeadLetterReason.NOT_JSON, null, refused(Envelopes.REAL + "x"));
        UndecodableException avro = refused("\0\0\0\0\5");
        assertTrue(avro.getMessage().startsWith("not JSON at byte 0"), avro.getMessage());
        assertTrue(avro.getMessage().contains("schema registry"), avro.getMessage());
    }

    @Test
    void decode_longOrOddValue_isCutShortAndOnOneLine() {
        UndecodableException e = inserted(row("\"" + "x\u2028\u0085\uD83D\uDE00".repeat(1000) + "\"", TIME));
        assertTrue(e.getMessage().length() < 250, e.getMessage());
        assertTrue(e.getMessage().contains("x\\u2028\\u0085\uD83D\uDE00"), e.getMessage());
        assertFalse(e.getMessage().chars().anyMatch(Character::isISOControl));
    }

    @Test
    void decode_refused_leavesNothingButThePlaceInTheLog() throws UndecodableException {
        decoder.decode(Envelopes.bytes(Envelopes.REAL), change);
        long lsn = change.lsn();
        int transactionId = change.transactionId();
        refused(Envelopes.REAL.replace("\"order_id\":\"n1\"", "\"order_id\":null"));

        assertEquals(RowChange.Op.NONE, change.op());
        assertTrue(Changes.isVoid(change));
        assertTrue(change.transactionKnown());
        assertEquals(transactionId, change.transactionId());
        assertEquals(lsn, change.lsn());

        refused("r", "null", ROW.replace("\"n1\"", "null"));
        assertEquals(RowChange.Op.SNAPSHOT, change.op());
        assertTrue(Changes.isVoid(change));

        refused("not JSON");
        assertTrue(Changes.isVoid(change));
        assertFalse(change.transactionKnown());
        assertEquals(RowChange.NO_LSN, change.lsn());
        decoder.decode(Envelopes.bytes(Envelopes.REAL), change);
        assertEquals(RowChange.Op.UPDATE, change.op());
    }

    @Test
    void decode_sliceOutsideItsArray_isTheCallersFault() {
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.decode(new byte[4], 2, 3, change));
        assertThrows(IndexOutOfBoundsException.class, () -> decoder.decode(new byte[4], 0, -1, change));
    }

    @Test
    void code_everyReason_isItsNameInKebabCase() {
        for (DeadLetterReason reason : DeadLetterReason.values()) {
            assertEquals(reason.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'), reason.code());
        }
        assertEquals(
                14,
                Arrays.stream(DeadLetterReason.values())
                        .map(DeadLetterReason::code)
                        .distinct()
                        .count());
    }

    private UndecodableException sourced(String source) {
        return refused("{\"op\":\"c\",\"after\":" + ROW + ",\"source\":" + source + "}");
    }

    private UndecodableException inserted(String after) {
        return refused("c", "null", after);
    }

    private UndecodableException refused(String op, String before, String after) {
        return refused(DebeziumDecoderTest.envelope(op, before, after));
    }

    private UndecodableException refused(String record) {
        return assertThrows(UndecodableException.class, () -> Changes.decode(decoder, Envelopes.bytes(record), change));
    }

    private static void assertReason(DeadLetterReason reason, String field, UndecodableException e) {
        assertEquals(reason, e.reason(), e.getMessage());
        if (field == null) {
            assertNull(e.field());
        } else {
            assertEquals(field, e.field(), e.getMessage());
        }
    }

    private static String customer(String value) {
        return ROW.replace(":5", ":" + value);
    }

    private static String row(String price, String eventTime) {
        return DebeziumDecoderTest.row("n1", "5", "2", price, eventTime);
    }
}
