package io.tally.publish;

import io.tally.view.View;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Tuple;

/** Looks at the source in PostgreSQL. All of it can be read without rights, but for the lock that reading the table takes. */
final class PgLook {

    /** SQLSTATE: undefined_table. */
    private static final String NO_SUCH_TABLE = "42P01";

    /**
     * Reading no row locks the table and its partitions as reading all of them would. So nobody is changing the table while
     * it is looked at, and no change lies half before and half after that. Waits at most 3 s for a session that alters the table.
     */
    private static final String LOCK = """
            BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY;
            SET LOCAL lock_timeout = '3s';
            SELECT FROM %s LIMIT 0
            """;

    /**
     * SQL of the system and its timeline; null on a standby, which has none of its own. pg_walfile_name() knows a new timeline
     * at once, pg_control_checkpoint() from the next checkpoint on.
     */
    static final String SYSTEM = """
            CASE WHEN NOT pg_is_in_recovery()
                 THEN (SELECT system_identifier FROM pg_control_system())
                      || '/' || left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END""";

    private static final String FACTS = """
            SELECT jsonb_build_object(
                'lsn', (CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_insert_lsn() END
                        - '0/0')::bigint,
                'standby', pg_is_in_recovery(),
                'system', %s,
                'root', to_regclass($1)::oid::text,
                'tables', (SELECT jsonb_object_agg(oid::text, jsonb_build_object(
                                      'name', oid::regclass::text,
                                      'version', xmin::text,
                                      'file', coalesce(pg_relation_filenode(oid)::bigint, 0),
                                      'full', relreplident = 'f',
                                      'rows', NOT relispartition OR pg_relation_size(oid) > 0))
                           FROM pg_class
                           WHERE oid = to_regclass($1) OR oid IN (SELECT relid FROM pg_partition_tree(to_regclass($1)))),
                'columns', (SELECT jsonb_object_agg('"' || replace(attname, '"', '""') || '"', jsonb_build_object(
                                       'type', format_type(atttypid, atttypmod),
                                       'category', typcategory,
                                       'number', attnum,
                                       'labels', (SELECT jsonb_object_agg(oid::text, enumlabel)
                                                  FROM pg_enum WHERE enumtypid = atttypid),
                                       'version', pg_attribute.xmin::text))
                            FROM pg_attribute JOIN pg_type ON pg_type.oid = atttypid
                            WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
                              AND '"' || replace(attname, '"', '""') || '"' = ANY ($2::text[]))) AS facts
            """.formatted(SYSTEM);

    private final View view;
    private final String lock;

    /** @param view whose table and columns are looked at */
    PgLook(View view) {
        this.view = view;
        this.lock = LOCK.formatted(view.quotedTable());
    }

    /** Begins a transaction and looks while nobody changes the table. */
    Future<Look> alone(PgConnection connection) {
        return connection
                .query(lock)
                .execute()
                .<Void>mapEmpty()
                .recover(failure -> isMissing(failure)
                        ? connection.query("ROLLBACK; BEGIN").execute().mapEmpty()
                        : Future.failedFuture(failure))
                .compose(locked -> facts(connection));
    }

    /** Looks in the transaction that there is, if there is one, whoever changes the table meanwhile. */
    Future<Look> facts(PgConnection connection) {
        String[] columns = Look.names(view).toArray(String[]::new);
        return connection
                .preparedQuery(FACTS)
                .execute(Tuple.tuple().addString(view.quotedTable()).addArrayOfString(columns))
                .map(rows -> Look.of(rows.iterator().next().get(JsonObject.class, "facts")));
    }

    private static boolean isMissing(Throwable failure) {
        return failure instanceof PgException refusal && NO_SUCH_TABLE.equals(refusal.getSqlState());
    }
}
