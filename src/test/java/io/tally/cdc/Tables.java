package io.tally.cdc;

import io.tally.cdc.value.EpochUnit;
import io.tally.view.SourceColumn;
import io.tally.view.Type;
import io.tally.view.expression.ColumnRef;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Tables for tests, most of them of orders. */
final class Tables {

    static final List<String> ORDERS = List.of("customer_id", "quantity", "price", "event_ts");
    static final ColumnNames NAMES = new ColumnNames(List.of("order_id"), ORDERS);
    static final ColumnTypes TEXTS = ColumnTypes.texts(ORDERS.size());

    private Tables() {}

    /** As the pipeline creates it. */
    static TableColumns strict(ColumnTypes written) {
        return of(ORDERS, List.of("integer", "integer", "numeric(12,2)", "timestamp with time zone"), false, written);
    }

    /** One that can hold nearly everything. */
    static TableColumns loose(ColumnTypes written) {
        return of(ORDERS, List.of("bigint", "numeric", "numeric", "timestamp with time zone"), true, written);
    }

    /** Orders with another type of price. */
    static TableColumns priced(String type, ColumnTypes written) {
        return of(ORDERS, List.of("integer", "numeric(10,0)", type, "timestamp with time zone"), false, written);
    }

    static TableColumns of(List<String> names, List<String> types, boolean nullable, ColumnTypes written) {
        List<SourceColumn> columns = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            Type type = types.get(i).equals("enum")
                    ? new Type(Type.Kind.ENUM, "public.mood", 0, 0)
                    : Type.named(types.get(i));
            columns.add(new SourceColumn(new ColumnRef(i, names.get(i), nullable), type));
        }
        return new TableColumns(columns, written);
    }

    /** How columns of orders are written. */
    static ColumnTypes written(int price, int quantity, EpochUnit time) {
        return TEXTS.withDecimals(2, price).withDecimals(1, quantity).withUnit(3, time);
    }

    static DecoderSettings settings(UpdateMode updates, TableColumns table) {
        return new DecoderSettings(List.of("order_id"), () -> table, updates, Set.of("public.orders"));
    }
}
