-- The role that the dashboard "Sales" logs in with: it reads what the engine publishes, and nothing else. To be run by a
-- superuser in the database that holds the results, after debezium/results.sql, before or after the engine's first start:
--
--     psql -h localhost -U postgres -d streaming -v ON_ERROR_STOP=1 -f grafana/role.sql
--
-- The password is for a laptop; elsewhere: ALTER ROLE dashboards PASSWORD '...';

DO $$
BEGIN
    CREATE ROLE dashboards LOGIN PASSWORD 'dashboards';
EXCEPTION
    WHEN duplicate_object OR unique_violation THEN NULL;
END
$$;

DO $$
BEGIN
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO dashboards', current_database());
END
$$;

GRANT USAGE ON SCHEMA public TO dashboards;

-- The engine's tables: those there are, and those to come.
ALTER DEFAULT PRIVILEGES FOR ROLE tally IN SCHEMA public GRANT SELECT ON TABLES TO dashboards;

DO $$
DECLARE
    owned TEXT;
BEGIN
    FOR owned IN
        SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public' AND tableowner = 'tally'
        UNION ALL
        SELECT format('%I.%I', schemaname, viewname) FROM pg_views WHERE schemaname = 'public' AND viewowner = 'tally'
    LOOP
        EXECUTE 'GRANT SELECT ON ' || owned || ' TO dashboards';
    END LOOP;
END
$$;
