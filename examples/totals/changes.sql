-- What happens while Tally runs.
INSERT INTO public.orders VALUES
    ('d', 8, 1, 499.99, '2026-03-01 10:01:30+00'),
    ('e', 9, 5,   0.01, '2026-02-28 23:59:59+00'),
    ('f', 9, 1,   1.00, '2026-03-01 10:02:00+00');
UPDATE public.orders SET quantity = 4 WHERE order_id = 'a';
UPDATE public.orders SET customer_id = 10 WHERE order_id = 'b';
DELETE FROM public.orders WHERE customer_id = 9;
