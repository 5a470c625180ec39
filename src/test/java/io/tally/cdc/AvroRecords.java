package io.tally.cdc;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Schemas as Debezium's converters make them, and odd ones, with records to match, drawn from a seeded source. */
final class AvroRecords {

    static {
        // The reference implementation would make an array of any size that a spoiled length asks for.
        System.setProperty("org.apache.avro.limits.string.maxLength", "100000");
        System.setProperty("org.apache.avro.limits.bytes.maxLength", "100000");
        System.setProperty("org.apache.avro.limits.collectionItems.maxLength", "5000");
    }

    private static final String DECIMAL = "\"logicalType\":\"decimal\",\"precision\":20,\"connect.version\":1,"
            + "\"connect.parameters\":{\"scale\":\"%1$d\"},\"connect.name\":\"org.apache.kafka.connect.data.Decimal\"";
    private static final String STRUCT = "{\"type\":\"record\",\"name\":\"VariableScaleDecimal\",\"namespace\":"
            + "\"io.debezium.data\",\"fields\":[{\"name\":\"scale\",\"type\":\"int\"},"
            + "{\"name\":\"value\",\"type\":\"bytes\"}],\"connect.name\":\"io.debezium.data.VariableScaleDecimal\"}";

    private final Random random;

    /** Whether values come that should not. */
    private boolean odd;

    AvroRecords(Random random) {
        this.random = random;
    }

    /** The value of a record: a zero, the id, the datum. */
    static byte[] framed(int id, byte[] datum) {
        return ByteBuffer.allocate(5 + datum.length)
                .put((byte) 0)
                .putInt(id)
                .put(datum)
                .array();
    }

    static byte[] encode(Schema schema, Object datum) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(bytes, null);
        try {
            new GenericDatumWriter<>(schema).write(datum, encoder);
            encoder.flush();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return bytes.toByteArray();
    }

    // ---- schemas ---------------------------------------------------------------------------------------------------

    /** A schema of any of the shapes. */
    Schema schema() {
        String json = switch (random.nextInt(12)) {
            case 0 -> record("Heartbeat", "io.debezium", List.of(field("ts_ms", "\"long\"")));
            case 1 ->
                record(
                        "Transaction",
                        "io.debezium",
                        List.of(field("status", "\"string\""), field("id", "\"string\""), extra(0)));
            case 2, 3, 4 -> row(true);
            default -> envelope();
        };
        return new Schema.Parser().parse(json);
    }

    private String envelope() {
        String value = row(false);
        boolean sameForBoth = random.nextInt(5) > 0;
        List<String> fields = new ArrayList<>();
        fields.add(field("before", nullable(value)));
        fields.add(field("after", sameForBoth ? nullable("\"orders_cdc.public.orders.Value\"") : "\"null\""));
        fields.add(field("source", source()));
        fields.add(field("op", "\"string\""));
        fields.add(field("ts_ms", nullable("\"long\"")));
        fields.add(field("transaction", nullable(record("block", "event", List.of(field("id", "\"string\""))))));
        if (random.nextInt(4) == 0) {
            fields.add(1 + random.nextInt(fields.size() - 1), extra(7));
        }
        return record("Envelope", "orders_cdc.public.orders", fields);
    }

    private String row(boolean byItself) {
        List<String> fields = new ArrayList<>();
        fields.add(field("order_id", pick("\"string\"", "\"string\"", "\"int\"", "\"long\"", "\"boolean\"")));
        fields.add(field("customer_id", pick("\"int\"", "\"int\"", "\"long\"", nullable("\"int\""))));
        fields.add(field("quantity", quantity()));
        fields.add(field("price", price()));
        fields.add(field("event_ts", time()));
        for (int i = random.nextInt(3); i > 0; i--) {
            fields.add(extra(i));
        }
        if (byItself) {
            fields.add(field("__op", nullable("\"string\"")));
            fields.add(field("__deleted", pick("\"string\"", "\"boolean\"", nullable("\"string\""))));
            fields.add(field("__txId", nullable("\"long\"")));
            fields.add(field("__lsn", nullable("\"long\"")));
            fields.add(field("__sequence", nullable("\"string\"")));
            fields.add(field("__source_ts_ms", "\"long\""));
            fields.add(field("__table", "\"string\""));
        }
        if (random.nextInt(3) == 0) {
            Collections.shuffle(fields, random);
        }
        if (random.nextInt(10) == 0) {
            fields.remove(random.nextInt(fields.size()));
        }
        return record("Value", "orders_cdc.public.orders", fields);
    }

