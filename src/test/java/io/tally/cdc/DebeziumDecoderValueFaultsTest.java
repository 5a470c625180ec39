package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Values that a row of the table can have, by the type of its column, are facts about the row; others are faults of the record.
 */
class DebeziumDecoderValueFaultsTest {

    private static final String TIME = "\"2026-11-22T12:19:11.524822Z\"";
    private static final String GOOD = DebeziumDecoderTest.row("n1", "5", "2", "\"3.50\"", TIME);
    private static final TableColumns STRICT = Tables.strict(Tables.TEXTS);
    private static final TableColumns LOOSE = Tables.loose(Tables.TEXTS);

    private final RowChange change = new RowChange();

    private static DebeziumDecoder decoder(TableColumns table) {
        return new DebeziumDecoder(Tables.settings(UpdateMode.RETRACT, table));
    }

    /** The order with another value in one of its columns. */
    private static String with(String column, String value) {
        return GOOD.replaceFirst(
                "\"" + column + "\":(\"[^\"]*\"|[0-9]+)",
                java.util.regex.Matcher.quoteReplacement("\"" + column + "\":" + value));
    }

    private void decode(TableColumns table, String op, String before, String after) throws UndecodableException {
        Changes.decode(decoder(table), Envelopes.bytes(DebeziumDecoderTest.envelope(op, before, after)), change);
    }

    private static void assertGood(CapturedRow row) {
        assertEquals(List.of("5", "2", "3.5", "1795349951524822"), Changes.values(row));
    }

    private static void assertValue(String expected, String column, CapturedRow row) {
        assertEquals(expected, Changes.values(row).get(Tables.ORDERS.indexOf(column)));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "price, \"NaN\", not finite",
                "price, \"NAN\", not finite",
                "price, \"Infinity\", not finite",
                "price, \"-Infinity\", not finite",
                "price, \"POSITIVE_INFINITY\", not finite",
                "price, \"NEGATIVE_INFINITY\", not finite",
                "event_ts, \"infinity\", not finite",
                "event_ts, \"-infinity\", not finite",
                "event_ts, \"+294276-12-31T23:59:59.999999Z\", far",
                "event_ts, \"-4713-11-24T00:00:00Z\", -210866803200000000",
            })
    void decode_valueOfAnyTable_isAFactOfItsImageOnly(String column, String value, String expected)
            throws UndecodableException {
        String bad = with(column, value);
        decode(STRICT, "u", bad, GOOD);
        assertValue(expected, column, change.before());
        assertGood(change.after());

        decode(STRICT, "u", GOOD, bad);
        assertGood(change.before());
        assertValue(expected, column, change.after());

        decode(STRICT, "c", "null", bad);
        assertValue(expected, column, change.after());

        decode(STRICT, "d", bad, "null");
        assertValue(expected, column, change.before());
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "customer_id, null, , null-field",
                "quantity, null, , null-field",
                "price, null, , null-field",
                "event_ts, null, , null-field",
                "customer_id, 2147483648, 2147483648, number-out-of-range",
                "quantity, -2147483649, -2147483649, number-out-of-range",
                "quantity, \"99999999999\", 99999999999, wrong-type",
                "quantity, \"1.5\", 1.5, wrong-type",
                "price, \"92233720368547758.08\", 92233720368547758.08, number-out-of-range",
                "price, 1e99, 1E+99, number-out-of-range",
                "price, \"12.345\", 12.345, finer-price",
            })
    void decode_valueOfSomeTables_isAFaultOfTheRecordInOthers(
            String column, String value, String expected, String reason) throws UndecodableException {
        String bad = with(column, value);
        decode(LOOSE, "u", bad, GOOD);
        assertValue(expected, column, change.before());
        assertGood(change.after());
        decode(LOOSE, "u", GOOD, bad);
        assertGood(change.before());
        assertValue(expected, column, change.after());

        UndecodableException refused = assertThrows(UndecodableException.class, () -> decode(STRICT, "u", GOOD, bad));
        assertEquals(reason, refused.reason().code());
    }

    @Test
    void decode_faultsOfARecord_areThatInAnyTable() {
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
            assertThrows(UndecodableException.class, () -> decode(LOOSE, "u", GOOD, bad), bad);
            assertThrows(UndecodableException.class, () -> decode(LOOSE, "c", "null", bad), bad);
        }
        String nulls = "{\"order_id\":\"n1\",\"customer_id\":null,\"quantity\":null,\"price\":null,\"event_ts\":null}";
        UndecodableException keyOnly = assertThrows(UndecodableException.class, () -> decode(LOOSE, "u", nulls, GOOD));
        assertEquals(DeadLetterReason.NO_BEFORE_IMAGE, keyOnly.reason());
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "-9223372036854775808", "1.50", "true", "{\"scale\":0,\"value\":\"EQ==\"}"})
    void decode_keyOfAnyType_isItsText(String key) throws UndecodableException {
        decode(STRICT, "c", "null", GOOD.replace("\"n1\"", key));
        assertArrayEquals(Envelopes.bytes(key), Changes.orderId(change));
        decode(STRICT, "d", GOOD.replace("\"n1\"", key), "null");
        assertArrayEquals(Envelopes.bytes(key), Changes.orderId(change));
    }
}
