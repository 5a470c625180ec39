package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.RowChange.Op;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.Test;

/** Values whose schema is in a registry: Avro, and JSON with a JSON Schema. */
class DebeziumDecoderAvroTest {

    private static final int ID = 0x01_02_03_04;
    private static final String DECIMAL =
            "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":12,\"scale\":2}";
    private static final String MICROS = "{\"type\":\"long\",\"connect.name\":\"io.debezium.time.MicroTimestamp\"}";

    private final Map<Integer, WriterSchema> schemas = new HashMap<>();
    private final DebeziumDecoder decoder = decoder(RecordFormat.AUTO);
    private final RowChange change = new RowChange();

    private DebeziumDecoder decoder(RecordFormat format) {
        return new DebeziumDecoder(DecoderSettings.defaults().with(format, schemas::get));
    }

    private Schema envelope(String price, String time) {
        String row = AvroRecords.record(
                "Value",
                "shop",
                List.of(
                        AvroRecords.field("order_id", "\"string\""),
                        AvroRecords.field("customer_id", "\"int\""),
                        AvroRecords.field("note", "[\"null\",\"string\"]"),
                        AvroRecords.field("quantity", "\"int\""),
                        AvroRecords.field("price", price),
                        AvroRecords.field("event_ts", time)));
        String source = AvroRecords.record(
                "Source",
                "shop",
                List.of(
                        AvroRecords.field("connector", "\"string\""),
                        AvroRecords.field("ts_ms", "\"long\""),
                        AvroRecords.field("sequence", "[\"null\",\"string\"]"),
                        AvroRecords.field("table", "\"string\""),
                        AvroRecords.field("txId", "[\"null\",\"long\"]"),
                        AvroRecords.field("lsn", "[\"null\",\"long\"]")));
        Schema schema = new Schema.Parser()
                .parse(AvroRecords.record(
                        "Envelope",
                        "shop",
                        List.of(
                                AvroRecords.field("before", "[\"null\"," + row + "]"),
                                AvroRecords.field("after", "[\"null\",\"Value\"]"),
                                AvroRecords.field("source", source),
                                AvroRecords.field("op", "\"string\""))));
        schemas.put(ID, WriterSchema.of("AVRO", schema.toString(), List.of(), Tables.NAMES));
        return schema;
    }

    private byte[] update(Schema schema, Object price, Object time) {
        GenericRecord value = new GenericData.Record(schema);
        for (String image : List.of("before", "after")) {
            GenericRecord row = new GenericData.Record(
                    schema.getField(image).schema().getTypes().get(1));
            row.put("order_id", "Grüße \"1\"");
            row.put("customer_id", image.equals("before") ? 5 : -7);
            row.put("quantity", 2);
            row.put("price", price);
            row.put("event_ts", time);
            value.put(image, row);
        }
        GenericRecord source = new GenericData.Record(schema.getField("source").schema());
        source.put("connector", "postgresql");
        source.put("ts_ms", 1_795_349_951_525L);
        source.put("sequence", "[\"24849000\",\"24849416\"]");
        source.put("table", "orders");
        source.put("txId", 758L);
        source.put("lsn", 24_849_416L);
        value.put("source", source);
        value.put("op", "u");
        return AvroRecords.framed(ID, AvroRecords.encode(schema, value));
    }

    private static ByteBuffer unscaled(String decimal) {
        return ByteBuffer.wrap(new BigDecimal(decimal).unscaledValue().toByteArray());
    }

    private void assertUpdate(String price, String time) {
        assertEquals(
                new ReferenceReader.Change(
                        Op.UPDATE,
                        new ReferenceReader.Row(List.of("5", "2", price, time)),
                        new ReferenceReader.Row(List.of("-7", "2", price, time)),
                        "Grüße \"1\"",
                        758,
                        24_849_416,
                        24_849_000L,
                        1_795_349_951_525L),
                Changes.copy(change));
        assertEquals(Shape.ENVELOPE_AVRO, decoder.shape());
    }

    @Test
    void decode_avro_readsEveryWriting() throws UndecodableException {
        decoder.decode(
                update(envelope(DECIMAL, "\"string\""), unscaled("3.50"), "2026-11-22T12:19:11.524822Z"), change);
        assertUpdate("3.5", "1795349951524822");
        decoder.decode(update(envelope(DECIMAL, MICROS), unscaled("-0.05"), 1_795_349_951_524_822L), change);
        assertUpdate("-0.05", "1795349951524822");
        decoder.decode(update(envelope("\"double\"", MICROS), 19.99, -1L), change);
        assertUpdate("19.99", "-1");
        decoder.decode(update(envelope("\"string\"", MICROS), "1E+2", 0L), change);
        assertUpdate("1E+2", "0");
        String nullable = "[\"null\"," + DECIMAL + "]";
        decoder.decode(update(envelope(nullable, MICROS), unscaled("9999999999.99"), 999L), change);
        assertUpdate("9999999999.99", "999");
    }

