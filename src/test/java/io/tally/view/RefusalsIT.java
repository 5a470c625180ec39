package io.tally.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.sql.SQLException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** What PostgreSQL takes and a view does not: each with the line that says so, in PostgreSQL's words of 18. */
class RefusalsIT {

    private static final String TABLES = """
            CREATE DOMAIN email AS text;
            CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE FUNCTION vat(numeric) RETURNS numeric IMMUTABLE LANGUAGE sql AS 'SELECT $1 * 0.2';
            CREATE TABLE payments (
                id int PRIMARY KEY, customer int NOT NULL, amount numeric(12,2) NOT NULL, fee numeric, small smallint,
                big bigint, ratio float8, cash money, code char(3), region text, kind varchar(10), mood mood, store uuid,
                day date, paid_at timestamptz NOT NULL, local_at timestamp NOT NULL, maybe timestamptz, test boolean,
                doc jsonb, note text DEFAULT 'none', twice int GENERATED ALWAYS AS (customer * 2) STORED, mail email,
                loose text COLLATE loose);
            CREATE VIEW a_view AS SELECT * FROM payments;
            CREATE MATERIALIZED VIEW a_matview AS SELECT * FROM payments;
            CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY, k int);
            CREATE TEMPORARY TABLE passing (id int PRIMARY KEY, k int);
            CREATE TABLE keyless (k int);
            CREATE TABLE parent (id int PRIMARY KEY, k int);
            CREATE TABLE child (PRIMARY KEY (id)) INHERITS (parent);
            CREATE TABLE parted (id int PRIMARY KEY, k int) PARTITION BY RANGE (id);
            CREATE TABLE part PARTITION OF parted FOR VALUES FROM (0) TO (9);
            """;

    private static TestSource source;

    @BeforeAll
    static void makeTables() throws SQLException {
        source = new TestSource(TestSource.url(), "refusals");
        source.execute(TABLES);
    }

    @AfterAll
    static void leave() throws SQLException {
        source.close();
    }

