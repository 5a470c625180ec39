package io.tally.cdc;

import io.tally.cdc.value.ConnectTypes;
import io.tally.cdc.value.EpochUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Column types by a JSON Schema that Connect made: each is a property, of the row or of {@code before} and {@code
 * after}, with Connect's name of its type in {@code title}.
 */
final class SchemaTypes {

    private final Map<?, ?> root;
    private final List<String> columns;

    private ColumnTypes found;

    private SchemaTypes(Map<?, ?> root, List<String> columns) {
        this.root = root;
        this.columns = columns;
        this.found = ColumnTypes.unknown(columns.size());
    }

    /** @param root the schema as a tree */
    static ColumnTypes of(Object root, List<String> columns) throws UndecodableException {
        if (!(root instanceof Map<?, ?> object)) {
            throw Faults.unreadableSchema("a JSON Schema is an object");
        }
        SchemaTypes types = new SchemaTypes(object, columns);
        types.read(object, true);
        return types.found;
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
        for (int i = 0; i < columns.size(); i++) {
            for (Map<?, ?> column : alternatives(properties.get(columns.get(i)))) {
                int decimals = isDecimal(column)
                        ? ConnectTypes.scale(column.get("connect.parameters"), 0)
                        : found.decimals(i, ColumnTypes.TEXT);
                EpochUnit unit = ConnectTypes.unit(column.get("title"));
                found = found.withDecimals(i, decimals).withUnit(i, unit == null ? found.unit(i) : unit);
            }
        }
    }

    private static boolean isDecimal(Map<?, ?> schema) {
        return ConnectTypes.isDecimal(schema.get("title")) || "bytes".equals(schema.get("connect.type"));
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
}