    /** Changes of one poll are kept until all are decoded, and refer to what was decoded then. */
    @Test
    void decode_manyRecords_leavesEarlierOrderIdsAlone() throws UndecodableException {
        byte[] record = update(envelope(DECIMAL, MICROS), unscaled("3.50"), 0L);
        RowChange first = new RowChange();
        decoder.decode(record, first);
        for (int i = 0; i < 1000; i++) {
            decoder.decode(record, change);
        }
        assertEquals("Grüße \"1\"", Changes.copy(first).orderId());
    }

    @Test
    void decode_jsonWithSchema_takesTypesFromIt() throws UndecodableException {
        String row = "{\"type\":\"object\",\"title\":\"shop.Value\",\"properties\":{\"price\":{\"type\":\"number\","
                + "\"title\":\"org.apache.kafka.connect.data.Decimal\",\"connect.type\":\"bytes\","
                + "\"connect.parameters\":{\"scale\":\"2\"}},\"event_ts\":{\"oneOf\":[{\"type\":\"null\"},"
                + "{\"type\":\"integer\",\"title\":\"io.debezium.time.MicroTimestamp\",\"connect.type\":\"int64\"}]}}}";
        String schema = "{\"type\":\"object\",\"title\":\"shop.Envelope\",\"definitions\":{\"row\":" + row
                + "},\"properties\":{\"before\":{\"oneOf\":[{\"type\":\"null\"},{\"$ref\":\"#/definitions/row\"}]},"
                + "\"after\":{\"oneOf\":[{\"type\":\"null\"},{\"$ref\":\"#/definitions/row\"}]}}}";
        schemas.put(ID, WriterSchema.of("JSON", schema, List.of(), Tables.NAMES));
        String value = "{\"before\":null,\"after\":"
                + DebeziumDecoderTest.row("n1", "5", "2", "\"AV4=\"", "1795349951524822") + ",\"op\":\"c\"}";
        byte[] record = AvroRecords.framed(ID, value.getBytes(StandardCharsets.UTF_8));
        decoder.decode(record, change);
        assertEquals(List.of("5", "2", "3.5", "1795349951524822"), Changes.values(change.after()));
        assertEquals(Shape.ENVELOPE_JSON_SCHEMA, decoder.shape());
    }

    @Test
    void decode_jsonBehindAnId_needsNoRegistry() throws UndecodableException {
        byte[] record = AvroRecords.framed(99, Envelopes.REAL.getBytes(StandardCharsets.UTF_8));
        DebeziumDecoder plain = new DebeziumDecoder();
        plain.decode(record, change);
        assertEquals(Op.UPDATE, change.op());
        assertEquals(Shape.ENVELOPE_JSON_SCHEMA, plain.shape());
        DebeziumDecoder json = decoder(RecordFormat.JSON);
        json.decode(record, change);
        assertEquals(Op.UPDATE, change.op());
        assertTrue(!json.needsSchemas()
                && json.lackingSchema(record, 0, record.length).isEmpty());
    }

    @Test
    void lackingSchema_isTheOneThatIsNotAtHand() {
        byte[] record = update(envelope(DECIMAL, MICROS), unscaled("3.50"), 0L);
        assertEquals(OptionalInt.empty(), decoder.lackingSchema(record, 0, record.length));
        schemas.clear();
        assertEquals(OptionalInt.of(ID), decoder.lackingSchema(record, 0, record.length));
        assertEquals(OptionalInt.empty(), decoder.lackingSchema(record, 0, 4));
        assertEquals(OptionalInt.empty(), decoder.lackingSchema("{}".getBytes(StandardCharsets.UTF_8), 0, 2));
    }

    @Test
    void decode_faults_areNamed() {
        byte[] record = update(envelope(DECIMAL, MICROS), unscaled("3.505"), 0L);
        assertFault(decoder, Arrays.copyOf(record, record.length - 1), DeadLetterReason.NOT_AVRO, "not Avro");
        assertFault(
                decoder, Arrays.copyOf(record, record.length + 1), DeadLetterReason.NOT_AVRO, "bytes are left over");
        byte[] other = record.clone();
        other[1] = 9;
        assertFault(decoder, other, DeadLetterReason.UNKNOWN_SCHEMA, "schema 151126788 is not in the registry");
        assertFault(decoder, new byte[] {0, 1, 2}, DeadLetterReason.NOT_JSON, "0x00");
        assertFault(new DebeziumDecoder(), record, DeadLetterReason.NOT_JSON, "set tally.registry.url");
        byte[] json = Envelopes.REAL.getBytes(StandardCharsets.UTF_8);
        assertFault(decoder(RecordFormat.AVRO), json, DeadLetterReason.NOT_AVRO, "begins with 0x7b");
        assertFault(decoder(RecordFormat.AVRO), new byte[0], DeadLetterReason.NOT_AVRO, "is empty");

        schemas.put(ID, WriterSchema.of("PROTOBUF", "", List.of(), Tables.NAMES));
        assertFault(decoder, record, DeadLetterReason.UNKNOWN_SCHEMA, "PROTOBUF");
        schemas.put(ID, WriterSchema.of("AVRO", "{\"type\":\"shop.Value\"}", List.of(), Tables.NAMES));
        assertFault(decoder, record, DeadLetterReason.UNKNOWN_SCHEMA, "Unknown schema");
    }

