package io.tally.cdc;

import com.fasterxml.jackson.databind.JsonNode;

/** The plain reading of an embedded Connect schema. */
final class ReferenceSchema {

    private int priceDecimals;
    private int quantityDecimals;
    private EpochUnit unit;

    private ReferenceSchema(ColumnTypes settings) {
        priceDecimals = settings.priceDecimals();
        quantityDecimals = settings.quantityDecimals();
        unit = settings.eventTime();
    }

    static ColumnTypes types(JsonNode schema, ColumnTypes settings) {
        if (!schema.isObject()) {
            return settings;
        }
        ReferenceSchema found = new ReferenceSchema(settings);
        found.read(schema, true);
        return new ColumnTypes(found.priceDecimals, found.quantityDecimals, found.unit);
    }

    private void read(JsonNode struct, boolean envelope) {
        if (!struct.path("fields").isArray()) {
            return;
        }
        for (JsonNode field : struct.get("fields")) {
            String name = field.path("field").asText("");
            if (!field.path("field").isTextual()) {
                continue;
            }
            switch (name) {
                case "before", "after" -> {
                    if (envelope) {
                        read(field, false);
                    }
                }
                case "price" -> priceDecimals = decimals(field, priceDecimals);
                case "quantity" -> quantityDecimals = decimals(field, quantityDecimals);
                case "event_ts" -> unit = unit(field.path("name").textValue());
                default -> {}
            }
        }
    }

    private static int decimals(JsonNode field, int before) {
        if (!"bytes".equals(field.path("type").textValue())) {
            return ColumnTypes.TEXT;
        }
        String scale = field.path("parameters").path("scale").textValue();
        return scale != null && scale.matches("[0-9]{1,6}") ? Integer.parseInt(scale) : before;
    }

    private EpochUnit unit(String name) {
        return switch (name == null ? "" : name) {
            case "io.debezium.time.Timestamp", "org.apache.kafka.connect.data.Timestamp" -> EpochUnit.MILLIS;
            case "io.debezium.time.MicroTimestamp" -> EpochUnit.MICROS;
            case "io.debezium.time.NanoTimestamp" -> EpochUnit.NANOS;
            default -> unit;
        };
    }
}