    private String source() {
        return record(
                "Source",
                "io.debezium.connector.postgresql",
                List.of(
                        field("version", "\"string\""),
                        field("ts_ms", "\"long\""),
                        field(
                                "snapshot",
                                "[{\"type\":\"string\",\"connect.name\":\"io.debezium.data.Enum\"},\"null\"]"),
                        field("sequence", nullable("\"string\"")),
                        field("schema", "\"string\""),
                        field("table", "\"string\""),
                        field("txId", nullable("\"long\"")),
                        field("lsn", nullable("\"long\"")),
                        field("xmin", nullable("\"long\""))));
    }

    private String price() {
        int scale = random.nextInt(5);
        return switch (random.nextInt(8)) {
            case 0, 1 -> "{\"type\":\"bytes\",\"scale\":" + scale + "," + DECIMAL.formatted(scale) + "}";
            case 2 -> nullable("{\"type\":\"bytes\"," + DECIMAL.formatted(scale) + "}");
            case 3 ->
                "{\"type\":\"fixed\",\"size\":9,\"name\":\"Money\",\"scale\":" + scale + "," + DECIMAL.formatted(scale)
                        + "}";
            case 4 -> "\"double\"";
            case 5 -> "\"float\"";
            case 6 -> STRUCT;
            default -> "\"string\"";
        };
    }

    private String quantity() {
        return switch (random.nextInt(6)) {
            case 0 -> "{\"type\":\"bytes\",\"scale\":0," + DECIMAL.formatted(0) + "}";
            case 1 -> "\"string\"";
            case 2 -> "\"long\"";
            default -> "\"int\"";
        };
    }

    private String time() {
        return switch (random.nextInt(7)) {
            case 0 -> "{\"type\":\"long\",\"connect.name\":\"io.debezium.time.MicroTimestamp\"}";
            case 1 -> nullable("{\"type\":\"long\",\"connect.name\":\"io.debezium.time.NanoTimestamp\"}");
            case 2 -> "{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}";
            case 3 -> "\"long\"";
            default -> "{\"type\":\"string\",\"connect.name\":\"io.debezium.time.ZonedTimestamp\"}";
        };
    }

    /** A column that nobody asks for. */
    private String extra(int number) {
        String type = pick(
                "{\"type\":\"array\",\"items\":[\"null\",\"string\"]}",
                "{\"type\":\"map\",\"values\":\"double\"}",
                "{\"type\":\"enum\",\"name\":\"Colour%d\",\"symbols\":[\"RED\",\"BLUE\"]}",
                "{\"type\":\"fixed\",\"name\":\"Uuid%d\",\"size\":16}",
                "{\"type\":\"record\",\"name\":\"Point%d\",\"fields\":[{\"name\":\"x\",\"type\":\"float\"},"
                        + "{\"name\":\"next\",\"type\":[\"null\",\"Point%1$d\"]}]}",
                "\"boolean\"",
                "{\"type\":\"int\",\"connect.name\":\"io.debezium.time.Date\"}",
                "\"bytes\"");
        return field("extra_" + number, type.replace("%1$d", "" + number).replace("%d", "" + number));
    }

    static String record(String name, String namespace, List<String> fields) {
        return "{\"type\":\"record\",\"name\":\"" + name + "\",\"namespace\":\"" + namespace + "\",\"fields\":["
                + String.join(",", fields) + "]}";
    }

    static String field(String name, String type) {
        return "{\"name\":\"" + name + "\",\"type\":" + type + "}";
    }

    private String nullable(String type) {
        return random.nextInt(4) == 0 ? "[" + type + ",\"null\"]" : "[\"null\"," + type + "]";
    }

    // ---- records ---------------------------------------------------------------------------------------------------

    /** A record of the schema, with values as they come, and some as they do not. */
    Object datum(Schema schema) {
        odd = random.nextInt(3) == 0;
        return datum(schema, "", odd ? pick("c", "u", "d", "r", "t", "m", "x") : pick("c", "c", "u", "d", "r"));
    }

