package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.cdc.value.EpochUnit;
import io.tally.view.expression.NumberExpression;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Every way in which numbers and times can be written. */
class DebeziumDecoderEncodingsTest {

    private static final String TIME = "\"2026-11-22T12:19:11.524822Z\"";
    private static final ColumnTypes BYTES = Tables.written(2, 0, null);

    private final RowChange change = new RowChange();

    @Test
    void decode_priceAsText_isExact() throws UndecodableException {
        assertEquals(350, price("\"3.50\""));
        assertEquals(0, price("\"0.00\""));
        assertEquals(-1230, price("\"-12.3\""));
        assertEquals(150_000, price("\"1.5E+3\""));
        assertEquals(12, price("\"1200E-4\""));
    }

    @Test
    void decode_priceAsDouble_isExact() throws UndecodableException {
        assertEquals(350, price("3.5"));
        assertEquals(999_999_999_999L, price("9.99999999999E9"));
        assertEquals(0, price("0.0"));
        assertEquals(-7, price("-0.07"));
        assertEquals(29, price("0.29"));
    }

    @Test
    void decode_priceAsBytes_isExactWithTheScaleOfTheSettings() throws UndecodableException {
        assertEquals(350, price(BYTES, "\"AV4=\""));
        assertEquals(0, price(BYTES, "\"AA==\""));
        assertEquals(-7, price(BYTES, "\"+Q==\""));
        assertEquals(-7, price(BYTES, "\"\\u002bQ==\""));
        assertEquals(Long.MAX_VALUE, price(BYTES, "\"f/////////8=\""));
        assertEquals(NumberExpression.OUTSIDE, price(BYTES, "\"gAAAAAAAAAA=\""));
        assertEquals(new BigDecimal("-92233720368547758.08"), change.after().decimal(2));
        assertEquals(NumberExpression.OUTSIDE, price(BYTES, "\"AIAAAAAAAAAA\""));
        assertEquals(new BigDecimal("92233720368547758.08"), change.after().decimal(2));
        assertEquals(35_000, price(Tables.written(0, 0, null), "\"AV4=\""));
        assertEquals(35, price(Tables.written(3, 0, null), "\"AV4=\""));
        assertEquals(350, price(BYTES, "3.5"));
        assertReason(DeadLetterReason.FINER_PRICE, Tables.written(4, 0, null), "\"AV4=\"");
        assertReason(DeadLetterReason.NUMBER_OUT_OF_RANGE, BYTES, "\"AP////////////////\"");
        assertReason(DeadLetterReason.NUMBER_OUT_OF_RANGE, Tables.written(-18, 0, null), "\"AV4=\"");
        for (String wrong : new String[] {"\"\"", "\"3.50\"", "\"AV4!\"", "\"A\"", "\"====\"", "\"AV4=AV4=\""}) {
            assertReason(DeadLetterReason.IMPOSSIBLE_NUMBER, BYTES, wrong);
        }
    }

    @Test
    void decode_randomBytes_agreesWithBigDecimal() throws UndecodableException {
        Random random = new Random(11);
        for (int i = 0; i < 20_000; i++) {
            BigInteger unscaled = new BigInteger(random.nextInt(64), random);
            unscaled = random.nextBoolean() ? unscaled : unscaled.negate();
            int zeros = random.nextInt(12);
            BigDecimal number = new BigDecimal(unscaled, 2);
            String bytes = base64(unscaled.multiply(BigInteger.TEN.pow(zeros)));
            long expected = number.movePointRight(2).longValueExact();
            assertEquals(expected, price(Tables.written(2 + zeros, 0, null), "\"" + bytes + "\""), bytes);
            String struct = "{\"scale\":" + (2 + zeros) + ",\"value\":\"" + bytes + "\"}";
            assertEquals(expected, price(struct), struct);
        }
    }

