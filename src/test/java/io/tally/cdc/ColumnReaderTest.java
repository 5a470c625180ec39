package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.tally.cdc.value.EpochUnit;
import io.tally.view.Type;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each type of column, in every way in which Debezium and Connect write it. */
class ColumnReaderTest {

    private final RowChange change = new RowChange();

    private String value(String type, ColumnTypes written, String json) throws UndecodableException {
        TableColumns table = Tables.of(List.of("v"), List.of(type), true, written);
        DecoderSettings settings = new DecoderSettings(List.of("id"), () -> table, UpdateMode.RETRACT, Set.of());
        String record = "{\"op\":\"c\",\"after\":{\"id\":1,\"v\":" + json + "}}";
        Changes.decode(new DebeziumDecoder(settings), Envelopes.bytes(record), change);
        return Changes.values(change.after()).getFirst();
    }

    private String value(String type, String json) throws UndecodableException {
        return value(type, ColumnTypes.texts(1), json);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            nullValues = "NULL",
            value = {
                "smallint, -32768, -32768",
                "smallint, 32767, 32767",
                "integer, 2147483647, 2147483647",
                "bigint, -9223372036854775807, -9223372036854775807",
                "bigint, -9223372036854775808, -9223372036854775808",
                "bigint, 9223372036854775807, 9223372036854775807",
                "boolean, true, 1",
                "boolean, false, 0",
                "boolean, null, NULL",
                "'numeric(12,2)', \"3.50\", 3.5",
                "'numeric(12,2)', 3.5, 3.5",
                "'numeric(12,2)', \"9999999999.99\", 9999999999.99",
                "'numeric(5,5)', \"0.00001\", 0.00001",
                "'numeric(2,4)', \"0.0099\", 0.0099",
                "'numeric(3,-2)', \"12300\", 1.23E+4",
                "'numeric(3,-2)', 1.23e4, 1.23E+4",
                "'numeric(19,0)', 9223372036854775808, 9223372036854775808",
                "'numeric(38,18)', \"12345678901234567890.123456789012345678\", 12345678901234567890.123456789012345678",
                "'numeric(40,20)', \"0.12345678901234567890\", 0.1234567890123456789",
                "'numeric(40,20)', '{\"scale\":20,\"value\":\"AQ==\"}', 1E-20",
                "numeric, \"123456789012345678901234567890.5\", 123456789012345678901234567890.5",
                "numeric, '{\"scale\":1,\"value\":\"BQ==\"}', 0.5",
                "numeric, '{\"scale\":-3,\"value\":\"BQ==\"}', 5E+3",
                "numeric, 1E-16383, 1E-16383",
                "numeric, 1E+131071, 1E+131071",
                "numeric, \"0E+999999999999\", 0",
                "numeric, \"NaN\", 'not finite'",
                "numeric, \"NEGATIVE_INFINITY\", 'not finite'",
                "text, \"\", ''",
                "text, \"Gr\\u00fc\\u00dfe \\\"1\\\"\\n\", 'Grüße \"1\"\n'",
                "text, \"Grüße \\ud83d\\ude00\", 'Grüße \uD83D\uDE00'",
                "character varying(10), \"abc\", abc",
                "enum, \"sad\", sad",
                "uuid, \"A0EEBC99-9c0b-4ef8-bb6d-6bb9bd380a11\", a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
                "date, 20779, 20779",
                "date, -1, -1",
                "date, \"2026-11-22Z\", 20779",
                "date, \"2026-11-22\", 20779",
                "date, \"infinity\", 'not finite'",
                "date, 2146033979, 'not finite'",
                "date, -2147472691, 'not finite'",
                "date, \"+294247-01-02Z\", 106751983",
                "timestamp without time zone, \"2026-11-22T12:19:11.524822Z\", 1795349951524822",
                "timestamp without time zone, \"+292278994-08-16T23:00:00Z\", 'not finite'",
                "timestamp(3) with time zone, \"2026-11-22T13:19:11.5+01:00\", 1795349951500000",
                "timestamp with time zone, \"infinity\", 'not finite'",
                "timestamp with time zone, \"+294247-01-01T00:00:00Z\", far",
                "timestamp with time zone, \"-4713-11-24T00:00:00Z\", -210866803200000000",
            })
    void read_valueOfTheType_isThatValue(String type, String json, String expected) throws UndecodableException {
        assertEquals(expected, value(type, json));
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '\'',
            value = {
                "smallint, 32768, number-out-of-range",
                "integer, -2147483649, number-out-of-range",
                "bigint, 9223372036854775808, number-out-of-range",
                "bigint, 1.0, wrong-type",
                "bigint, \"1\", wrong-type",
                "boolean, 1, wrong-type",
                "boolean, \"true\", wrong-type",
                "'numeric(12,2)', \"10000000000.00\", number-out-of-range",
                "'numeric(12,2)', \"3.505\", finer-price",
                "'numeric(12,2)', \"1E+999999999999\", number-out-of-range",
                "'numeric(38,18)', \"123456789012345678901.0\", number-out-of-range",
                "'numeric(38,18)', \"0.0000000000000000001\", finer-price",
                "'numeric(3,-2)', 12345, finer-price",
                "'numeric(3,-2)', 100000, number-out-of-range",
                "'numeric(2,4)', \"0.01\", number-out-of-range",
                "numeric, 1E-16384, finer-price",
                "numeric, 1E+131072, number-out-of-range",
                "numeric, \"much\", impossible-number",
                "numeric, true, wrong-type",
                "text, 7, wrong-type",
                "text, {}, wrong-type",
                "text, \"__debezium_unavailable_value\", unavailable-value",
                "enum, \"\\u005f_debezium_unavailable_value\", unavailable-value",
                "numeric, \"__debezium_unavailable_value\", unavailable-value",
                "uuid, \"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1\", wrong-type",
                "uuid, \"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a1g\", wrong-type",
                "uuid, \"a0eebc9909c0b-4ef8-bb6d-6bb9bd380a11\", wrong-type",
                "date, 2145042906, impossible-time",
                "date, 1.5, impossible-time",
                "date, \"2026-11-31\", impossible-time",
                "date, true, wrong-type",
                "timestamp without time zone, \"2026-11-22T12:19:11\", impossible-time",
                "timestamp without time zone, 1795349951524822, wrong-type",
                "timestamp with time zone, \"+294277-01-01T00:00:00Z\", impossible-time",
            })
    void read_anythingElse_isAFaultOfTheRecord(String type, String json, String reason) {
        UndecodableException refused = assertThrows(UndecodableException.class, () -> value(type, json));
        assertEquals(reason, refused.reason().code(), refused.getMessage());
        assertEquals("after.v", refused.field());
    }

