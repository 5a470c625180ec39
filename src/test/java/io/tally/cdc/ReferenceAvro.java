package io.tally.cdc;

import io.tally.cdc.ReferenceReader.Rejected;
import io.tally.cdc.value.EpochUnit;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * The plain reading of Avro: Apache's usual reader makes a tree of what counts, whose JSON is then read the plain way. One char
 * of that stands for one byte, so that spoiled text stays spoiled.
 */
final class ReferenceAvro {

    private static final Set<String> COLUMNS = Set.of("order_id", "customer_id", "quantity", "price", "event_ts");
    private static final Set<String> SOURCE = Set.of("txId", "lsn", "sequence", "ts_ms", "snapshot", "schema", "table");
    private static final Set<String> PARTS = Set.of("before", "after", "source");
    private static final Set<String> OUTERMOST = Set.of(
            "before",
            "after",
            "source",
            "op",
            "__op",
            "__deleted",
            "__txId",
            "__lsn",
            "__sequence",
            "__source_ts_ms",
            "__snapshot",
            "__schema",
            "__table",
            "ts_ms",
            "status",
            "id");

    private ReferenceAvro() {}

    /** The JSON that says what counts of a datum. */
    static byte[] json(Schema schema, byte[] bytes, int offset, int length) throws Rejected {
        BinaryDecoder decoder = DecoderFactory.get().binaryDecoder(bytes, offset, length, null);
        try {
            GenericData data = new GenericData();
            data.setFastReaderEnabled(false);
            Object datum = new GenericDatumReader<>(schema, read(schema, "", true), data).read(null, decoder);
            ReferenceReader.demand(decoder.isEnd(), "bytes are left over");
            return json(datum, schema, "", true).getBytes(StandardCharsets.ISO_8859_1);
        } catch (IOException | AvroRuntimeException | IndexOutOfBoundsException | UnsupportedOperationException e) {
            throw new Rejected(e.toString());
        }
    }

    private static boolean counts(String field, String of, boolean outermost) {
        return switch (of) {
            case "before", "after" -> COLUMNS.contains(field);
            case "source" -> SOURCE.contains(field);
            default -> !outermost || OUTERMOST.contains(field) || COLUMNS.contains(field);
        };
    }

    /** What is read of values of a schema. */
    private static Schema read(Schema schema, String name, boolean outermost) {
        if (schema.isUnion()) {
            return Schema.createUnion(schema.getTypes().stream()
                    .map(branch -> read(branch, name, outermost))
                    .toList());
        }
        if (schema.getType() != Schema.Type.RECORD || !outermost && !PARTS.contains(name)) {
            return schema;
        }
        return Schema.createRecord(
                schema.getName(),
                null,
                schema.getNamespace(),
                false,
                schema.getFields().stream()
                        .filter(field -> counts(field.name(), name, outermost))
                        .map(field -> new Schema.Field(
                                field.name(), outermost ? read(field.schema(), field.name(), false) : field.schema()))
                        .toList());
    }

    /** What the numbers of the event time count, or null. */
    static EpochUnit timeUnit(Schema schema) {
        for (Schema row : List.of(schema, nested(schema, "before"), nested(schema, "after"))) {
            if (row.getType() != Schema.Type.RECORD || row.getField("event_ts") == null) {
                continue;
            }
            for (Schema type : branches(row.getField("event_ts").schema())) {
                String name = type.getProp("connect.name") + type.getProp("logicalType");
                if (type.getType() == Schema.Type.LONG && !name.equals("nullnull")) {
                    return name.contains("Micro")
                            ? EpochUnit.MICROS
                            : name.contains("Nano") ? EpochUnit.NANOS : EpochUnit.MILLIS;
                }
            }
        }
        return null;
    }

    private static Schema nested(Schema schema, String field) {
        return schema.getField(field) == null
                ? Schema.create(Schema.Type.NULL)
                : branches(schema.getField(field).schema()).stream()
                        .filter(type -> type.getType() == Schema.Type.RECORD)
                        .findFirst()
                        .orElse(Schema.create(Schema.Type.NULL));
    }

    private static List<Schema> branches(Schema schema) {
        return schema.isUnion() ? schema.getTypes() : List.of(schema);
    }

    private static String json(Object datum, Schema schema, String name, boolean outermost) {
        return switch (datum) {
            case null -> "null";
            case GenericRecord record -> object(record, type(schema, Schema.Type.RECORD), name, outermost);
            case Utf8 text -> quoted(text);
            case ByteBuffer bytes -> binary(bytes, type(schema, Schema.Type.BYTES));
            case GenericFixed fixed -> binary(ByteBuffer.wrap(fixed.bytes()), type(schema, Schema.Type.FIXED));
            case Double number when !Double.isFinite(number) -> "\"" + number + "\"";
            case Float number when !Float.isFinite(number) -> "\"" + number + "\"";
            case Number number -> number.toString();
            case Boolean bool -> bool.toString();
            default -> throw new AssertionError("nobody asked for " + datum);
        };
    }

    private static Schema type(Schema schema, Schema.Type wanted) {
        return branches(schema).stream()
                .filter(type -> type.getType() == wanted)
                .findFirst()
                .orElseThrow();
    }

    private static String object(GenericRecord record, Schema schema, String name, boolean outermost) {
        StringJoiner members = new StringJoiner(",", "{", "}");
        for (Schema.Field field : schema.getFields()) {
            String of = field.name();
            if (counts(of, name, outermost)) {
                members.add("\"" + of + "\":" + json(record.get(of), field.schema(), of, false));
            } else {
                members.add("\"" + of + "\":null");
            }
        }
        return members.toString();
    }

    private static String quoted(Utf8 text) {
        StringBuilder json = new StringBuilder("\"");
        for (int i = 0; i < text.getByteLength(); i++) {
            char c = (char) (text.getBytes()[i] & 0xFF);
            json.append(c < ' ' || c == '"' || c == '\\' ? String.format("\\u%04x", (int) c) : String.valueOf(c));
        }
        return json.append('"').toString();
    }

    private static String binary(ByteBuffer bytes, Schema type) {
        byte[] array = new byte[bytes.remaining()];
        bytes.duplicate().get(array);
        String base64 = "\"" + Base64.getEncoder().encodeToString(array) + "\"";
        if (type.getProp("connect.name") == null) {
            return base64;
        }
        Object scale = type.getObjectProp("scale");
        Object connect = ((Map<?, ?>) type.getObjectProp("connect.parameters")).get("scale");
        return "{\"scale\":" + (scale == null ? connect : scale) + ",\"value\":" + base64 + "}";
    }
}