    @Test
    void decode_priceWithItsScale_isExact() throws UndecodableException {
        assertEquals(350, price("{\"scale\":2,\"value\":\"AV4=\"}"));
        assertEquals(3_500_000, price("{\"value\":\"AV4=\",\"scale\":-2}"));
        assertReason(DeadLetterReason.FINER_PRICE, Tables.TEXTS, "{\"scale\":3,\"value\":\"AV8=\"}");
        assertReason(DeadLetterReason.WRONG_TYPE, Tables.TEXTS, "{\"scale\":\"2\",\"value\":\"AV4=\"}");
        assertReason(DeadLetterReason.WRONG_TYPE, Tables.TEXTS, "{\"scale\":2,\"value\":null}");
        assertReason(DeadLetterReason.IMPOSSIBLE_NUMBER, Tables.TEXTS, "{\"scale\":-2147483648,\"value\":\"AV4=\"}");
    }

    @Test
    void decode_quantity_isAnIntegerHoweverItIsWritten() throws UndecodableException {
        for (String two : new String[] {"2", "\"2\"", "\"2.00\"", "2.0", "2e0", "{\"scale\":1,\"value\":\"FA==\"}"}) {
            decode(Tables.TEXTS, "5", two, "1", TIME);
            assertEquals(2, change.after().units(1), two);
        }
        decode(BYTES, "5", "\"Ag==\"", "1", TIME);
        assertEquals(2, change.after().units(1));
        for (String negative : new String[] {"-3", "\"-3\"", "0", "\"0\""}) {
            decode(Tables.TEXTS, "5", negative, "1", TIME);
            assertEquals(
                    Integer.parseInt(negative.replace("\"", "")), change.after().units(1));
        }
        assertQuantityReason(DeadLetterReason.FINER_PRICE, "\"2.5\"");
        assertQuantityReason(DeadLetterReason.FINER_PRICE, "2.5");
        assertQuantityReason(DeadLetterReason.IMPOSSIBLE_NUMBER, "\"two\"");
        assertQuantityReason(DeadLetterReason.WRONG_TYPE, "true");
        assertQuantityReason(DeadLetterReason.NUMBER_OUT_OF_RANGE, "\"10000000000\"");
        assertQuantityReason(DeadLetterReason.NUMBER_OUT_OF_RANGE, "1e99");
    }

    @Test
    void decode_timeAsNumber_isReadInTheUnitOfTheSettings() throws UndecodableException {
        assertEquals(1795349951524000L, time(EpochUnit.MILLIS, "1795349951524"));
        assertEquals(1795349951524822L, time(EpochUnit.MICROS, "1795349951524822"));
        assertEquals(1795349951524822L, time(EpochUnit.NANOS, "1795349951524822999"));
        assertEquals(-1, time(EpochUnit.MICROS, "-1"));
        assertEquals(-1, time(EpochUnit.NANOS, "-1000"));
        assertEquals(-1, time(EpochUnit.NANOS, "-1"));
        assertEquals(micros("2150-06-01T00:00:00Z"), time(EpochUnit.MILLIS, "5693328000000"));
        assertEquals(micros("1961-01-01T00:00:00Z"), time(EpochUnit.MICROS, "-283996800000000"));
        // As Debezium 3.7 writes them in milliseconds and microseconds; the last but one is the last second of 294276.
        String[] infinities = {
            "9223372036825200000",
            "-9223372036832400000",
            "9223372036854775807",
            "-9223372036854775808",
            "-9223372036853775810",
            "\"infinity\""
        };
        for (String infinity : infinities) {
            assertInfinite(EpochUnit.MILLIS, infinity);
            assertInfinite(EpochUnit.MICROS, infinity);
        }
        assertTimeReason(DeadLetterReason.IMPOSSIBLE_TIME, EpochUnit.NANOS, "9223372036854775807");
        assertTimeReason(DeadLetterReason.IMPOSSIBLE_TIME, EpochUnit.NANOS, "-9223372036854775808");
        assertTimeReason(DeadLetterReason.IMPOSSIBLE_TIME, EpochUnit.MILLIS, "1e12");
        assertTimeReason(DeadLetterReason.IMPOSSIBLE_TIME, EpochUnit.MILLIS, "99999999999999999999");
        assertTimeReason(DeadLetterReason.WRONG_TYPE, null, "1795349951524");
        assertTimeReason(DeadLetterReason.WRONG_TYPE, EpochUnit.MILLIS, "true");
    }