    @Test
    void read_bytesAndNumbers_areReadAsWritten() throws UndecodableException {
        ColumnTypes bytes = ColumnTypes.texts(1).withDecimals(0, 2);
        assertEquals("3.5", value("numeric(12,2)", bytes, "\"AV4=\""));
        assertEquals("3.5", value("numeric", bytes, "\"AV4=\""));
        assertEquals("-1E-20", value("numeric(40,20)", bytes.withDecimals(0, 20), "\"/w==\""));
        // 2^71 - 1
        assertEquals("23611832414348226068.47", value("numeric(30,2)", bytes, "\"f///////////\""));
        for (String type : List.of("timestamp without time zone", "timestamp with time zone")) {
            ColumnTypes texts = ColumnTypes.texts(1);
            assertEquals("1795349951524000", value(type, texts.withUnit(0, EpochUnit.MILLIS), "1795349951524"));
            assertEquals("1795349951524822", value(type, texts.withUnit(0, EpochUnit.MICROS), "1795349951524822"));
            assertEquals("1795349951524822", value(type, texts.withUnit(0, EpochUnit.NANOS), "1795349951524822999"));
            assertEquals("far", value(type, texts.withUnit(0, EpochUnit.MILLIS), "9223371244800000"));
            assertEquals("9223371244799999000", value(type, texts.withUnit(0, EpochUnit.MILLIS), "9223371244799999"));
        }
    }

    @Test
    void of_typeThatNoViewReads_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> ColumnReader.of(Type.named("double precision")));
    }

    @Test
    void decode_manyColumns_readsThemAll() throws UndecodableException {
        List<String> names = IntStream.range(0, 200).mapToObj(i -> "c" + i).toList();
        List<String> numbers =
                IntStream.range(0, 200).mapToObj(Integer::toString).toList();
        TableColumns table = Tables.of(names, Collections.nCopies(200, "integer"), false, ColumnTypes.texts(200));
        DebeziumDecoder decoder =
                new DebeziumDecoder(new DecoderSettings(List.of("c7"), () -> table, UpdateMode.RETRACT, Set.of()));
        for (int seven = 70; seven < 80; seven++) {
            String number = Integer.toString(seven);
            String row = names.stream()
                    .map(name -> "\"%s\":%s".formatted(name, name.equals("c7") ? number : name.substring(1)))
                    .collect(Collectors.joining(",", "{", "}"));
            for (String record :
                    List.of("{\"op\":\"c\",\"after\":" + row + "}", row.replace("{", "{\"__op\":\"c\","))) {
                decoder.decode(Envelopes.bytes(record), change);
                List<String> expected = new ArrayList<>(numbers);
                expected.set(7, number);
                assertEquals(
                        expected.stream()
                                .map(n -> ReferenceTexts.shortest(new BigDecimal(n)))
                                .toList(),
                        Changes.values(change.after()));
                assertArrayEquals(Envelopes.bytes(number), Changes.orderId(change));
            }
        }
    }

    /** Before and after may differ in what cannot be read of them; the row before is told first. */
    @Test
    void decode_rowsWithFaults_tellsOfAll() {
        TableColumns table = Tables.of(List.of("a", "b"), List.of("integer", "text"), true, ColumnTypes.texts(2));
        DebeziumDecoder decoder =
                new DebeziumDecoder(new DecoderSettings(List.of("a"), () -> table, UpdateMode.RETRACT, Set.of()));
        String record = "{\"op\":\"u\",\"before\":{\"a\":1,\"b\":%s},\"after\":{\"a\":%s,\"b\":7}}";
        assertEquals(
                "before.b, after.b",
                fault(decoder, record.formatted("true", "1")).field());
        assertEquals(
                "before, after.b",
                fault(decoder, record.replace(",\"b\":%s", "").formatted("1")).field());
        assertEquals(
                "after.a, after.b",
                fault(decoder, record.formatted("\"x\"", "\"y\"")).field());
        assertEquals("after.b", fault(decoder, record.formatted("null", "1")).field());
    }

    private UndecodableException fault(DebeziumDecoder decoder, String record) {
        return assertThrows(UndecodableException.class, () -> Changes.decode(decoder, Envelopes.bytes(record), change));
    }
}
