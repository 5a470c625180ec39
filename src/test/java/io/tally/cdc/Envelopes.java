package io.tally.cdc;

import io.tally.cdc.value.EpochUnit;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Change events as Debezium writes them, with values drawn from a seeded source, and some as it never would. */
final class Envelopes {

    /** The record of an update, as it really arrived from Debezium 3.6, without the line breaks. */
    static final String REAL = "{\"before\":{\"order_id\":\"n1\",\"customer_id\":5,\"quantity\":2,\"price\":\"3.50\","
            + "\"event_ts\":\"2026-11-22T12:19:11.524822Z\"},"
            + "\"after\":{\"order_id\":\"n1\",\"customer_id\":5,\"quantity\":7,\"price\":\"3.50\","
            + "\"event_ts\":\"2026-11-22T12:19:11.524822Z\"},"
            + "\"source\":{\"version\":\"3.6.3.Final\",\"connector\":\"postgresql\",\"name\":\"orders_cdc\","
            + "\"ts_ms\":1795349951525,\"snapshot\":\"false\",\"db\":\"postgres\","
            + "\"sequence\":\"[\\\"24849416\\\",\\\"24849416\\\"]\",\"ts_us\":1795349951525853,"
            + "\"ts_ns\":1795349951525853000,\"schema\":\"public\",\"table\":\"orders\",\"txId\":758,"
            + "\"lsn\":24849416,\"xmin\":null,\"origin\":null,\"origin_lsn\":null},"
            + "\"transaction\":null,\"op\":\"u\",\"ts_ms\":1795349951897,\"ts_us\":1795349951897398,"
            + "\"ts_ns\":1795349951897398080}";

    private final Random random;

    /** How the columns of the change in hand are written. */
    private ColumnTypes types = Tables.TEXTS;

    Envelopes(Random random) {
        this.random = random;
    }

    static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    /** A change in Debezium's own order of fields. */
    String usual() {
        return envelope(false);
    }

    /** A change whose fields stand in any order, some of them left out, some twice, with values of all sorts. */
    String odd() {
        return envelope(true);
    }

    /**
     * A change in any shape.
     *
     * @param settings how its columns are written unless it brings a schema that says otherwise
     */
    String inAnyShape(ColumnTypes settings) {
        boolean odd = random.nextBoolean();
        boolean row = random.nextInt(4) == 0;
        boolean hasSchema = random.nextInt(8) == 0;
        types = hasSchema ? drawnTypes() : settings;
        String change = row ? rowByItself(odd) : envelope(odd);
        String message = random.nextInt(12) == 0 ? JsonPieces.otherMessage(random) : change;
        return hasSchema ? object(List.of("\"schema\":" + schema(row), "\"payload\":" + message), false) : message;
    }

    private ColumnTypes drawnTypes() {
        int decimals = random.nextBoolean() ? ColumnTypes.TEXT : random.nextInt(4);
        EpochUnit[] units = {null, EpochUnit.MILLIS, EpochUnit.MICROS, EpochUnit.NANOS};
        return Tables.written(decimals, ColumnTypes.TEXT, units[random.nextInt(units.length)]);
    }

    private String schema(boolean row) {
        String price = types.decimals(2) == ColumnTypes.TEXT
                ? Schemas.text("price")
                : Schemas.decimal("price", types.decimals(2));
        String time = types.unit(3) == null
                ? Schemas.zonedTime("event_ts")
                : Schemas.time(
                        "event_ts",
                        switch (types.unit(3)) {
                            case MILLIS -> "Timestamp";
                            case MICROS -> "MicroTimestamp";
                            case NANOS -> "NanoTimestamp";
                        });
        return row ? Schemas.row(price, time) : Schemas.envelope(price, time);
    }

    private String rowByItself(boolean odd) {
        String row = row(orderId(odd), odd);
        List<String> added = new ArrayList<>();
        String op = pick("c", "c", "u", "d", "r");
        if (random.nextInt(8) > 0) {
            added.add("\"__op\":\"" + op + "\"");
        }
        if (random.nextBoolean()) {
            added.add("\"__deleted\":" + (op.equals("d") ? pick("\"true\"", "true") : "\"false\""));
        }
        added.add("\"__txId\":" + random.nextInt(9999));
        added.add("\"__lsn\":" + (24_000_000L + random.nextInt(1_000_000)));
        added.add("\"__source_ts_ms\":" + millis());
        added.add("\"__snapshot\":" + pick("\"true\"", "\"incremental\"", "\"false\"", "null"));
        added.add("\"__table\":" + pick("\"orders\"", "\"orders\"", "\"orders\"", "\"customers\""));
        return row.substring(0, row.lastIndexOf('}')) + "," + object(added, odd).substring(1);
    }

