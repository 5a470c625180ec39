package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.window.OrderChange;
import io.tally.window.RowImage;
import io.tally.window.ValueFault;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that a row of the table can have and that cannot be counted: the row is left out, and its record is none the worse. */
class DebeziumDecoderValueFaultsTest {

    private static final String TIME = "\"2026-11-22T12:19:11.524822Z\"";
    private static final String GOOD = DebeziumDecoderTest.row("n1", "5", "2", "\"3.50\"", TIME);
    private static final TableColumns.Column LOOSE = new TableColumns.Column(true, true, true);

    private final OrderChange change = new OrderChange();

    private static DebeziumDecoder decoder(TableColumns table) {
        DecoderSettings settings =
                new DecoderSettings(Columns.defaults(), 2, UpdateMode.RETRACT, Set.of(), () -> ColumnTypes.TEXTS);
        return new DebeziumDecoder(settings.with(() -> table));
    }

    /** The order with another value in one of its columns. */
    private static String with(String column, String value) {
        return GOOD.replaceFirst(
                "\"" + column + "\":(\"[^\"]*\"|[0-9]+)",
                java.util.regex.Matcher.quoteReplacement("\"" + column + "\":" + value));
    }

    private void decode(TableColumns table, String op, String before, String after) throws UndecodableException {
        decoder(table).decode(Envelopes.bytes(DebeziumDecoderTest.envelope(op, before, after)), change);
    }

    private static void assertGood(RowImage image) {
        assertTrue(image.counts());
        assertEquals(350, image.priceUnits());
    }

    private static void assertLeftOut(ValueFault fault, RowImage image) {
        assertTrue(image.present());
        assertFalse(image.counts());
        assertEquals(fault, image.fault());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "price, \"NaN\", NOT_FINITE",
                "price, \"NAN\", NOT_FINITE",
                "price, \"Infinity\", NOT_FINITE",
                "price, \"-Infinity\", NOT_FINITE",
                "price, \"POSITIVE_INFINITY\", NOT_FINITE",
                "price, \"NEGATIVE_INFINITY\", NOT_FINITE",
                "quantity, \"NaN\", NOT_FINITE",
                "event_ts, \"infinity\", INFINITE_TIME",
                "event_ts, \"-infinity\", INFINITE_TIME",
                "event_ts, \"+294276-12-31T23:59:59.999999Z\", TIME_OUT_OF_RANGE",
                "event_ts, \"-4713-11-24T00:00:00Z\", TIME_OUT_OF_RANGE",
            })
    void decode_valueInAnyTable_leavesOutItsImageOnly(String column, String value, ValueFault fault)
            throws UndecodableException {
        String bad = with(column, value);
        decode(TableColumns.STRICT, "u", bad, GOOD);
        assertLeftOut(fault, change.before());
        assertGood(change.after());

        decode(TableColumns.STRICT, "u", GOOD, bad);
        assertGood(change.before());
        assertLeftOut(fault, change.after());

        decode(TableColumns.STRICT, "c", "null", bad);
        assertLeftOut(fault, change.after());

        decode(TableColumns.STRICT, "d", bad, "null");
        assertLeftOut(fault, change.before());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "customer_id, null, NULL_VALUE, null-field",
                "quantity, null, NULL_VALUE, null-field",
                "price, null, NULL_VALUE, null-field",
                "event_ts, null, NULL_VALUE, null-field",
                "customer_id, 2147483648, NUMBER_OUT_OF_RANGE, number-out-of-range",
                "quantity, -2147483649, NUMBER_OUT_OF_RANGE, number-out-of-range",
                "quantity, \"99999999999\", NUMBER_OUT_OF_RANGE, number-out-of-range",
                "quantity, \"1.5\", FINER_NUMBER, wrong-type",
                "price, \"92233720368547758.08\", NUMBER_OUT_OF_RANGE, number-out-of-range",
                "price, 1e99, NUMBER_OUT_OF_RANGE, number-out-of-range",
                "price, \"12.345\", FINER_NUMBER, finer-price",
            })
    void decode_valueOfSomeTables_isAFaultOfTheRecordInOthers(
            String column, String value, ValueFault fault, String reason) throws UndecodableException {
        String bad = with(column, value);
        TableColumns table = new TableColumns(LOOSE, LOOSE, LOOSE, LOOSE);
        decode(table, "u", bad, GOOD);
        assertLeftOut(fault, change.before());
        assertGood(change.after());
        decode(table, "u", GOOD, bad);
        assertGood(change.before());
        assertLeftOut(fault, change.after());

        UndecodableException refused =
                assertThrows(UndecodableException.class, () -> decode(TableColumns.STRICT, "u", GOOD, bad));
        assertEquals(reason, refused.reason().code());
    }

    @Test
    void decode_faultsOfARecord_areThatInAnyTable() {
        TableColumns table = new TableColumns(LOOSE, LOOSE, LOOSE, LOOSE);
        for (String bad : new String[] {
            with("price", "\"__debezium_unavailable_value\""),
            with("price", "true"),
            with("price", "\"much\""),
            with("price", "{\"scale\":9999999999,\"value\":\"AV4=\"}"),
            with("customer_id", "\"five\""),
            with("quantity", "true"),
            with("event_ts", "\"+294277-01-01T00:00:00Z\""),
            with("event_ts", "\"2026-02-30T00:00:00Z\""),
            GOOD.replace("\"quantity\":2,", ""),
            GOOD.replace("\"n1\"", "null"),
            "null",
        }) {
            assertThrows(UndecodableException.class, () -> decode(table, "u", GOOD, bad), bad);
            assertThrows(UndecodableException.class, () -> decode(table, "c", "null", bad), bad);
        }
        String nulls = "{\"order_id\":\"n1\",\"customer_id\":null,\"quantity\":null,\"price\":null,\"event_ts\":null}";
        UndecodableException keyOnly = assertThrows(UndecodableException.class, () -> decode(table, "u", nulls, GOOD));
        assertEquals(DeadLetterReason.NO_BEFORE_IMAGE, keyOnly.reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "-9223372036854775808", "1.50", "true", "{\"scale\":0,\"value\":\"EQ==\"}"})
    void decode_keyOfAnyType_isItsText(String key) throws UndecodableException {
        decode(TableColumns.STRICT, "c", "null", GOOD.replace("\"n1\"", key));
        assertArrayEquals(Envelopes.bytes(key), Changes.orderId(change));
        decode(TableColumns.STRICT, "d", GOOD.replace("\"n1\"", key), "null");
        assertArrayEquals(Envelopes.bytes(key), Changes.orderId(change));
    }
}
