-- Payments in lines, for the orders of the generator, which pays into this table where it is there. The table orders is there:
-- debezium/source.sql makes it. Some rows are there before Tally starts.
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
GRANT SELECT, INSERT, UPDATE ON public.payments TO datagen;

INSERT INTO public.orders VALUES
    ('a', 7, 2, 19.99, '2026-03-01 10:00:05+00'),
    ('b', 7, 1,  5.00, '2026-03-01 23:00:59.999+00'),
    ('c', 8, 3, 10.00, '2026-03-01 10:00:59+00');
INSERT INTO public.payments VALUES
    ('00000000-0000-4000-8000-00000000000a', 1, 'aaaaaaaa-0000-4000-8000-000000000000', 'EUR', 'charge', 39.98, '2026-03-01 10:00:06+00'),
    ('00000000-0000-4000-8000-00000000000b', 1, 'aaaaaaaa-0000-4000-8000-000000000000', 'EUR', 'charge',  5.00, '2026-03-01 23:01:00+00'),
    ('00000000-0000-4000-8000-00000000000c', 1, 'bbbbbbbb-0000-4000-8000-000000000000', NULL,  'charge', 30.00, '2026-03-01 10:00:59+00');
