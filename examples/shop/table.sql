-- Returns of orders, beside the table orders, which debezium/source.sql makes. Some rows are there before Tally starts.
CREATE TABLE public.returns (
    return_id   BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    order_id    TEXT NOT NULL,
    reason      TEXT,
    pieces      SMALLINT NOT NULL,
    returned_at TIMESTAMPTZ NOT NULL
);
ALTER TABLE public.returns REPLICA IDENTITY FULL;
ALTER PUBLICATION orders_publication ADD TABLE public.returns;
GRANT SELECT ON public.returns TO debezium, tally;

INSERT INTO public.orders VALUES
    ('a', 7, 2, 19.99, '2026-03-01 10:00:05+00'),
    ('b', 7, 1,  5.00, '2026-03-01 10:30:59.999+00'),
    ('c', 8, 3, 10.00, '2026-03-01 11:01:00+00');
INSERT INTO public.returns (order_id, reason, pieces, returned_at) VALUES
    ('a', 'too small', 1, '2026-03-03 09:00:00+00'),
    ('c', NULL,        2, '2026-03-03 09:30:00+00');
