-- The views that the engine keeps. docs/views.md says what a view can be.

-- Sales for each customer and minute.
CREATE MATERIALIZED VIEW order_agg AS
SELECT date_bin('1 minute', event_ts, '1970-01-01 00:00:00+00')                       AS window_start,
       date_bin('1 minute', event_ts, '1970-01-01 00:00:00+00') + INTERVAL '1 minute' AS window_end,
       customer_id,
       SUM(quantity * price)::numeric(38, 2)                                          AS gross_sales,
       COUNT(*)                                                                       AS order_count
FROM public.orders
GROUP BY 1, 2, 3;
