package io.tally.bench;

/** The schema of the pipeline's records as Kafka's JsonConverter embeds it in each of them. */
final class ConnectSchema {

    private static final String ROW =
            "[" + field("string", false, "order_id") + "," + field("int32", false, "customer_id")
                    + "," + field("int32", false, "quantity") + "," + field("string", false, "price")
                    + ",{\"type\":\"string\",\"optional\":false,\"name\":\"io.debezium.time.ZonedTimestamp\",\"version\":1,"
                    + "\"field\":\"event_ts\"}]";

    private static final String SOURCE = "[" + field("string", false, "version") + ","
            + field("string", false, "connector") + "," + field("string", false, "name") + ","
            + field("int64", false, "ts_ms") + "," + field("string", true, "snapshot") + ","
            + field("string", false, "db") + "," + field("string", true, "sequence") + ","
            + field("int64", true, "ts_us") + "," + field("int64", true, "ts_ns") + ","
            + field("string", false, "schema") + "," + field("string", false, "table") + ","
            + field("int64", true, "txId") + "," + field("int64", true, "lsn") + ","
            + field("int64", true, "xmin") + "," + field("string", true, "origin") + ","
            + field("int64", true, "origin_lsn") + "]";

    static final String ENVELOPE = "{\"type\":\"struct\",\"fields\":["
            + struct(ROW, "orders_cdc.public.orders.Value", true, "before") + ","
            + struct(ROW, "orders_cdc.public.orders.Value", true, "after") + ","
            + struct(SOURCE, "io.debezium.connector.postgresql.Source", false, "source") + ","
            + struct(
                    "[" + field("string", false, "id") + "," + field("int64", false, "total_order") + ","
                            + field("int64", false, "data_collection_order") + "]",
                    "event.block",
                    true,
                    "transaction")
            + "," + field("string", false, "op") + "," + field("int64", true, "ts_ms") + ","
            + field("int64", true, "ts_us") + "," + field("int64", true, "ts_ns")
            + "],\"optional\":false,\"name\":\"orders_cdc.public.orders.Envelope\",\"version\":2}";

    private ConnectSchema() {}

    private static String field(String type, boolean optional, String name) {
        return "{\"type\":\"" + type + "\",\"optional\":" + optional + ",\"field\":\"" + name + "\"}";
    }

    private static String struct(String fields, String type, boolean optional, String name) {
        return "{\"type\":\"struct\",\"fields\":" + fields + ",\"optional\":" + optional + ",\"name\":\"" + type
                + "\",\"field\":\"" + name + "\"}";
    }
}
