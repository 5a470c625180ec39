-- What happens while Tally runs.
INSERT INTO public.orders VALUES
    ('d', 8, 1, 499.99, '2026-03-01 10:01:30+00'),
    ('e', 9, 5,   0.01, '2026-02-28 23:30:00+00');
UPDATE public.orders SET quantity = 4 WHERE order_id = 'a';
DELETE FROM public.orders WHERE order_id = 'b';
INSERT INTO public.payments VALUES
    ('00000000-0000-4000-8000-00000000000b', 2, 'aaaaaaaa-0000-4000-8000-000000000000', 'EUR', 'refund',   5.00, '2026-03-01 23:05:00+00'),
    ('00000000-0000-4000-8000-00000000000d', 1, 'bbbbbbbb-0000-4000-8000-000000000000', 'USD', 'charge', 499.99, '2026-03-01 10:01:31+00');
UPDATE public.payments SET amount = 79.96 WHERE amount = 39.98;
UPDATE public.payments SET currency = 'CHF' WHERE currency IS NULL;
