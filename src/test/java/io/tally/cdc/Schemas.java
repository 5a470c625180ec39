package io.tally.cdc;

/** Connect schemas as Kafka's JsonConverter embeds them. */
final class Schemas {

    private Schemas() {}

    /** The schema of an envelope around rows with these columns, beside the usual ones. */
    static String envelope(String... columns) {
        return struct(
                "orders_cdc.public.orders.Envelope",
                image("before", columns),
                image("after", columns),
                "{\"type\":\"struct\",\"fields\":[{\"type\":\"string\",\"optional\":false,\"field\":\"version\"},"
                        + "{\"type\":\"int64\",\"optional\":false,\"field\":\"ts_ms\"}],\"optional\":false,"
                        + "\"name\":\"io.debezium.connector.postgresql.Source\",\"version\":1,\"field\":\"source\"}",
                text("op"),
                "{\"type\":\"int64\",\"optional\":true,\"field\":\"ts_ms\"}");
    }

    /** The schema of a row by itself with these columns, beside the usual ones. */
    static String row(String... columns) {
        return struct("orders_cdc.public.orders.Value", withUsual(columns), text("__op"), text("__deleted"));
    }

    /** A decimal as unscaled bytes. */
    static String decimal(String column, int scale) {
        return "{\"type\":\"bytes\",\"optional\":false,\"name\":\"org.apache.kafka.connect.data.Decimal\",\"version\":1,"
                + "\"parameters\":{\"scale\":\"" + scale + "\",\"connect.decimal.precision\":\"12\"},\"field\":\""
                + column
                + "\"}";
    }

    /** A time as a number. */
    static String time(String column, String type) {
        return "{\"type\":\"int64\",\"optional\":false,\"name\":\"io.debezium.time." + type
                + "\",\"version\":1,\"field\":\"" + column + "\"}";
    }

    static String zonedTime(String column) {
        return "{\"type\":\"string\",\"optional\":false,\"name\":\"io.debezium.time.ZonedTimestamp\",\"version\":1,"
                + "\"default\":\"1970-01-01T00:00:00.000000Z\",\"field\":\"" + column + "\"}";
    }

    static String text(String column) {
        return "{\"type\":\"string\",\"optional\":false,\"field\":\"" + column + "\"}";
    }

    private static String image(String name, String... columns) {
        return "{\"type\":\"struct\",\"fields\":[" + withUsual(columns)
                + "],\"optional\":true,\"name\":\"orders_cdc.public.orders.Value\",\"field\":\"" + name + "\"}";
    }

    private static String withUsual(String... columns) {
        return text("order_id") + ",{\"type\":\"int32\",\"optional\":false,\"field\":\"customer_id\"},"
                + String.join(",", columns);
    }

    private static String struct(String name, String... fields) {
        return "{\"type\":\"struct\",\"fields\":[" + String.join(",", fields) + "],\"optional\":false,\"name\":\""
                + name + "\",\"version\":2}";
    }
}
