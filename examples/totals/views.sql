-- What each customer has ordered, ever. Without a window a row is never final: it is brought up to date about once a second.
CREATE MATERIALIZED VIEW customer_totals AS
SELECT customer_id,
       COUNT(*)                        AS orders,
       SUM(quantity * price)           AS total,
       SUM(quantity * price) / COUNT(*) AS average
FROM public.orders
GROUP BY customer_id;
