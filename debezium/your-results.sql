-- Prepares a database that is in use for the results: a schema of their own, in which the engine makes its tables.
--
-- It takes no right away from anybody, makes no role, and knows no password. It may be run again. Run it as the owner of the
-- database that is to hold the results; that may be the one with the tables:
--
--     psql -h reports.example -U postgres -d reports -1 -v ON_ERROR_STOP=1 -v engine=tally -v schema=sales -v readers=reporting \
--         -f debezium/your-results.sql
--
--     engine    the role that Tally logs in with here; it has to be there
--     schema    where the results go; it is made if it is not there
--     readers   a role that may read every result, those to come included; it has to be there

SELECT set_config('your.engine', :'engine', false) AS engine, set_config('your.schema', :'schema', false) AS "schema",
       set_config('your.readers', :'readers', false) AS readers;

DO $$
DECLARE
    engine CONSTANT TEXT := current_setting('your.engine');
    results CONSTANT TEXT := current_setting('your.schema');
    readers CONSTANT TEXT := current_setting('your.readers');
    role TEXT;
BEGIN
    FOREACH role IN ARRAY ARRAY[engine, readers] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            RAISE EXCEPTION 'there is no role %', role
                USING HINT = format('CREATE ROLE %I LOGIN, and give it a password with \password', role);
        END IF;
    END LOOP;
    EXECUTE format('CREATE SCHEMA IF NOT EXISTS %I', results);
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I, %I', current_database(), engine, readers);
    EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO %I', results, engine);
    -- The engine's statements name its tables without a schema.
    EXECUTE format('ALTER ROLE %I IN DATABASE %I SET search_path = %I', engine, current_database(), results);
    -- A result that is dropped and made again is readable again.
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', results, readers);
    EXECUTE format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON TABLES TO %I', engine, results, readers);
END
$$;