    /** Faults in the values are told as of any other record, with the names of all columns that are there. */
    @Test
    void decode_faultsInColumns_nameTheColumn() {
        byte[] record = update(envelope("\"string\"", MICROS), "3.505", 0L);
        assertFault(decoder, record, DeadLetterReason.FINER_PRICE, "before.price \"3.505\" has more than 2 decimals");
        List<String> columns = List.of("customer_id", "quantity", "price", "ordered_at");
        Schema schema = envelope("\"string\"", MICROS);
        schemas.put(
                ID,
                WriterSchema.of("AVRO", schema.toString(), List.of(), new ColumnNames(List.of("order_id"), columns)));
        DebeziumDecoder renamed = new DebeziumDecoder(Tables.settings(
                        UpdateMode.APPEND,
                        Tables.of(
                                columns,
                                List.of("integer", "integer", "numeric(12,2)", "timestamp with time zone"),
                                false,
                                Tables.TEXTS))
                .with(RecordFormat.AUTO, schemas::get));
        byte[] whole = update(schema, "3.50", 0L);
        assertFault(renamed, whole, DeadLetterReason.MISSING_FIELD, "ordered_at is missing");
        assertFault(renamed, whole, DeadLetterReason.MISSING_FIELD, "note");
    }

    /** Generators of Java classes leave such attributes in schemas. */
    @Test
    void decode_textThatIsToBecomeAString_isATextAllTheSame() throws UndecodableException {
        String text = "{\"type\":\"string\",\"avro.java.string\":\"String\",\"java-class\":\"java.io.File\"}";
        decoder.decode(update(envelope(text, MICROS), "3.50", 999L), change);
        assertUpdate("3.5", "999");
    }

    /** Its columns would be taken for others. */
    @Test
    void decode_schemaMadeReadyForOtherColumns_isAMistakeOfTheProgram() {
        Schema schema = envelope(DECIMAL, MICROS);
        byte[] record = update(schema, unscaled("3.50"), 0L);
        ColumnNames others = new ColumnNames(List.of("order_id"), List.of("quantity", "customer_id"));
        schemas.put(ID, WriterSchema.of("AVRO", schema.toString(), List.of(), others));
        assertThrows(IllegalStateException.class, () -> decoder.decode(record, change));
    }

    /** A count of elements that take no byte must not keep anybody busy. */
    @Test
    void decode_endlessArray_isRefused() {
        Schema nothings = new Schema.Parser()
                .parse(AvroRecords.record(
                        "Endless",
                        "shop",
                        List.of(AvroRecords.field("nothings", "{\"type\":\"array\",\"items\":\"null\"}"))));
        schemas.put(ID, WriterSchema.of("AVRO", nothings.toString(), List.of(), Tables.NAMES));
        byte[] longs = {-2, -1, -1, -1, -1, -1, -1, -1, -1, 1, 0};
        assertFault(
                decoder, AvroRecords.framed(ID, longs), DeadLetterReason.UNKNOWN_SCHEMA, "elements without content");

        // Each holds the one before twice, so that going through all of them would take as long.
        String nested = AvroRecords.record("Nothing0", "shop", List.of());
        for (int i = 1; i < 64; i++) {
            String twice = "\"Nothing" + (i - 1) + "\"";
            nested = AvroRecords.record(
                    "Nothing" + i, "shop", List.of(AvroRecords.field("a", nested), AvroRecords.field("b", twice)));
        }
        String array = "{\"type\":\"array\",\"items\":" + nested + "}";
        schemas.put(ID, WriterSchema.of("AVRO", array, List.of(), Tables.NAMES));
        assertFault(
                decoder, AvroRecords.framed(ID, longs), DeadLetterReason.UNKNOWN_SCHEMA, "elements without content");

        Schema deep = new Schema.Parser()
                .parse(AvroRecords.record("Deep", "shop", List.of(AvroRecords.field("deeper", "[\"null\",\"Deep\"]"))));
        schemas.put(ID, WriterSchema.of("AVRO", deep.toString(), List.of(), Tables.NAMES));
        byte[] levels = new byte[100_000];
        Arrays.fill(levels, (byte) 2);
        assertFault(decoder, AvroRecords.framed(ID, levels), DeadLetterReason.NOT_AVRO, "StackOverflowError");
    }

    private void assertFault(DebeziumDecoder by, byte[] record, DeadLetterReason reason, String words) {
        UndecodableException fault = assertThrows(UndecodableException.class, () -> Changes.decode(by, record, change));
        assertEquals(reason, fault.reason(), fault.getMessage());
        assertTrue(fault.getMessage().contains(words), fault.getMessage());
        assertTrue(change.isFaulty() || change.op() == Op.NONE);
    }
}
