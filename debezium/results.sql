-- The results' side of the pipeline: the role that makes the engine's tables, and owns them.
--
-- To be run by the owner of the database, in the database that is to hold the results. That may be the one with the orders, or
-- another one, on the same server or on another one:
--
--     psql -h localhost -U postgres -d streaming -v ON_ERROR_STOP=1 -f results.sql
--
-- It may be run again, before or after source.sql, and in several databases of one cluster; what is there stays as it is.
--
-- The password is for a laptop. Elsewhere, run this file and then, once per cluster: ALTER ROLE tally PASSWORD '...';

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
