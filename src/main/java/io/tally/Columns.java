package io.tally;

import io.tally.cdc.ColumnNames;
import java.util.List;
import java.util.Set;

/**
 * The columns of the orders table that count, by the names they have in the change events.
 *
 * @param orderId the key, text
 * @param customerId integer
 * @param quantity integer
 * @param price decimal
 * @param eventTime time with a zone
 */
record Columns(String orderId, String customerId, String quantity, String price, String eventTime) {

    /** @throws IllegalArgumentException if a name is empty or stands for two columns */
    Columns {
        List<String> all = List.of(orderId, customerId, quantity, price, eventTime);
        if (all.contains("")) {
            throw new IllegalArgumentException("column names must not be empty, columns=" + all);
        }
        if (Set.copyOf(all).size() != all.size()) {
            throw new IllegalArgumentException("columns must have different names, columns=" + all);
        }
    }

    /** The names of the orders table as the pipeline creates it. */
    static Columns defaults() {
        return new Columns("order_id", "customer_id", "quantity", "price", "event_ts");
    }

    /** Those that are read from the records. */
    ColumnNames names() {
        return new ColumnNames(orderId, List.of(customerId, quantity, price, eventTime));
    }
}