    /** Items of a SELECT that also has a key. */
    static Stream<Arguments> measures() {
        return Stream.of(
                arguments("min(amount)", "min(amount): a minimum that is deleted cannot be taken back"),
                arguments("max(day)", "max(day): a maximum that is deleted cannot be taken back"),
                arguments("count(DISTINCT region)", "count(DISTINCT region): DISTINCT needs all values"),
                arguments("sum(DISTINCT customer)", "sum(DISTINCT customer): DISTINCT needs all values"),
                arguments("string_agg(region, ',')", "string_agg cannot be kept from changes"),
                arguments("array_agg(id)", "array_agg cannot be kept from changes"),
                arguments("stddev(amount)", "stddev cannot be kept from changes"),
                arguments("bool_or(test)", "bool_or cannot be kept from changes"),
                arguments("sum(customer ORDER BY id)", "ORDER BY inside sum is not among"),
                arguments("sum(count(*)) OVER ()", "sum with OVER is not among"),
                arguments("percentile_cont(0.5) WITHIN GROUP (ORDER BY ratio)", "percentile_cont with WITHIN"),
                arguments("(array_agg(id))[1]", "elements of arrays"),
                arguments("sum(ratio)", "ratio: double precision does not add up exactly; use numeric"),
                arguments("sum(cash)", "cash: money depends on the server's locale; use numeric"),
                arguments("sum(paid_at - maybe)", "paid_at: it is no number"),
                arguments("sum(customer / 2)", "(customer / 2): a division rounds each row; divide sums"),
                arguments("sum(customer % 2)", "(customer % 2): a division rounds each row"),
                arguments("sum(amount ^ 2)", "the operator ^ cannot be kept"),
                arguments("sum(abs(amount))", "abs(amount): abs is not kept for a row; write CASE"),
                arguments("sum(round(fee, 2))", "the function round is not kept for a row"),
                arguments("sum(nullif(customer, 0))", "NULLIF(customer, 0): NULLIF is not kept for a row; write CASE"),
                arguments("sum(greatest(customer, 0))", "GREATEST is not kept for a row; write CASE"),
                arguments("sum(length(region))", "the function length is not kept for a row"),
                arguments("sum(@ customer)", "the operator @ cannot be kept"),
                arguments(
                        "sum(test::int)",
                        "(test)::integer: only casts between integers and numeric are kept; write CASE"),
                arguments("sum(region::int)", "(region)::integer: only casts between integers and numeric"),
                arguments("sum('NaN'::numeric)", "'NaN'::numeric: rows hold no such number"),
                arguments("sum(1.5::float8)", "only casts between integers and numeric"),
                arguments("sum(extract(epoch FROM paid_at))", "FROM is not among what a view may hold"),
                arguments("sum((SELECT 1))", "a view reads one table, no subquery"),
                arguments("count(region || 'x')", "the operator || cannot be kept"),
                arguments("count(upper(region))", "the function upper is not kept for a row"),
                arguments("count(region COLLATE \"C\")", "COLLATE is not among what a view may hold"),
                arguments("count(doc)", "doc: values of type jsonb cannot be read"),
                arguments("count(code)", "code: character(3) takes texts for equal that differ in blanks"),
                arguments("count(coalesce(test, false))", "only numbers can be chosen between"),
                arguments("count(payments)", "payments.*"),
                arguments("avg(fee)", "avg(fee): the digits of the result depend on the scales"),
                arguments(
                        "avg(CASE WHEN test THEN amount ELSE 0 END)", "the digits of the result depend on the scales"),
                arguments("sum(fee) / count(*)", "the digits of the result depend on the scales"),
                arguments("sum(fee)::text", "the digits of the result depend on the scales"),
                arguments("sum(amount) / customer", "customer: beside aggregates a measure holds no columns"),
                arguments("sqrt(sum(amount))", "sqrt(sum(amount)): the function sqrt is not used over sums"),
                arguments("sum(amount) ^ 2", "the operator ^ is not used over sums"),
                arguments("sum(customer) * random()", "random(): the function random is not used over sums"),
                arguments("to_char(sum(amount), '999')", "the function to_char is not used over sums"),
                arguments("sum(customer)::oid", "a measure is not cast to oid"),
                arguments("sum(vat(amount))", "it uses function vat(numeric)"),
                arguments("vat(sum(amount))", "it uses function vat(numeric)"));
    }

    @ParameterizedTest
    @MethodSource("measures")
    void measure_thatCannotBeKept_isRefused(String measure, String expected) throws SQLException {
        refused("SELECT customer, %s AS x FROM payments GROUP BY customer".formatted(measure), expected);
    }

