-- Five views over two tables, orders and payments, both of which the order generator fills.

-- Sales for each minute.
CREATE MATERIALIZED VIEW sales_by_minute AS
SELECT date_bin('1 minute', event_ts, '1970-01-01 00:00:00+00') AS minute,
       COUNT(*)                                                 AS orders,
       SUM(quantity)                                            AS pieces,
       SUM(quantity * price)                                    AS revenue
FROM public.orders
GROUP BY 1;

-- Sales for each day of the shop, which is in Berlin. Today's are there when TALLY_LIVE names this view.
CREATE MATERIALIZED VIEW sales_by_day AS
SELECT date_trunc('day', event_ts, 'Europe/Berlin') AS day,
       COUNT(*)                                     AS orders,
       SUM(quantity * price)                        AS revenue
FROM public.orders
GROUP BY 1;

-- What each customer has ordered, ever.
CREATE MATERIALIZED VIEW customer_totals AS
SELECT customer_id,
       COUNT(*)                         AS orders,
       SUM(quantity * price)            AS total,
       SUM(quantity * price) / COUNT(*) AS average
FROM public.orders
GROUP BY customer_id;

-- Payments for each minute and currency. A payment of no currency yet is in a group of its own.
CREATE MATERIALIZED VIEW payments_by_minute AS
SELECT date_bin('1 minute', paid_at, '1970-01-01 00:00:00+00')     AS minute,
       currency,
       COUNT(*) FILTER (WHERE kind = 'charge')                     AS charges,
       COUNT(*) FILTER (WHERE kind = 'refund')                     AS refunds,
       SUM(CASE WHEN kind = 'refund' THEN -amount ELSE amount END) AS net
FROM public.payments
GROUP BY 1, 2;

-- What each merchant has got, ever, and has given back.
CREATE MATERIALIZED VIEW merchant_totals AS
SELECT merchant_id,
       COUNT(*)                                                    AS payments,
       SUM(CASE WHEN kind = 'refund' THEN -amount ELSE amount END) AS net,
       SUM(amount) FILTER (WHERE kind = 'refund')                  AS refunded
FROM public.payments
GROUP BY merchant_id;
