package io.tally.view;

import java.util.List;

/**
 * What is sent to the source's database to have a view read: one transaction, which is rolled back.
 *
 * <p>The role needs the right to make temporary tables there, and the server must not be a standby, which has none.
 */
public final class SourceSql {

    private SourceSql() {}

    /** Settings of every session that reads or writes times: the same text means the same moment everywhere. */
    public static final List<String> SESSION =
            List.of("SET TimeZone = 'UTC'", "SET DateStyle = 'ISO, YMD'", "SET IntervalStyle = 'iso_8601'");

    private static final String CREATE = "CREATE TEMPORARY VIEW tally_view AS ";

    /** Characters before the {@code SELECT}, to be taken from the position that an error of PostgreSQL names. */
    public static final int BEFORE_SELECT = CREATE.length();

    /** Makes the view. The line feed ends a comment that the {@code SELECT} may end with. */
    public static String temporaryView(String select) {
        return CREATE + select + "\n";
    }

    /** One row with one column: the view in the server's words. */
    public static final String TEXT = "SELECT pg_get_viewdef('pg_temp.tally_view'::regclass, false)";

    /** A row for each column of the result: name, type. */
    public static final String RESULTS = """
            SELECT attname, format_type(atttypid, atttypmod)
            FROM pg_attribute
            WHERE attrelid = 'pg_temp.tally_view'::regclass AND attnum > 0
            ORDER BY attnum""";

    private static final String DEPENDS = """
            FROM pg_depend d
            JOIN pg_rewrite r ON d.classid = 'pg_rewrite'::regclass AND r.oid = d.objid
            WHERE r.ev_class = 'pg_temp.tally_view'::regclass""";

    /**
     * A row for each table that is read: oid, schema, name, kind, persistence, whether it inherits, has children.
     */
    public static final String SOURCES = """
            SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relpersistence::text,
                   EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid),
                   EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid)
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.oid IN (SELECT d.refobjid %s
                              AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class)
            ORDER BY c.oid""".formatted(DEPENDS);

    /**
     * A row for each column of these: oid of the table, name, type, kind of type, whether it is NOT NULL, has a default, is
     * generated, has a collation that tells all texts apart, is part of the primary key.
     */
    public static final String COLUMNS = """
            SELECT a.attrelid::bigint, a.attname, format_type(a.atttypid, a.atttypmod), t.typtype::text, a.attnotnull,
                   a.atthasdef AND a.attgenerated = '', a.attgenerated <> '',
                   COALESCE((SELECT c.collisdeterministic FROM pg_collation c WHERE c.oid = a.attcollation), true),
                   EXISTS (SELECT FROM pg_index i
                           WHERE i.indrelid = a.attrelid AND i.indisprimary AND a.attnum = ANY (i.indkey))
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attnum > 0 AND NOT a.attisdropped
              AND a.attrelid IN (SELECT d.refobjid %s
                                   AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.ev_class)
            ORDER BY a.attrelid, a.attnum""".formatted(DEPENDS);

    /**
     * A row for each function, operator or type that is used and not part of PostgreSQL, enums aside.
     */
    public static final String USES = """
            SELECT DISTINCT pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid) %s
              AND d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass, 'pg_type'::regclass)
              AND NOT (d.refclassid = 'pg_type'::regclass
                       AND d.refobjid IN (SELECT t.oid FROM pg_type t WHERE t.typtype = 'e'))""".formatted(DEPENDS);
}