    /** Conditions in WHERE. */
    static Stream<Arguments> conditions() {
        return Stream.of(
                arguments("region LIKE 'a%'", "(region ~~ 'a%'::text): texts are compared for equality only"),
                arguments("region ~ 'a'", "texts are compared for equality only"),
                arguments(
                        "region > 'a'", "(region > 'a'::text): texts, enums and uuids are compared for equality only"),
                arguments("mood < 'paid'", "compared for equality only"),
                arguments("store > '00000000-0000-0000-0000-000000000000'", "compared for equality only"),
                arguments("mood::text = 'new'", "only casts between integers and numeric are kept; compare the enum"),
                arguments("kind::varchar(2) = 'ab'", "only casts between integers and numeric are kept"),
                arguments("code = 'abc'", "code: character(3) takes texts for equal that differ in blanks"),
                arguments("ratio > 1", "ratio: double precision does not add up exactly"),
                arguments("loose = 'a'", "loose: its collation takes different texts for equal ones"),
                arguments("mail = 'a'", "mail: its type is the domain email"),
                arguments("note = 'a'", "note: it may be NULL and has a default"),
                arguments("twice > 3", "twice: it is a generated column"),
                arguments("xmin::text = '1'", "xmin: it is no column of the table's own"),
                arguments("tableoid = 1", "tableoid: it is no column of the table's own"),
                arguments("paid_at > now()", "now(): it answers differently each time"),
                arguments("paid_at > current_timestamp", "CURRENT_TIMESTAMP is not among what a view may hold"),
                arguments("random() < 0.5", "random(): it answers differently each time"),
                arguments("day < paid_at", "(day < paid_at): date and timestamptz cannot be compared"),
                arguments("local_at < paid_at", "timestamp and timestamptz cannot be compared"),
                arguments("paid_at::date = '2024-01-01'", "(paid_at)::date: only casts between integers and numeric"),
                arguments("paid_at < 'infinity'", "rows hold no such time"),
                arguments("day < 'infinity'", "rows hold no such time"),
                arguments("day + 1 > '2024-01-01'", "day: it is no number"),
                arguments("customer = ANY ('{1,2}'::int[])", "its right side is no list"),
                arguments("customer > ANY (ARRAY[1,2])", "only = ANY and <> ALL are kept"),
                arguments("customer IN (SELECT 1)", "IN is not among what a view may hold"),
                arguments("EXISTS (SELECT 1)", "a view reads one table, no subquery"),
                arguments("coalesce(test, false)", "COALESCE(test, false): only numbers can be chosen between"),
                arguments("CASE WHEN test THEN false ELSE true END", "only numbers can be chosen between"),
                arguments("starts_with(region, 'a')", "the function starts_with is not kept for a row"),
                arguments("current_user = 'x'", "CURRENT_USER is not among what a view may hold"),
                arguments("doc ? 'a'", "the operator ? cannot be kept"),
                arguments("(customer, region) IS NULL", "ROW(customer, region): the function ROW is not kept"),
                arguments("region IS NORMALIZED", "NORMALIZED is not among what a view may hold"));
    }

    @ParameterizedTest
    @MethodSource("conditions")
    void condition_thatCannotBeKept_isRefused(String condition, String expected) throws SQLException {
        refused(
                "SELECT customer, count(*) AS n FROM payments WHERE %s GROUP BY customer".formatted(condition),
                expected);
        refused(
                "SELECT customer, sum(small) FILTER (WHERE %s) AS n FROM payments GROUP BY customer"
                        .formatted(condition),
                expected);
    }

