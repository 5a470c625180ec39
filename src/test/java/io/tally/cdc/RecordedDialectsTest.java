package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a real connector wrote about one order, with each of the settings of {@code DialectsIT}, which records it: the order
 * was there before, was changed, deleted and added again.
 */
class RecordedDialectsTest {

    private static final String TIME =
            Long.toString(Instant.parse("2026-11-22T12:19:11.524Z").toEpochMilli() * 1000 + 822);

    private final Map<Integer, WriterSchema> schemas = new HashMap<>();
    private final List<byte[]> records = new ArrayList<>();

    private void read(String name) throws IOException {
        var resource = getClass().getResourceAsStream("/recorded/" + name + ".txt");
        assertNotNull(resource, name);
        List<String> before = new ArrayList<>();
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] parts = line.split(" ", 2);
                switch (parts[0]) {
                    case "schema" -> {
                        String[] schema = parts[1].split(" ", 2);
                        schemas.put(
                                Integer.valueOf(schema[0]),
                                WriterSchema.of(WriterSchema.AVRO, schema[1], before, Tables.NAMES));
                        before.add(schema[1]);
                    }
                    case "hex" -> records.add(HexFormat.of().parseHex(parts[1]));
                    case "json" -> records.add(parts[1].getBytes(StandardCharsets.UTF_8));
                    default -> records.add(null);
                }
            }
        }
    }

    /** Decodes all records; those that cannot be are represented by their reason. */
    private List<String> decode(ColumnTypes types, Shape shape) {
        DebeziumDecoder decoder = new DebeziumDecoder(
                Tables.settings(UpdateMode.RETRACT, Tables.strict(types)).with(RecordFormat.AUTO, schemas::get));
        List<String> found = new ArrayList<>();
        for (byte[] record : records) {
            RowChange change = new RowChange();
            try {
                Changes.decode(decoder, record, change);
            } catch (UndecodableException e) {
                found.add(e.reason().code());
                continue;
            }
            ReferenceReader.Change copy = Changes.copy(change);
            if (copy.op() != RowChange.Op.TOMBSTONE) {
                assertEquals(shape, decoder.shape());
                assertEquals("recorded", copy.orderId());
                assertNotNull(copy.transactionId());
            }
            found.add(copy.op() + " " + pieces(copy.before()) + " " + pieces(copy.after()));
        }
        return found;
    }

    /** How many pieces a row has, once it is known to be right in all else. */
    private static String pieces(ReferenceReader.Row row) {
        if (row == null || row.values().contains("not finite")) {
            return row == null ? "-" : "left out";
        }
        String pieces = row.values().get(1);
        assertEquals(List.of("7", pieces, "12.3", TIME), row.values());
        return pieces;
    }

    @ParameterizedTest
    @CsvSource({
        "dialect-shipped, ENVELOPE, false",
        "dialect-schema, ENVELOPE_WITH_SCHEMA, false",
        "dialect-bytes, ENVELOPE, true",
        "dialect-double, ENVELOPE, false",
        "dialect-avro, ENVELOPE_AVRO, false",
    })
    void decode_envelopes_asRecorded(String name, Shape shape, boolean bytes) throws IOException {
        read(name);
        ColumnTypes types = bytes ? Tables.TEXTS.withDecimals(2, 2) : Tables.TEXTS;
        List<String> found = decode(types, shape);
        found.remove("TOMBSTONE - -");
        assertEquals(List.of("SNAPSHOT - 2", "UPDATE 2 3", "DELETE 3 -", "INSERT - -4"), found);
    }

    /** The order was there with the price NaN, which came and went. */
    @ParameterizedTest
    @ValueSource(strings = {"faults-string", "faults-double"})
    void decode_notANumber_asRecorded(String name) throws IOException {
        read(name);
        assertEquals(
                List.of("SNAPSHOT - left out", "UPDATE left out 2", "UPDATE 2 left out", "UPDATE left out 2"),
                decode(Tables.TEXTS, Shape.ENVELOPE));
    }

    @ParameterizedTest
    @CsvSource({
        "dialect-row, ROW",
        "dialect-row-schema, ROW_WITH_SCHEMA",
        "dialect-avro-row, ROW_AVRO",
    })
    void decode_rows_asRecorded(String name, Shape shape) throws IOException {
        read(name);
        assertEquals(
                List.of("SNAPSHOT - 2", "DELETE 2 -", "INSERT - -4", "no-before-image"), decode(Tables.TEXTS, shape));
    }
}
