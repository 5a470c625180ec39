package io.tally.publish;

import io.tally.view.FixedWindow;
import io.tally.view.ResultColumn;
import io.tally.view.ResultColumn.Role;
import io.tally.view.SourceColumn;
import io.tally.view.Total;
import io.tally.view.Type;
import io.tally.view.View;
import io.tally.view.Window;
import io.tally.view.expression.Multiplication;
import io.tally.view.expression.NumberColumn;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Settings that results were built with by a version without views. Those that were built with the usual
 * settings are those of the view that is packaged, and go on without being filled.
 */
final class EarlierSettings {

    private static final Map<String, String> USUAL = Map.of(
            "tally.window.size", "PT1M",
            "tally.price-scale", "2",
            "tally.source.table", "public.orders");

    private static final String OTHER_COLUMNS = "tally.columns";

    private static final long MINUTE_MS = 60_000;
    private static final int SCALE = 2;

    /** Digits of prices that all counted; of wider ones, some did not. */
    private static final int MOST_DIGITS = 18;

    private static final List<String> RESULTS = List.of(
            "window_start " + Role.WINDOW_START,
            "window_end " + Role.WINDOW_END,
            "customer_id " + Role.KEY,
            "gross_sales " + Role.MEASURE + " 1",
            "order_count " + Role.MEASURE + " 0");

    private EarlierSettings() {}

    /** Translates settings that results were built with into today's words, as far as there are some. */
    static Map<String, String> today(Map<String, String> before, PublishSettings settings) {
        boolean usual = before.entrySet().containsAll(USUAL.entrySet()) && !before.containsKey(OTHER_COLUMNS);
        if (!usual || !isPackaged(settings.view())) {
            return before;
        }
        Map<String, String> today = new HashMap<>(before);
        today.keySet().removeAll(USUAL.keySet());
        for (String name : List.of(PublishSettings.VIEW, PublishSettings.COLUMNS)) {
            today.put(name, settings.rowSettings().get(name));
        }
        return today;
    }

    private static boolean isPackaged(View view) {
        return view.schema().equals("public")
                && view.table().equals("orders")
                && view.where() == null
                && view.window().filter(EarlierSettings::isMinutes).isPresent()
                && view.keys().size() == 1
                && is(view.keys().getFirst(), "customer_id")
                && view.totals().size() == 2
                && view.totals().getFirst().equals(new Total(null, null))
                && isSales(view)
                && view.results().stream()
                        .map(EarlierSettings::describe)
                        .toList()
                        .equals(RESULTS);
    }

    private static String describe(ResultColumn column) {
        String total = column.measure()
                .map(measure -> measure.isTotal() ? " " + measure.totals().getFirst() : " of its own")
                .orElse("");
        return column.name() + " " + column.role() + total;
    }

    private static boolean isMinutes(Window window) {
        return window instanceof FixedWindow fixed
                && fixed.column().name().equals("event_ts")
                && fixed.zoned()
                && fixed.sizeMs() == MINUTE_MS
                && fixed.originMs() % MINUTE_MS == 0;
    }

    private static boolean isSales(View view) {
        Total sales = view.totals().getLast();
        return sales.filter() == null
                && sales.amount() instanceof Multiplication(NumberColumn quantity, NumberColumn price)
                && column(view, quantity).filter(found -> is(found, "quantity")).isPresent()
                && price.column().name().equals("price")
                && !price.column().nullable()
                && price.scale() == SCALE
                && column(view, price)
                        .filter(found -> found.type().precision() <= MOST_DIGITS)
                        .isPresent();
    }

    private static Optional<SourceColumn> column(View view, NumberColumn number) {
        return view.columns().stream()
                .filter(column -> column.ref().equals(number.column()))
                .findFirst();
    }

    private static boolean is(SourceColumn column, String name) {
        return column.ref().name().equals(name)
                && !column.ref().nullable()
                && column.type().kind() == Type.Kind.INTEGER;
    }
}