    static Stream<Arguments> windows() {
        String bin = "date_bin('1 minute', paid_at, '1970-01-01')";
        String day = "date_trunc('day', paid_at, 'Europe/Berlin')";
        return Stream.of(
                arguments("date_trunc('hour', paid_at)", "for hours and less use date_bin, which makes equal ones"),
                arguments("date_trunc('days', paid_at, 'Europe/Berlin')", "windows are 'day', 'week', 'month',"),
                arguments("date_trunc('day', paid_at)", "it depends on the session's time zone; name one"),
                arguments("date_trunc('day', local_at)", "it depends on the session's time zone; name one"),
                arguments("date_trunc('day', paid_at, 'CET')", "a zone has its full name, as in 'Europe/Berlin'"),
                arguments("date_trunc('day', paid_at, 'EST5EDT')", "no abbreviation and no offset"),
                arguments("date_trunc('day', paid_at, '+02:00')", "no abbreviation and no offset"),
                arguments("date_trunc('day', paid_at, '<a/b>-3')", "no abbreviation and no offset"),
                arguments("date_trunc('day', paid_at, 'A/B3')", "of the server has no zone 'A/B3', written so"),
                arguments(
                        "date_trunc('day', paid_at, 'europe/berlin')",
                        "pg_timezone_names of the server has no zone 'europe/berlin'"),
                arguments("date_trunc('day', paid_at, region)", "a zone has its full name"),
                arguments("date_trunc(region, paid_at, 'Europe/Berlin')", "of the calendar, windows are 'day', 'week'"),
                arguments("date_trunc('day', maybe, 'Europe/Berlin')", "maybe may be NULL, and then a row has no"),
                arguments("date_trunc('day', local_at, 'Europe/Berlin')", "date_trunc(literal, column, literal)"),
                arguments(
                        "date_trunc('day', paid_at + INTERVAL '1 day', 'UTC')", "date_trunc(literal, column, literal)"),
                arguments(day + ", date_trunc('week', paid_at, 'Europe/Berlin')", "a view has one window"),
                arguments(day + ", " + bin, "a view has one window"),
                arguments(day + ", " + day + " + INTERVAL '1 day'", "as date_add(start, INTERVAL '1 day', 'Europe/"),
                arguments(
                        day + ", date_add(" + day + ", '1 day')", "of a day in Europe/Berlin, its start is kept, and"),
                arguments(day + ", date_add(" + day + ", '24 hours', 'Europe/Berlin')", "its end as date_add(start,"),
                arguments(day + ", date_add(" + day + ", '1 day', 'Europe/Paris')", "its end as date_add(start,"),
                arguments(day + ", date_subtract(" + day + ", '1 day', 'Europe/Paris')", "neither an aggregate nor a"),
                arguments(bin + ", date_add(" + bin + ", '1 minute', 'UTC')", "its start and its start + INTERVAL"),
                arguments("date_add(" + day + ", '1 day', 'Europe/Berlin')", "start is not selected"),
                arguments("date_bin('1 month', paid_at, '1970-01-01')", "without months and years"),
                arguments(
                        "date_bin('-1 minute', paid_at, '1970-01-01')", "a whole number of milliseconds, one or more"),
                arguments("date_bin('2000000000 days', paid_at, '1970-01-01')", "a window is 400000 days long at most"),
                arguments(
                        "date_bin('2000000000 hours', paid_at, '1970-01-01')", "a window is 400000 days long at most"),
                arguments("date_bin('1 microsecond', paid_at, '1970-01-01')", "a whole number of milliseconds"),
                arguments("date_bin('1 minute', paid_at, '1970-01-01 00:00:00.0001')", "origin is a time in whole"),
                arguments("date_bin('1 minute', paid_at, 'infinity')", "origin is a time in whole milliseconds"),
                arguments(
                        "date_bin('1 minute', maybe, '1970-01-01')", "maybe may be NULL, and then a row has no window"),
                arguments("date_bin('1 minute', day, '1970-01-01')", "a window is date_bin(literal, column, literal)"),
                arguments("date_bin('1 minute', paid_at, maybe)", "a window is date_bin(literal, column, literal)"),
                arguments("date_bin('1 minute', paid_at, '1970-01-01') + INTERVAL '1 minute'", "start is not selected"),
                arguments(bin + ", date_bin('1 hour', paid_at, '1970-01-01')", "a view has one window"),
                arguments(bin + ", " + bin + " + INTERVAL '2 minutes'", "the window is 60000 ms long"),
                arguments(bin + ", " + bin + " - INTERVAL '1 minute'", "its start and its start + INTERVAL"),
                arguments(
                        "date_bin('1 day', paid_at, '1970-01-01'), date_bin('1 day', paid_at, '1970-01-01') + INTERVAL"
                                + " '1 day'",
                        "a day is not always 24 hours long"),
                arguments(bin + ", extract(hour FROM " + bin + ")", "FROM is not among"),
                arguments(bin + ", " + bin, "it is selected twice"));
    }

    @ParameterizedTest
    @MethodSource("windows")
    void window_thatCannotBeKept_isRefused(String items, String expected) throws SQLException {
        StringBuilder named = new StringBuilder();
        int number = 0;
        int depth = 0;
        for (char c : (items + ",").toCharArray()) {
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            named.append(c == ',' && depth == 0 ? " AS c" + ++number + "," : "" + c);
        }
        String numbers = number == 1 ? "1" : "1, 2";
        refused("SELECT %s count(*) AS n FROM payments GROUP BY %s".formatted(named, numbers), expected);
    }

