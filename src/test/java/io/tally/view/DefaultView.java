package io.tally.view;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The view that is packaged, as PostgreSQL says it, for tests without a database: sales for each customer and window.
 */
public final class DefaultView {

    private static final String NAME = "order_agg";

    /** The place of the customer among its keys. */
    public static final int CUSTOMER = 0;

    /** The place of the sales among its totals. */
    public static final int SALES = 1;

    private static final String SELECT = """
             SELECT %1$s AS window_start,
                (%1$s + '%2$s'::interval) AS window_end,
                customer_id,
                (sum(((quantity)::numeric * price)))::numeric(38,2) AS gross_sales,
                count(*) AS order_count
               FROM orders%3$s
              GROUP BY %1$s, (%1$s + '%2$s'::interval), customer_id;""";

    private static final String COUNTS = """
             SELECT %1$s AS window_start,
                (%1$s + '%2$s'::interval) AS window_end,
                customer_id,
                count(*) AS order_count
               FROM orders%3$s
              GROUP BY %1$s, (%1$s + '%2$s'::interval), customer_id;""";

    private static final String START =
            "date_bin('%s'::interval, event_ts, '1970-01-01 00:00:00+00'::timestamp with time zone)";

    private DefaultView() {}

    /** The view in windows of this length. */
    public static View of(Duration window) {
        return of(window, "");
    }

    /** The same over fewer rows: with a WHERE in PostgreSQL's words. */
    public static View of(Duration window, String where) {
        return read(SELECT.formatted(START.formatted(window), window, where));
    }

    /** The same without the sales: it reads neither quantity nor price, unless the WHERE does. */
    public static View ofCounts(Duration window, String where) {
        return read(COUNTS.formatted(START.formatted(window), window, where));
    }

    private static View read(String text) {
        List<Definition.Column> columns = List.of(
                column("order_id", "text"),
                column("customer_id", "integer"),
                column("quantity", "integer"),
                column("price", "numeric(12,2)"),
                column("event_ts", "timestamp with time zone"));
        Definition.Source source =
                new Definition.Source("public", "orders", 'r', 'p', List.of("order_id"), false, false, false, columns);
        List<Definition.Result> results = Stream.of(
                        new Definition.Result("window_start", "timestamp with time zone"),
                        new Definition.Result("window_end", "timestamp with time zone"),
                        new Definition.Result("customer_id", "integer"),
                        new Definition.Result("gross_sales", "numeric(38,2)"),
                        new Definition.Result("order_count", "bigint"))
                .filter(result ->
                        text.contains(" AS " + result.name()) || result.name().equals("customer_id"))
                .toList();
        try {
            return ViewReader.read(NAME, new Definition(text, results, List.of(source), List.of()), true);
        } catch (ViewRefused e) {
            throw new IllegalStateException(e);
        }
    }

    private static Definition.Column column(String name, String type) {
        return new Definition.Column(name, type, 'b', true, false, false, true);
    }
}