    private void assertInfinite(EpochUnit unit, String value) throws UndecodableException {
        decode(Tables.written(ColumnTypes.TEXT, 0, unit), "5", "2", "1", value);
        assertEquals(List.of("5", "2", "1", "not finite"), Changes.values(change.after()));
    }

    @Test
    void decode_typesOfTheEmbeddedSchema_winOverTheSettings() throws UndecodableException {
        DebeziumDecoder decoder = decoder(Tables.TEXTS);
        String micros = Schemas.envelope(Schemas.decimal("price", 3), Schemas.time("event_ts", "MicroTimestamp"));
        String millis = Schemas.envelope(Schemas.decimal("price", 2), Schemas.time("event_ts", "Timestamp"));
        String text = Schemas.envelope(Schemas.text("price"), Schemas.zonedTime("event_ts"));
        for (int i = 0; i < 3; i++) {
            decode(decoder, micros, "\"DaI=\"", "1795349951524822");
            assertAfter(349, 1795349951524822L, "DaI=");
            decode(decoder, millis, "\"AV4=\"", "1795349951524");
            assertAfter(350, 1795349951524000L, "AV4=");
            decode(decoder, text, "\"3.50\"", TIME);
            assertAfter(350, 1795349951524822L, "text");
        }
    }

    private void assertAfter(long priceUnits, long eventTimeMicros, String what) {
        assertEquals(priceUnits, change.after().units(2), what);
        assertEquals(eventTimeMicros, change.after().units(3), what);
    }

    private long price(String value) throws UndecodableException {
        return price(Tables.TEXTS, value);
    }

    private long price(ColumnTypes types, String value) throws UndecodableException {
        decode(types, "5", "2", value, TIME);
        return change.after().units(2);
    }

    private long time(EpochUnit unit, String value) throws UndecodableException {
        decode(Tables.written(ColumnTypes.TEXT, ColumnTypes.TEXT, unit), "5", "2", "1", value);
        return change.after().units(3);
    }

    private static long micros(String time) {
        return Instant.parse(time).toEpochMilli() * 1000;
    }

    private static String base64(BigInteger unscaled) {
        return Base64.getEncoder().encodeToString(unscaled.toByteArray());
    }

    private void assertReason(DeadLetterReason reason, ColumnTypes types, String price) {
        UndecodableException e =
                assertThrows(UndecodableException.class, () -> decode(types, "5", "2", price, TIME), price);
        assertEquals(reason, e.reason(), e.getMessage());
        assertEquals("after.price", e.field());
    }

    private void assertQuantityReason(DeadLetterReason reason, String quantity) {
        UndecodableException e = assertThrows(
                UndecodableException.class, () -> decode(Tables.TEXTS, "5", quantity, "1", TIME), quantity);
        assertEquals(reason, e.reason(), e.getMessage());
        assertEquals("after.quantity", e.field());
    }

    private void assertTimeReason(DeadLetterReason reason, EpochUnit unit, String time) {
        UndecodableException e = assertThrows(UndecodableException.class, () -> time(unit, time), time);
        assertEquals(reason, e.reason(), e.getMessage());
        assertEquals("after.event_ts", e.field());
    }

    private void decode(ColumnTypes types, String customer, String quantity, String price, String time)
            throws UndecodableException {
        String row = DebeziumDecoderTest.row("n1", customer, quantity, price, time);
        Changes.decode(decoder(types), Envelopes.bytes(DebeziumDecoderTest.envelope("c", "null", row)), change);
    }

    private void decode(DebeziumDecoder decoder, String schema, String price, String time) throws UndecodableException {
        String row = DebeziumDecoderTest.row("n1", "5", "2", price, time);
        String record =
                "{\"schema\":" + schema + ",\"payload\":" + DebeziumDecoderTest.envelope("c", "null", row) + "}";
        Changes.decode(decoder, Envelopes.bytes(record), change);
    }

    private static DebeziumDecoder decoder(ColumnTypes types) {
        return new DebeziumDecoder(Tables.settings(UpdateMode.RETRACT, Tables.priced("numeric(20,2)", types)));
    }
}