    static Stream<Arguments> statements() {
        return Stream.of(
                arguments("SELECT count(*) FROM payments", "there is no GROUP BY; group by a window or a column"),
                arguments("SELECT count(*) FROM payments GROUP BY ()", "grouping sets count a row more than once"),
                arguments("SELECT customer, count(*) FROM payments GROUP BY ROLLUP (customer)", "grouping sets"),
                arguments("SELECT customer, count(*) FROM payments GROUP BY CUBE (customer)", "grouping sets"),
                arguments(
                        "SELECT customer, count(*) FROM payments GROUP BY GROUPING SETS ((customer), ())",
                        "grouping sets count a row more than once"),
                arguments(
                        "SELECT customer, count(*) FROM payments GROUP BY customer HAVING count(*) > 1",
                        "HAVING would hide groups"),
                arguments(
                        "SELECT customer, count(*) FROM payments GROUP BY customer ORDER BY 2", "a table has no order"),
                arguments(
                        "SELECT customer, count(*) FROM payments GROUP BY customer LIMIT 3", "LIMIT would hide groups"),
                arguments(
                        "SELECT customer, count(*) FROM payments GROUP BY customer OFFSET 3",
                        "OFFSET would hide groups"),
                arguments(
                        "SELECT customer, count(*) FROM payments GROUP BY customer FETCH FIRST 3 ROWS ONLY",
                        "LIMIT would hide groups"),
                arguments("SELECT DISTINCT customer, count(*) FROM payments GROUP BY customer", "DISTINCT takes rows"),
                arguments(
                        "SELECT customer, count(*) FROM payments GROUP BY customer UNION SELECT 1, 2",
                        "a view is one SELECT"),
                arguments(
                        "SELECT customer, count(*) FROM payments GROUP BY customer EXCEPT SELECT 1, 2",
                        "a view is one SELECT"),
                arguments(
                        "WITH p AS (SELECT * FROM payments) SELECT customer, count(*) FROM p GROUP BY customer",
                        "WITH reads more than one query"),
                arguments("SELECT 1 AS x", "it reads no table"),
                arguments(
                        "SELECT p.customer, count(*) FROM payments p JOIN parted q ON q.id = p.id GROUP BY p.customer",
                        "it reads 2 tables; aggregate each of them"),
                arguments(
                        "SELECT p.customer, count(*) FROM payments p, payments q GROUP BY p.customer",
                        "a view reads one table, no join"),
                arguments(
                        "SELECT p.customer, count(*) FROM payments p CROSS JOIN payments q GROUP BY p.customer",
                        "a view reads one table, no join"),
                arguments(
                        "SELECT customer, count(*) FROM (SELECT * FROM payments) p GROUP BY customer",
                        "no join and no subquery"),
                arguments("SELECT customer, count(*) FROM ONLY payments GROUP BY customer", "ONLY leaves out rows"),
                arguments(
                        "SELECT customer, count(*) FROM payments TABLESAMPLE system (1) GROUP BY customer",
                        "TABLESAMPLE takes other rows"),
                arguments(
                        "SELECT b, count(*) FROM payments p (a, b) GROUP BY b",
                        "columns of the table cannot be renamed"),
                arguments(
                        "SELECT customer FROM payments GROUP BY customer, region", "region: it is grouped by and not"),
                arguments(
                        "SELECT id, region, count(*) FROM payments GROUP BY id",
                        "region: it is selected and not grouped"),
                arguments("SELECT customer, customer AS c, count(*) FROM payments GROUP BY 1", "it is selected twice"),
                arguments("SELECT customer + 1 AS k, count(*) FROM payments GROUP BY 1", "neither an aggregate nor a"),
                arguments("SELECT lower(region) AS k, count(*) FROM payments GROUP BY 1", "neither an aggregate nor a"),
                arguments(
                        "SELECT 'x' AS k, customer, count(*) FROM payments GROUP BY 1, 2", "neither an aggregate nor"),
                arguments("SELECT ratio, count(*) FROM payments GROUP BY 1", "double precision does not add up"),
                arguments("SELECT code, count(*) FROM payments GROUP BY 1", "differ in blanks"),
                arguments("SELECT loose, count(*) FROM payments GROUP BY 1", "its collation takes different texts"),
                arguments("SELECT mail, count(*) FROM payments GROUP BY 1", "its type is the domain email"),
                arguments("SELECT doc, count(*) FROM payments GROUP BY 1", "values of type jsonb cannot be read"),
                arguments("SELECT fee, count(*) FROM payments GROUP BY 1", "a numeric key needs a declared scale"),
                arguments(
                        "SELECT customer, count(*) FROM a_view GROUP BY 1", "is a view, whose changes are in no topic"),
                arguments("SELECT customer, count(*) FROM a_matview GROUP BY 1", "is a materialized view"),
                arguments("SELECT k, count(*) FROM unlogged GROUP BY 1", "is a temporary or an unlogged table"),
                arguments("SELECT k, count(*) FROM passing GROUP BY 1", "is a temporary or an unlogged table"),
                arguments("SELECT k, count(*) FROM keyless GROUP BY 1", "has no primary key"),
                arguments("SELECT k, count(*) FROM parent GROUP BY 1", "has tables that inherit from it"),
                arguments("SELECT k, count(*) FROM child GROUP BY 1", "is part of another table"),
                arguments("SELECT k, count(*) FROM part GROUP BY 1", "is part of another table"),
                arguments("SELECT k, count(*) FROM parted GROUP BY 1", null),
                arguments("SELECT g, count(*) FROM generate_series(1, 2) g GROUP BY 1", "it reads no table"),
                arguments("SELECT tablename, count(*) FROM pg_tables GROUP BY 1", "is a view"));
    }

