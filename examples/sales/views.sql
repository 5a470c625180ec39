-- Sales for each hour and region. Tests and sales within the company do not count; what was cancelled is no piece sold.
CREATE MATERIALIZED VIEW sales_by_hour AS
SELECT date_bin('1 hour', sold_at, '2000-01-01 00:00:00+00') AS hour,
       region,
       COUNT(*)                                              AS sales,
       SUM(quantity) FILTER (WHERE status <> 'cancelled')    AS pieces,
       SUM(quantity * price * (1 - COALESCE(discount, 0)))   AS revenue,
       COUNT(discount)                                       AS discounted,
       SUM(quantity * price) / COUNT(*)                      AS average
FROM public.sales
WHERE NOT is_test AND region IS DISTINCT FROM 'internal'
GROUP BY 1, 2;

-- Sales for each day of the shop, which is in Berlin: on 2026-03-29 it had 23 hours.
CREATE MATERIALIZED VIEW sales_by_day AS
SELECT date_trunc('day', sold_at, 'Europe/Berlin') AS day,
       COUNT(*)                                    AS sales,
       SUM(quantity * price)                       AS revenue
FROM public.sales
WHERE NOT is_test
GROUP BY 1;
