package io.tally.cdc;

import com.fasterxml.jackson.databind.JsonNode;
import io.tally.cdc.value.EpochUnit;

/** The plain reading of an embedded Connect schema. */
final class ReferenceSchema {

    private ColumnTypes types;

    private ReferenceSchema(ColumnTypes settings) {
        types = settings;
    }

    static ColumnTypes types(JsonNode schema, ColumnTypes settings) {
        ReferenceSchema found = new ReferenceSchema(settings);
        found.read(schema, true);
        return found.types;
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
                case "price", "quantity", "event_ts", "customer_id" -> {
                    int column = Tables.ORDERS.indexOf(name);
                    types = types.withDecimals(column, decimals(field, types.decimals(column)))
                            .withUnit(column, unit(field.path("name").textValue(), types.unit(column)));
                }
                default -> {}
            }
        }
    }

    private static int decimals(JsonNode field, int before) {
        if (!"bytes".equals(field.path("type").textValue())) {
            return ColumnTypes.TEXT;
        }
        JsonNode scale = field.path("parameters").path("scale");
        if (scale.isNumber()) {
            return scale.decimalValue().intValue();
        }
        return scale.isTextual() && scale.textValue().matches("[0-9]{1,6}")
                ? Integer.parseInt(scale.textValue())
                : before;
    }

    private static EpochUnit unit(String name, EpochUnit before) {
        return switch (name == null ? "" : name) {
            case "io.debezium.time.Timestamp", "org.apache.kafka.connect.data.Timestamp" -> EpochUnit.MILLIS;
            case "io.debezium.time.MicroTimestamp" -> EpochUnit.MICROS;
            case "io.debezium.time.NanoTimestamp" -> EpochUnit.NANOS;
            default -> before;
        };
    }
}