    private Object datum(Schema schema, String name, String op) {
        return switch (schema.getType()) {
            case UNION -> inUnion(schema, name, op);
            case RECORD -> {
                GenericData.Record record = new GenericData.Record(schema);
                schema.getFields().forEach(field -> record.put(field.name(), datum(field.schema(), field.name(), op)));
                yield record;
            }
            case NULL -> null;
            case BOOLEAN -> random.nextBoolean();
            case INT -> name.equals("scale") ? random.nextInt(-1, 5) : number();
            case LONG -> time(schema, name);
            case FLOAT -> odd && random.nextInt(4) == 0 ? Float.NaN : random.nextInt(1000) / 4f;
            case DOUBLE -> odd && random.nextInt(4) == 0 ? 1e300 : random.nextInt(1_000_000) / 100.0;
            case STRING -> text(name, op);
            case BYTES -> ByteBuffer.wrap(unscaled());
            case FIXED -> new GenericData.Fixed(schema, fixed(schema.getFixedSize()));
            case ENUM ->
                new GenericData.EnumSymbol(schema, schema.getEnumSymbols().get(random.nextInt(2)));
            case ARRAY -> Collections.nCopies(random.nextInt(3), datum(schema.getElementType(), "", op));
            case MAP -> Map.of("a\"b", datum(schema.getValueType(), "", op));
        };
    }

    private Object inUnion(Schema union, String name, String op) {
        boolean lacking = switch (name) {
            case "before" -> !op.equals("u") && !op.equals("d");
            case "after" -> op.equals("d") || op.equals("t");
            case "next" -> random.nextInt(3) > 0;
            default -> odd && random.nextInt(12) == 0;
        };
        for (Schema branch : union.getTypes()) {
            if (branch.getType() != Schema.Type.NULL && !lacking) {
                return datum(branch, name, op);
            }
        }
        return null;
    }

    private int number() {
        return odd && random.nextInt(8) == 0 ? random.nextInt() : 1 + random.nextInt(100);
    }

    private long time(Schema schema, String name) {
        if (name.equals("customer_id") || name.equals("quantity")) {
            return odd && random.nextInt(12) == 0 ? random.nextLong() : number();
        }
        if (name.endsWith("txId") || name.endsWith("lsn")) {
            return odd && random.nextInt(20) == 0 ? random.nextLong() : random.nextInt(1_000_000);
        }
        long millis = 1_795_349_000_000L + random.nextInt(1_000_000_000);
        if (random.nextInt(12) == 0) {
            return random.nextBoolean() ? 9_223_372_036_825_200_000L : random.nextLong();
        }
        String connect = String.valueOf(schema.getProp("connect.name"));
        return connect.endsWith("MicroTimestamp")
                ? millis * 1000 + 822
                : connect.endsWith("NanoTimestamp") ? millis * 1_000_000 : millis;
    }

    private String text(String name, String op) {
        long lsn = 24_000_000L + random.nextInt(1_000_000);
        return switch (name) {
            case "op", "__op" -> op;
            case "__deleted" -> op.equals("d") ? "true" : "false";
            case "status" -> pick("BEGIN", "END", "other");
            case "snapshot" -> pick("false", "true", "incremental");
            case "table", "__table" -> pick("orders", "orders", "orders", "orders", "customers");
            case "schema" -> "public";
            case "sequence", "__sequence" ->
                odd
                        ? pick("[\"" + lsn + "\",\"" + lsn + "\"]", "[null,\"" + lsn + "\"]", "[\"" + lsn + "\"", "[]")
                        : "[\"" + lsn + "\",\"" + lsn + "\"]";
            case "price", "quantity" ->
                odd ? pick("3.50", "7.00", "1E+2", "-0.05", "12.345", "abc", "3,50") : pick("3.00", "7");
            case "event_ts" ->
                !odd
                        ? "2026-11-22T12:19:11.524822Z"
                        : pick(
                                "2026-11-22T12:19:11.524822Z",
                                "2026-11-22T12:19:11.5Z",
                                "2024-02-29T00:00:00.5+05:30",
                                "infinity",
                                "2026-02-29T00:00:00Z",
                                "__debezium_unavailable_value");
            default ->
                pick(
                        Long.toHexString(random.nextLong()),
                        "Grüße-1",
                        "a\"b\\c",
                        "\uD83D\uDE00",
                        "",
                        "line\nbreak\u0001",
                        "x".repeat(100));
        };
    }

    private byte[] unscaled() {
        return switch (odd ? random.nextInt(10) : 9) {
            case 0 -> new byte[0];
            case 1 -> BigInteger.ONE.shiftLeft(random.nextInt(100)).toByteArray();
            case 2 -> new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 1, 94};
            default ->
                BigInteger.valueOf(random.nextInt(-100_000, 1_000_000) * 1000L).toByteArray();
        };
    }

    private byte[] fixed(int size) {
        byte[] bytes = new byte[size];
        byte[] number = BigInteger.valueOf(random.nextInt(1_000_000) * 1000L).toByteArray();
        System.arraycopy(number, 0, bytes, size - number.length, number.length);
        return bytes;
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
