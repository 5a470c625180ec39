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
INSERT INTO public.sales VALUES
    (9,  '2026-03-28 22:59:59+00', 'eu', 'paid', 1, 1.00, NULL, false, 'a second before midnight in Berlin'),
    (10, '2026-03-28 23:00:00+00', 'eu', 'paid', 2, 1.00, NULL, false, 'at midnight'),
    (11, '2026-03-29 21:59:59+00', 'eu', 'paid', 4, 1.00, NULL, false, 'the last second of a short day'),
    (12, '2026-03-29 22:00:00+00', 'eu', 'paid', 8, 1.00, NULL, false, 'the next day');