    private String envelope(boolean odd) {
        String op = pick("c", "c", "u", "u", "d", "r", odd ? "t" : "c", odd ? "m" : "u");
        String id = orderId(odd);
        List<String> fields = new ArrayList<>();
        fields.add("\"before\":" + (op.equals("u") || op.equals("d") ? row(id, odd) : "null"));
        fields.add("\"after\":" + (op.equals("d") || op.equals("t") ? "null" : row(id, odd)));
        fields.add("\"source\":" + source(op, odd));
        fields.add("\"transaction\":" + pick("null", "null", "{\"id\":\"571:53195829\",\"total_order\":1}"));
        fields.add("\"op\":\"" + op + "\"");
        fields.add("\"ts_ms\":" + millis());
        fields.add("\"ts_ns\":" + millis() + "398080");
        return object(fields, odd);
    }

    private String row(String id, boolean odd) {
        List<String> columns = new ArrayList<>();
        columns.add("\"order_id\":" + id);
        columns.add(
                "\"customer_id\":" + (odd ? pick("7", "-3", "2147483647", "-2147483648", "-0") : random.nextInt(100)));
        columns.add("\"quantity\":"
                + (odd
                        ? pick("1", "\"2\"", "3.0", "-1", "\"2.50\"", "0", "\"NaN\"", "9999999999", "null")
                        : 1 + random.nextInt(5)));
        columns.add((odd ? pick("\"price\":", "\"pr\\u0069ce\":") : "\"price\":") + price(odd));
        columns.add("\"event_ts\":" + (odd && random.nextBoolean() ? JsonPieces.time(random) : usualTime()));
        if (random.nextInt(8) == 0) {
            columns.add("\"note\":" + pick("\"größer\"", "\"\\u00e9\\ud83d\\ude00\"", "[1,{\"a\":[]},\"x\"]", "1.5e3"));
        }
        return object(columns, odd);
    }

    private String source(String op, boolean odd) {
        List<String> fields = new ArrayList<>();
        long lsn = 24_000_000L + random.nextInt(1_000_000);
        fields.add("\"version\":\"3.6.3.Final\"");
        fields.add("\"connector\":\"postgresql\"");
        fields.add("\"name\":\"orders_cdc\"");
        fields.add("\"ts_ms\":" + millis());
        fields.add("\"snapshot\":"
                + (op.equals("r") ? pick("\"true\"", "\"first\"", "\"incremental\"", "true") : "\"false\""));
        fields.add("\"db\":\"streaming\"");
        fields.add("\"sequence\":" + (odd ? JsonPieces.sequence(random, lsn) : JsonPieces.usualSequence(random, lsn)));
        fields.add("\"ts_us\":" + millis() + "853");
        fields.add("\"schema\":\"public\"");
        fields.add("\"table\":"
                + (odd ? pick("\"orders\"", "\"orders\"", "\"ord\\u0065rs\"", "\"customers\"", "null") : "\"orders\""));
        fields.add("\"txId\":" + (odd ? pick("758", "null", "4294967295", "17179869185") : random.nextInt(9999)));
        fields.add("\"lsn\":" + (odd ? pick("24849416", "null", "9223372036854775807", "0") : lsn));
        fields.add("\"xmin\":null");
        return object(fields, odd);
    }

    private String object(List<String> members, boolean odd) {
        if (odd && random.nextInt(3) == 0) {
            Collections.shuffle(members, random);
        }
        if (odd && random.nextInt(6) == 0) {
            members.add(random.nextInt(members.size()), members.get(random.nextInt(members.size())));
        }
        if (odd && random.nextInt(12) == 0) {
            members.remove(random.nextInt(members.size()));
        }
        String space = odd ? pick("", "", "", " ", "\n\t", "\r\n") : "";
        return "{" + space + String.join(space + "," + space, members) + space + "}";
    }

    private String orderId(boolean odd) {
        return odd
                ? pick(
                        "\"n1\"",
                        "17",
                        "-9223372036854775808",
                        "1.50",
                        "true",
                        "\"\"",
                        "\"Grüße-1\"",
                        "\"a\\\"b\\\\c\"",
                        "\"\\ud800\"",
                        "\"\uD83D\uDE00\"",
                        "\"\\/\"")
                : "\"" + Long.toHexString(random.nextLong()) + "\"";
    }

    private String price(boolean odd) {
        if (odd && random.nextBoolean()) {
            return JsonPieces.price(random);
        }
        return types.decimals(2) != ColumnTypes.TEXT
                ? "\"" + JsonPieces.base64(BigInteger.valueOf(random.nextInt(-50_000, 50_000) * 1000L)) + "\""
                : "\"" + (10 + random.nextInt(490)) + "." + random.nextInt(10) + random.nextInt(10) + "\"";
    }

    private String usualTime() {
        if (types.unit(3) != null) {
            return switch (types.unit(3)) {
                case MILLIS -> "" + millis();
                case MICROS -> millis() + "822";
                case NANOS -> millis() + "822999";
            };
        }
        return "\"2026-11-22T12:" + (10 + random.nextInt(50)) + ":" + (10 + random.nextInt(50)) + "."
                + (100_000 + random.nextInt(900_000)) + "Z\"";
    }

    private long millis() {
        return 1_795_349_000_000L + random.nextInt(1_000_000_000);
    }

    private String pick(String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
