-- Payments in lines. Some rows are there before Tally starts.
CREATE TABLE public.payments (
    payment_id  UUID,
    line        INT,
    merchant_id UUID NOT NULL,
    currency    TEXT DEFAULT 'EUR',
    kind        VARCHAR(10) NOT NULL,
    amount      NUMERIC(14, 2),
    paid_at     TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (payment_id, line)
);
ALTER TABLE public.payments REPLICA IDENTITY FULL;
ALTER PUBLICATION orders_publication ADD TABLE public.payments;
GRANT SELECT ON public.payments TO debezium, tally;

INSERT INTO public.payments VALUES
    ('00000000-0000-4000-8000-000000000001', 1, 'aaaaaaaa-0000-4000-8000-000000000000', 'EUR', 'charge', 100.00, '2026-03-01 12:00:00+00'),
    ('00000000-0000-4000-8000-000000000001', 2, 'aaaaaaaa-0000-4000-8000-000000000000', 'EUR', 'refund',  30.00, '2026-03-01 23:59:59.999999+00'),
    ('00000000-0000-4000-8000-000000000002', 1, 'bbbbbbbb-0000-4000-8000-000000000000', 'EUR', 'charge',  12.34, '2026-03-02 00:00:00+00'),
    ('00000000-0000-4000-8000-000000000003', 1, 'bbbbbbbb-0000-4000-8000-000000000000', NULL,  'charge',   NULL, '2026-03-02 08:00:00+00');
