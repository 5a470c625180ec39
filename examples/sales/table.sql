-- Sales of several regions. Some rows are there before Tally starts.
CREATE TYPE sale_status AS ENUM ('new', 'paid', 'cancelled');

CREATE TABLE public.sales (
    sale_id  BIGINT PRIMARY KEY,
    sold_at  TIMESTAMPTZ NOT NULL,
    region   TEXT,
    status   sale_status NOT NULL DEFAULT 'new',
    quantity INT NOT NULL,
    price    NUMERIC(10, 2) NOT NULL,
    discount NUMERIC(4, 3),
    is_test  BOOLEAN NOT NULL DEFAULT false,
    note     TEXT
);
ALTER TABLE public.sales REPLICA IDENTITY FULL;
ALTER PUBLICATION orders_publication ADD TABLE public.sales;
GRANT SELECT ON public.sales TO debezium, tally;

INSERT INTO public.sales VALUES
    (1, '2026-03-01 08:05:00+00', 'eu', 'paid',      3, 10.00, NULL,  false, 'stays'),
    (2, '2026-03-01 08:59:59+00', 'eu', 'cancelled', 1,  5.50, 0.100, false, 'is paid after all'),
    (3, '2026-03-01 09:00:00+00', 'us', 'paid',      2, 99.99, 0.250, false, 'moves to another region'),
    (4, '2026-03-01 08:30:00+00', NULL, 'new',       7,  1.25, NULL,  false, 'of no region'),
    (5, '2026-03-01 08:31:00+00', 'eu', 'paid',    100, 50.00, NULL,  true,  'a test, which does not count');