    /** A null is for one that is not refused, to keep the table honest. */
    @ParameterizedTest
    @MethodSource("statements")
    void statement_thatCannotBeKept_isRefused(String select, String expected) throws SQLException {
        if (expected == null) {
            try {
                assertFalse(ViewReader.read("v", source.describe(select), false)
                        .results()
                        .isEmpty());
            } catch (ViewRefused e) {
                throw new AssertionError(e);
            }
        } else {
            refused(select, expected);
        }
    }

    @Test
    void column_nullableWithDefault_isReadIfNullComesAsNull() throws SQLException, ViewRefused {
        Definition definition = source.describe("SELECT note, count(*) AS n FROM payments GROUP BY note");
        assertEquals(1, ViewReader.read("v", definition, true).keys().size());
    }

    @Test
    void mistake_ofTheAuthor_isPointedAtInTheFile() throws ViewRefused {
        ViewStatement statement = ViewFile.read("""
                -- é
                CREATE MATERIALIZED VIEW v AS
                SELECT customer, sum(amuont) AS x
                FROM payments GROUP BY customer;
                """).getFirst();
        PSQLException mistake = assertThrows(PSQLException.class, () -> source.describe(statement.select()));
        ServerErrorMessage said = mistake.getServerErrorMessage();
        assertEquals("column \"amuont\" does not exist", said.getMessage());
        int position = said.getPosition() - TestSource.BEFORE_VIEW - SourceSql.BEFORE_SELECT;
        assertEquals("LINE 3: SELECT customer, sum(amuont) AS x\n" + " ".repeat(29) + "^", statement.pointAt(position));
    }

    private static void refused(String select, String expected) throws SQLException {
        Definition definition = source.describe(select);
        ViewRefused refusal = assertThrows(ViewRefused.class, () -> ViewReader.read("v", definition, false), select);
        String line = refusal.getMessage();
        assertTrue(line.startsWith("view v: ") && line.contains(expected), line + "\nbut expected: " + expected);
        assertFalse(line.contains("\n"), line);
    }
}
