package io.tally.publish;

/**
 * The source table and its columns, each as it stands in SQL: quoted, the table with its schema.
 *
 * @param name the table
 * @param customerId who ordered, an integer
 * @param quantity pieces, an integer
 * @param price of one piece, a numeric
 * @param eventTime when, a timestamp with time zone
 */
public record OrdersTable(String name, String customerId, String quantity, String price, String eventTime) {

    /**
     * Quotes names that come from settings.
     *
     * @param table {@code schema.table}, or just {@code table}
     */
    public static OrdersTable of(String table, String customerId, String quantity, String price, String eventTime) {
        int dot = table.indexOf('.');
        String name = dot < 0 ? quote(table) : quote(table.substring(0, dot)) + "." + quote(table.substring(dot + 1));
        return new OrdersTable(name, quote(customerId), quote(quantity), quote(price), quote(eventTime));
    }

    /** SQL that is true of an order that belongs to a window: dated neither infinitely nor in the last year there is. */
    String belongsToWindow() {
        return "isfinite(" + eventTime + ") AND " + eventTime + " < '294276-01-01 00:00:00Z'";
    }

    private static String quote(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }
}
