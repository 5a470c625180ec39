-- The table orders is there: debezium/source.sql makes it. Some rows are there before Tally starts.
INSERT INTO public.orders VALUES
    ('a', 7, 2, 19.99, '2026-03-01 10:00:05+00'),
    ('b', 7, 1,  5.00, '2026-03-01 10:00:59.999+00'),
    ('c', 8, 3, 10.00, '2026-03-01 10:01:00+00');
