-- What happens while Tally runs.
INSERT INTO public.orders VALUES
    ('d', 8, 5, 4.00, '2026-03-01 11:01:30+00'),
    ('e', 9, 3, 0.50, '2026-02-28 23:59:59+00');
UPDATE public.orders SET quantity = 4 WHERE order_id = 'a';
UPDATE public.orders SET quantity = 2 WHERE order_id = 'c';
DELETE FROM public.orders WHERE order_id = 'b';
INSERT INTO public.returns (order_id, reason, pieces, returned_at) VALUES
    ('d', 'too small', 5, '2026-03-03 17:00:00+00'),
    ('e', 'broken',    1, '2026-03-04 08:00:00+00');
UPDATE public.returns SET reason = 'not said' WHERE reason IS NULL;
DELETE FROM public.returns WHERE reason = 'broken';
