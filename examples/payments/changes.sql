-- What happens while Tally runs.
INSERT INTO public.payments VALUES
    ('00000000-0000-4000-8000-000000000004', 1, 'aaaaaaaa-0000-4000-8000-000000000000', NULL,  'charge', 5.00, '2026-03-01 13:00:00+00'),
    ('00000000-0000-4000-8000-000000000004', 2, 'aaaaaaaa-0000-4000-8000-000000000000', NULL,  'charge', NULL, '2026-03-01 13:00:00+00'),
    ('00000000-0000-4000-8000-000000000005', 1, 'cccccccc-0000-4000-8000-000000000000', 'CHF', 'refund', 7.00, '2026-03-02 09:00:00+00'),
    ('00000000-0000-4000-8000-000000000006', 1, 'cccccccc-0000-4000-8000-000000000000', 'usd', 'charge', 1.00, '2026-03-02 09:30:00+00');
UPDATE public.payments SET amount = 45.67 WHERE payment_id = '00000000-0000-4000-8000-000000000003';
UPDATE public.payments SET kind = 'charge' WHERE line = 2 AND amount = 30.00;
UPDATE public.payments SET amount = NULL WHERE payment_id = '00000000-0000-4000-8000-000000000002';
UPDATE public.payments SET currency = NULL WHERE currency = 'CHF';
DELETE FROM public.payments WHERE currency = 'usd';
