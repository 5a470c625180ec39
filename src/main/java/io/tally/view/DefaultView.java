package io.tally.view;

import io.tally.view.sql.Names;
import java.time.Duration;
import java.util.List;

/**
 * The view of a pipeline that has no file of views: sales for each customer and window. It is put in PostgreSQL's words by
 * itself, so that it is known before the database is.
 */
public final class DefaultView {

    /** Its result. */
    public static final String NAME = "order_agg";

    /** The place of the customer among its keys. */
    public static final int CUSTOMER = 0;

    /** The place of the sales among its totals. */
    public static final int SALES = 1;

    /** What a sum of amounts has, at least. */
    private static final int LEAST_SCALE = 2;

    private static final String SELECT = """
             SELECT %1$s AS window_start,
                (%1$s + '%2$s'::interval) AS window_end,
                %3$s AS customer_id,
                sum(((%4$s)::numeric * %5$s)) AS gross_sales,
                count(*) AS order_count
               FROM %6$s
              GROUP BY %1$s, (%1$s + '%2$s'::interval), %3$s;""";

    private static final String START =
            "date_bin('%s'::interval, %s, '1970-01-01 00:00:00+00'::timestamp with time zone)";

    private DefaultView() {}

    /**
     * The view over a table.
     *
     * @param table with its schema, or without one if the session finds it
     * @param customerId an integer
     * @param quantity an integer
     * @param price a numeric
     * @param eventTime a time with a zone
     * @param scale places behind the point that a price has
     * @param window length of a window
     */
    public static View of(
            String table,
            String customerId,
            String quantity,
            String price,
            String eventTime,
            int scale,
            Duration window) {
        List<Definition.Column> columns = List.of(
                column(customerId, "integer"),
                column(quantity, "integer"),
                column(price, "numeric(38,%d)".formatted(scale)),
                column(eventTime, "timestamp with time zone"));
        int dot = table.indexOf('.');
        Definition.Source source = new Definition.Source(
                dot < 0 ? "" : table.substring(0, dot),
                table.substring(dot + 1),
                'r',
                'p',
                true,
                false,
                false,
                columns);
        String text = SELECT.formatted(
                START.formatted(window, Names.quoted(eventTime)),
                window,
                Names.quoted(customerId),
                Names.quoted(quantity),
                Names.quoted(price),
                Names.quoted(source.name()));
        List<Definition.Result> results = List.of(
                new Definition.Result("window_start", "timestamp with time zone"),
                new Definition.Result("window_end", "timestamp with time zone"),
                new Definition.Result("customer_id", "integer"),
                new Definition.Result("gross_sales", "numeric(38,%d)".formatted(Math.max(scale, LEAST_SCALE))),
                new Definition.Result("order_count", "bigint"));
        try {
            return ViewReader.read(NAME, new Definition(text, results, List.of(source), List.of()), true);
        } catch (ViewRefused e) {
            throw new IllegalStateException(e);
        }
    }

    /** The view over the table that the pipeline creates, in windows of this length. */
    public static View of(Duration window) {
        return of("public.orders", "customer_id", "quantity", "price", "event_ts", LEAST_SCALE, window);
    }

    private static Definition.Column column(String name, String type) {
        return new Definition.Column(name, type, 'b', true, false, false, true);
    }
}
