-- What each merchant got on each day, by currency. A payment without an amount is not settled yet.
CREATE MATERIALIZED VIEW payments_by_merchant AS
SELECT date_bin('1 day', paid_at, '2026-01-01 00:00:00+00')           AS day,
       merchant_id,
       currency,
       COUNT(*)                                                       AS payments,
       COUNT(amount)                                                  AS settled,
       SUM(CASE WHEN kind = 'refund' THEN -amount ELSE amount END)    AS net,
       SUM(amount) FILTER (WHERE kind = 'refund')                     AS refunded
FROM public.payments
GROUP BY 1, 2, 3;
