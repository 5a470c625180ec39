-- Three views over two tables, kept by one engine: two read the topic of orders, one that of returns.

CREATE MATERIALIZED VIEW orders_by_hour AS
SELECT date_bin('1 hour', event_ts, '2000-01-01 00:00:00+00') AS hour,
       COUNT(*)                                               AS orders,
       SUM(quantity * price)                                  AS revenue
FROM public.orders
GROUP BY 1;

CREATE MATERIALIZED VIEW large_orders AS
SELECT customer_id,
       COUNT(*)              AS orders,
       SUM(quantity * price) AS revenue
FROM public.orders
WHERE quantity >= 3
GROUP BY customer_id;

CREATE MATERIALIZED VIEW returns_by_reason AS
SELECT date_bin('1 day', returned_at, '2000-01-01 00:00:00+00') AS day,
       reason,
       COUNT(*)                                                 AS returns,
       SUM(pieces)                                              AS pieces
FROM public.returns
GROUP BY 1, 2;
