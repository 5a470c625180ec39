-- The results' side of the demonstration: the role that makes the engine's tables, and owns them.
--
-- NOT FOR A DATABASE THAT IS IN USE. It takes everybody's right to connect, and gives a password that is equal to a name. So it
-- refuses a database that holds other tables than the demonstration's. your-results.sql prepares a database of your own.
--
-- To be run by the owner of the database, in the database that is to hold the results. That may be the one with the orders, or
-- another one, on the same server or on another one:
--
--     psql -h localhost -U postgres -d streaming -v ON_ERROR_STOP=1 -f results.sql
--
-- It may be run again, before or after source.sql, and in several databases of one cluster; what is there stays as it is.
--
-- Where the demonstration is reachable from elsewhere, run this file and then, once per cluster: ALTER ROLE tally PASSWORD '...';

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = 'orders_publication')
       AND EXISTS (SELECT FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tableowner <> 'tally') THEN
        RAISE EXCEPTION 'database % is in use; results.sql is for a demonstration, and would lock others out', current_database()
            USING HINT = 'your-results.sql prepares a database of your own';
    END IF;
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
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO tally', current_database());
END
$$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA public TO tally;
