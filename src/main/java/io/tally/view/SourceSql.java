package io.tally.view;

import io.tally.view.sql.Names;
import java.util.List;

/**
 * Statements that have the source's database read a view: one transaction, which is rolled back.
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
     * A row for each table that is read: oid, schema, name, kind, persistence, whether it inherits, has children, may hide rows
     * from the role.
     */
    public static final String SOURCES = """
            SELECT c.oid::bigint, n.nspname, c.relname, c.relkind::text, c.relpersistence::text,
                   EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid),
                   EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid),
                   row_security_active(c.oid)
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

    /** Range of time that is asked for: from 1900-01-01 to 2200-01-01, in seconds since 1970. */
    private static final String FROM = "-2208988800";

    private static final String TO = "7258118400";

    /**
     * One row of two arrays of {@code bigint}, in seconds since 1970: the moments, in order, at which the answer of
     * {@code date_trunc} may become another one, and what it then is. NULLs if the server has no zone of this name.
     *
     * <p>It becomes another one at midnight, and where the clock is set. The zone's shift is looked at each day (no zone changes
     * it twice within six), and where it has changed, the second is found by halving.
     *
     * @param zone its full name
     */
    static String boundaries(CalendarUnit unit, String zone) {
        return """
                WITH RECURSIVE zone AS MATERIALIZED (
                    SELECT name FROM pg_timezone_names WHERE name = %1$s
                ), days AS (
                    SELECT name, s, %3$s - s AS shift FROM zone, generate_series(%4$s::bigint, %5$s, 86400) AS s
                ), changes AS (
                    SELECT name, day_before AS lo, s AS hi, shift_before, shift
                    FROM (SELECT *, lag(s) OVER (ORDER BY s) AS day_before, lag(shift) OVER (ORDER BY s) AS shift_before
                          FROM days) AS pairs
                    WHERE shift <> shift_before
                    UNION ALL
                    SELECT name, CASE WHEN is_before THEN s ELSE lo END, CASE WHEN is_before THEN hi ELSE s END,
                           shift_before, shift
                    FROM (SELECT *, %3$s - s = shift_before AS is_before
                          FROM (SELECT *, (lo + hi) / 2 AS s FROM changes WHERE hi - lo > 1) AS middles) AS halves
                ), stretches AS (
                    SELECT name, shift, since, lead(since, 1, %5$s) OVER (ORDER BY since) AS until
                    FROM (SELECT name, shift, hi AS since FROM changes WHERE hi - lo = 1
                          UNION ALL
                          SELECT name, shift, s FROM days WHERE s = %4$s) AS begun
                ), moments AS (
                    SELECT name, since AS s FROM stretches
                    UNION
                    SELECT name, extract(epoch FROM wall)::bigint - shift
                    FROM stretches, generate_series(date_trunc('%2$s', TIMESTAMP 'epoch' + (since + shift) * INTERVAL '1 second'),
                                                    TIMESTAMP 'epoch' + (until + shift) * INTERVAL '1 second',
                                                    INTERVAL '%6$s') AS wall
                    WHERE extract(epoch FROM wall)::bigint - shift BETWEEN since AND until - 1
                )
                SELECT array_agg(s ORDER BY s),
                       array_agg(extract(epoch FROM date_trunc('%2$s', to_timestamp(s), name))::bigint ORDER BY s)
                FROM moments""".formatted(
                        Names.literal(zone),
                        unit.word(),
                        "extract(epoch FROM to_timestamp(s) AT TIME ZONE name)::bigint",
                        FROM,
                        TO,
                        unit.length());
    }
}
