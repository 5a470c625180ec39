-- Prepares one table of a database that is in use, for Debezium and for Tally. It may be run again, and for another table.
--
-- It takes no right away from anybody, makes no role, and knows no password. Run it as the owner of the table and of the
-- publication, in one transaction, in the database that holds the table:
--
--     psql -h shop.example -U postgres -d shop -1 -v ON_ERROR_STOP=1 -v table=public.payments \
--         -v publication=shop_publication -v connector=debezium -v engine=tally -f debezium/your-table.sql
--
--     table         the table of the view, with its schema
--     publication   the one that the connector reads; it is made if it is not there
--     connector     the role that the connector logs in with; it has to be there
--     engine        the role that Tally logs in with at the source; it has to be there
--
-- Changes that it makes:
--
--     ALTER TABLE ... REPLICA IDENTITY FULL    for the table and its partitions. It waits for everybody who uses the table, and
--                                              everybody who comes meanwhile waits for it: see lock_timeout below.
--     public.debezium_heartbeat                a table of one row that the connector rewrites, so that its slot can move on while
--                                              the other tables rest
--     the publication                          has both tables
--     rights                                   the two roles may connect and read the table; the engine's role may make temporary
--                                              views, and writes nothing
--
-- docs/your-own-table.md goes through all of it.

SELECT set_config('your.table', :'table', false) AS "table", set_config('your.publication', :'publication', false) AS publication,
       set_config('your.connector', :'connector', false) AS connector, set_config('your.engine', :'engine', false) AS engine;

-- Rather fail than hold up the application.
SET lock_timeout = '5s';

DO $$
DECLARE
    named CONSTANT REGCLASS := to_regclass(current_setting('your.table'));
    publication CONSTANT TEXT := current_setting('your.publication');
    roles CONSTANT TEXT[] := ARRAY[current_setting('your.connector'), current_setting('your.engine')];
    engine CONSTANT TEXT := current_setting('your.engine');
    in_schema CONSTANT TEXT := (SELECT nspname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
                                WHERE pg_class.oid = named);
    role TEXT;
    part REGCLASS;
BEGIN
    -- Objects that have to be there.
    IF current_setting('wal_level') <> 'logical' THEN
        RAISE EXCEPTION 'wal_level is %, and Debezium needs logical', current_setting('wal_level')
            USING HINT = 'ALTER SYSTEM SET wal_level = logical, and restart the server';
    END IF;
    IF named IS NULL THEN
        RAISE EXCEPTION 'there is no table %', current_setting('your.table');
    END IF;
    IF NOT EXISTS (SELECT FROM pg_index WHERE indrelid = named AND indisprimary) THEN
        RAISE EXCEPTION 'table % has no primary key, which tells apart rows that are written with one place in the log', named;
    END IF;
    FOREACH role IN ARRAY roles LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            RAISE EXCEPTION 'there is no role %', role
                USING HINT = format('CREATE ROLE %I LOGIN, and give it a password with \password; the connector''s needs REPLICATION', role);
        END IF;
    END LOOP;

    -- Old rows go into the log whole. Asked first, because the statement locks the table.
    FOR part IN SELECT oid FROM pg_class
                WHERE (oid = named OR oid IN (SELECT relid FROM pg_partition_tree(named))) AND relreplident <> 'f' LOOP
        EXECUTE format('ALTER TABLE %s REPLICA IDENTITY FULL', part);
    END LOOP;

    CREATE TABLE IF NOT EXISTS public.debezium_heartbeat (id INT PRIMARY KEY, ts TIMESTAMPTZ NOT NULL);

    -- Tables that the connector reads.
    IF NOT EXISTS (SELECT FROM pg_publication WHERE pubname = publication) THEN
        EXECUTE format('CREATE PUBLICATION %I WITH (publish_via_partition_root = true)', publication);
    END IF;
    FOREACH part IN ARRAY ARRAY[named, 'public.debezium_heartbeat'::regclass] LOOP
        IF NOT EXISTS (SELECT FROM pg_publication LEFT JOIN pg_publication_rel ON prpubid = pg_publication.oid AND prrelid = part
                       WHERE pubname = publication AND (puballtables OR prrelid IS NOT NULL))
           AND NOT EXISTS (SELECT FROM pg_publication_tables
                           WHERE pubname = publication AND format('%I.%I', schemaname, tablename)::regclass = part) THEN
            EXECUTE format('ALTER PUBLICATION %I ADD TABLE %s', publication, part);
        END IF;
    END LOOP;
    IF (SELECT relkind FROM pg_class WHERE oid = named) = 'p'
       AND NOT (SELECT pubviaroot FROM pg_publication WHERE pubname = publication) THEN
        RAISE WARNING 'publication % has the changes of % under the names of its partitions', publication, named
            USING HINT = format('ALTER PUBLICATION %I SET (publish_via_partition_root = true), or name them in'
                                ' tally.source.aliases', publication);
    END IF;

    -- The right to read it. The engine makes each view as a temporary one at its start, in a transaction that is rolled back.
    FOREACH role IN ARRAY roles LOOP
        EXECUTE format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), role);
        EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', in_schema, role);
        EXECUTE format('GRANT SELECT ON TABLE %s TO %I', named, role);
    END LOOP;
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), engine);
    EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', roles[1]);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON public.debezium_heartbeat TO %I', roles[1]);
    IF (SELECT relrowsecurity FROM pg_class WHERE oid = named)
       AND NOT (SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = engine) THEN
        RAISE WARNING 'row security of % would hide rows from %', named, engine
            USING HINT = format('ALTER ROLE %I BYPASSRLS', engine);
    END IF;
END
$$;
