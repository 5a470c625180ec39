package io.tally.publish;

import io.tally.view.sql.Names;
import java.math.BigDecimal;

/**
 * The source table and its columns, each as it stands in SQL: quoted, the table with its schema.
 *
 * @param name the table
 * @param orderId the key, of any type
 * @param customerId who ordered, an integer
 * @param quantity pieces, an integer or a numeric that holds integers
 * @param price of one piece, a numeric or an integer
 * @param eventTime when, a timestamp; one without time zone is in UTC, as the connector takes it
 * @param priceScale decimals that a price is counted with
 */
public record OrdersTable(
        String name,
        String orderId,
        String customerId,
        String quantity,
        String price,
        String eventTime,
        int priceScale) {

    /**
     * Quotes names that come from settings.
     *
     * @param table {@code schema.table}, or just {@code table}
     */
    public static OrdersTable of(
            String table,
            String orderId,
            String customerId,
            String quantity,
            String price,
            String eventTime,
            int priceScale) {
        int dot = table.indexOf('.');
        String name = dot < 0
                ? Names.quoted(table)
                : Names.quoted(table.substring(0, dot)) + "." + Names.quoted(table.substring(dot + 1));
        return new OrdersTable(
                name,
                Names.quoted(orderId),
                Names.quoted(customerId),
                Names.quoted(quantity),
                Names.quoted(price),
                Names.quoted(eventTime),
                priceScale);
    }

    /**
     * SQL that is true of an order that counts. It leaves out the rows whose images in the stream contribute nothing, each
     * for the same reason: see {@link io.tally.window.ValueFault}. Neither null nor {@code NaN} is between two numbers.
     */
    String counts() {
        String least = BigDecimal.valueOf(Long.MIN_VALUE, priceScale).toPlainString();
        String most = BigDecimal.valueOf(Long.MAX_VALUE, priceScale).toPlainString();
        return String.join(
                " AND ",
                isInteger(customerId),
                isInteger(quantity),
                quantity + " % 1 = 0",
                price + " BETWEEN " + least + " AND " + most,
                price + " = round(" + price + ", " + priceScale + ")");
    }

    private static String isInteger(String column) {
        return column + " BETWEEN " + Integer.MIN_VALUE + " AND " + Integer.MAX_VALUE;
    }
}
