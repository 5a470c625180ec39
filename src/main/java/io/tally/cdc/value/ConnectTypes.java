package io.tally.cdc.value;

import java.util.Map;

/** The names that Connect and Debezium have for types, as they stand in every kind of schema. */
public final class ConnectTypes {

    private static final String DECIMAL = "org.apache.kafka.connect.data.Decimal";

    private ConnectTypes() {}

    public static boolean isDecimal(Object name) {
        return DECIMAL.equals(name);
    }

    /** The decimals in a type's parameters, where they are text. */
    public static int scale(Object parameters, int otherwise) {
        Object scale = parameters instanceof Map<?, ?> of ? of.get("scale") : null;
        if (scale instanceof Number number) {
            return number.intValue();
        }
        return scale instanceof String text && text.matches("[0-9]{1,6}") ? Integer.parseInt(text) : otherwise;
    }

    /** Unit of a time of the given type, or null if it is no number. */
    public static EpochUnit unit(Object name) {
        return switch (String.valueOf(name)) {
            case "io.debezium.time.Timestamp", "org.apache.kafka.connect.data.Timestamp" -> EpochUnit.MILLIS;
            case "io.debezium.time.MicroTimestamp" -> EpochUnit.MICROS;
            case "io.debezium.time.NanoTimestamp" -> EpochUnit.NANOS;
            default -> null;
        };
    }
}
