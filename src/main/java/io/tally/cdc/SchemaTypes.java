package io.tally.cdc;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a JSON Schema that Connect made says of the columns: each is a property, of the row or of {@code before} and {@code
 * after}, with Connect's name of its type in {@code title}.
 */
final class SchemaTypes {

    private static final String DECIMAL = "org.apache.kafka.connect.data.Decimal";

    private final Map<?, ?> root;
    private final Columns columns;

    private boolean priceFound;
    private int priceDecimals = ColumnTypes.TEXT;
    private boolean quantityFound;
    private int quantityDecimals = ColumnTypes.TEXT;
    private EpochUnit unit;

    /** @param root the schema as a tree */
    SchemaTypes(Object root, Columns columns) throws UndecodableException {
        if (!(root instanceof Map<?, ?> object)) {
            throw Faults.unreadableSchema("a JSON Schema is an object");
        }
        this.root = object;
        this.columns = columns;
        read(object, true);
    }

    /** @param otherwise how columns are written of which the schema says nothing */
    ColumnTypes over(ColumnTypes otherwise) {
        return new ColumnTypes(
                priceFound ? priceDecimals : otherwise.priceDecimals(),
                quantityFound ? quantityDecimals : otherwise.quantityDecimals(),
                unit == null ? otherwise.eventTime() : unit);
    }

    private void read(Map<?, ?> object, boolean outermost) {
        if (!(object.get("properties") instanceof Map<?, ?> properties)) {
            return;
        }
        for (String image : List.of("before", "after")) {
            if (outermost) {
                alternatives(properties.get(image)).forEach(row -> read(row, false));
            }
        }
        for (Map<?, ?> price : alternatives(properties.get(columns.price()))) {
            priceFound = true;
            priceDecimals = isDecimal(price) ? scale(price.get("connect.parameters"), 0) : priceDecimals;
        }
        for (Map<?, ?> quantity : alternatives(properties.get(columns.quantity()))) {
            quantityFound = true;
            quantityDecimals = isDecimal(quantity) ? scale(quantity.get("connect.parameters"), 0) : quantityDecimals;
        }
        for (Map<?, ?> time : alternatives(properties.get(columns.eventTime()))) {
            unit = unit(time.get("title")) == null ? unit : unit(time.get("title"));
        }
    }

    private static boolean isDecimal(Map<?, ?> schema) {
        return DECIMAL.equals(schema.get("title")) || "bytes".equals(schema.get("connect.type"));
    }

    /** The schema itself, or those of which a value may have one, of one another or elsewhere in the same document. */
    private List<Map<?, ?>> alternatives(Object schema) {
        List<Map<?, ?>> found = new ArrayList<>();
        if (resolved(schema) instanceof Map<?, ?> object) {
            found.add(object);
            for (String choice : List.of("oneOf", "anyOf")) {
                if (object.get(choice) instanceof List<?> choices) {
                    for (Object one : choices) {
                        if (resolved(one) instanceof Map<?, ?> alternative) {
                            found.add(alternative);
                        }
                    }
                }
            }
        }
        return found;
    }

    private Object resolved(Object schema) {
        if (!(schema instanceof Map<?, ?> object) || !(object.get("$ref") instanceof String place)) {
            return schema;
        }
        if (!place.startsWith("#/")) {
            return null;
        }
        Object at = root;
        for (String step : place.substring(2).split("/")) {
            at = at instanceof Map<?, ?> members ? members.get(step) : null;
        }
        return at;
    }

    /** The decimals in Connect's parameters of a type, where they are text. */
    static int scale(Object parameters, int otherwise) {
        Object scale = parameters instanceof Map<?, ?> of ? of.get("scale") : null;
        if (scale instanceof BigDecimal number) {
            return number.intValue();
        }
        return scale instanceof String text && text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : otherwise;
    }

    /** What a time of the given Connect type counts, or null if it is none that is a number. */
    static EpochUnit unit(Object connectName) {
        return switch (String.valueOf(connectName)) {
            case "io.debezium.time.Timestamp", "org.apache.kafka.connect.data.Timestamp" -> EpochUnit.MILLIS;
            case "io.debezium.time.MicroTimestamp" -> EpochUnit.MICROS;
            case "io.debezium.time.NanoTimestamp" -> EpochUnit.NANOS;
            default -> null;
        };
    }
}
