-- What happens while Tally runs.
INSERT INTO public.sales VALUES
    (6, '2026-03-01 09:15:00+00', 'us',       'paid', 1, 20.00, NULL, false, 'new'),
    (7, '2026-03-01 09:45:00+00', 'internal', 'paid', 9, 20.00, NULL, false, 'within the company'),
    (8, '2026-03-01 10:00:00+00', 'eu',       'new',  4,  2.50, NULL, false, 'is deleted');
UPDATE public.sales SET status = 'paid' WHERE sale_id = 2;
UPDATE public.sales SET region = 'eu', price = 89.99 WHERE sale_id = 3;
UPDATE public.sales SET is_test = false, quantity = 1 WHERE sale_id = 5;
UPDATE public.sales SET region = 'internal' WHERE sale_id = 6;
UPDATE public.sales SET region = 'us' WHERE sale_id = 7;
DELETE FROM public.sales WHERE sale_id = 8;
