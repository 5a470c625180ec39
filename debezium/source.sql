-- The source side of the demonstration, for a database of its own: the table orders, what Debezium needs to follow it, and one role
-- for each program. The results' side is results.sql, to be run in the same database, or where the results are to be instead.
--
-- NOT FOR A DATABASE THAT IS IN USE. It takes everybody's right to connect, gives passwords that are equal to names, and makes a
-- table orders. So it refuses a database that holds other tables the first time. your-table.sql prepares a table of your own.
--
-- To be run by the owner of the database, in the database that holds the orders:
--
--     psql -h localhost -U postgres -d streaming -v ON_ERROR_STOP=1 -f source.sql -f results.sql
--
-- It may be run again, and in several databases of one cluster; what is there stays as it is. The server must run with
-- wal_level=logical.
--
-- Where the demonstration is reachable from elsewhere, run this file and then, once per cluster, change the passwords:
--
--     ALTER ROLE debezium PASSWORD '...';  ALTER ROLE tally PASSWORD '...';  ALTER ROLE datagen PASSWORD '...';

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'orders_publication')
       AND EXISTS (SELECT FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tableowner <> 'tally') THEN
        RAISE EXCEPTION 'database % is in use; source.sql is for a demonstration, and would lock others out', current_database()
            USING HINT = 'your-table.sql prepares a table of your own';
    END IF;
END
$$;


-- Tables

CREATE TABLE IF NOT EXISTS public.orders (
    order_id    TEXT PRIMARY KEY,
    customer_id INT NOT NULL,
    quantity    INT NOT NULL,
    price       NUMERIC(12,2) NOT NULL,
    event_ts    TIMESTAMPTZ NOT NULL DEFAULT NOW()
);

-- One row, rewritten by the connector every few seconds. While the orders rest and other tables of the database are
-- busy, this is the change that lets the connector move its slot on; without it the server could never drop its log.
CREATE TABLE IF NOT EXISTS public.debezium_heartbeat (
    id INT PRIMARY KEY,
    ts TIMESTAMPTZ NOT NULL
);

-- Updates and deletes carry the whole old row, so that it can be taken back out of the sums. Asked first, because the
-- statement locks the table.
DO $$
BEGIN
    IF (SELECT relreplident FROM pg_class WHERE oid = 'public.orders'::regclass) <> 'f' THEN
        ALTER TABLE public.orders REPLICA IDENTITY FULL;
    END IF;
END
$$;

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'orders_publication') THEN
        CREATE PUBLICATION orders_publication FOR TABLE public.orders, public.debezium_heartbeat;
    END IF;
END
$$;


-- Roles. They belong to the cluster, so another database may have made them, even at this moment.

DO $$
BEGIN
    CREATE ROLE debezium LOGIN REPLICATION PASSWORD 'debezium';
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

DO $$
BEGIN
    CREATE ROLE tally LOGIN PASSWORD 'tally';
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

DO $$
BEGIN
    CREATE ROLE datagen LOGIN PASSWORD 'datagen';
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;


-- Rights. By default everyone may connect and make temporary tables. The engine needs the latter: each view is made as a
-- temporary one at its start, in a transaction that is rolled back, so that PostgreSQL says what it means.

DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO debezium, tally, datagen', current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO tally', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO debezium, tally, datagen;

-- Debezium reads the orders for its snapshot; the changes come through its slot.
GRANT SELECT ON public.orders TO debezium;
GRANT SELECT, INSERT, UPDATE ON public.debezium_heartbeat TO debezium;

-- The engine reads the orders when it has to start over. It writes nothing here.
GRANT SELECT ON public.orders TO tally;

GRANT SELECT, INSERT, UPDATE, DELETE ON public.orders TO datagen;
