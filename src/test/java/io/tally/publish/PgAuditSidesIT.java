package io.tally.publish;

import static io.tally.publish.TestDatabase.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.publish.AuditSides.Comparison;
import io.tally.view.View;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The comparison of two databases that differ in encoding, collation and what sessions show: what is the same is found to be the
 * same, and nothing else is.
 */
class PgAuditSidesIT {

    private static final String SCHEMA = "audit_sides";

    private static final long END = Instant.parse("2026-01-01T00:03:00Z").toEpochMilli();

    /** Each comparison makes two connections: the one of the second comparison that comes after a snapshot was taken. */
    private static final int SECOND_OF_SECOND = 4;

    private static final Supplier<Future<?>> NOTHING = Future::succeededFuture;

    private static final String SOURCE = """
            CREATE TYPE mood AS ENUM ('sad', 'ok', 'Happy');
            CREATE TABLE sales (
                id bigint PRIMARY KEY, at timestamptz NOT NULL, local_at timestamp NOT NULL, pieces int NOT NULL,
                price numeric(12, 2) NOT NULL, region text, kind varchar(20), mood mood, rate numeric(10, 2), ref uuid,
                seen timestamptz, local_seen timestamp, day date, flag boolean, small smallint, number int, big bigint)
            """;

    /** Three windows, and more groups than are read at once; a part of the keys NULL; times before Christ and far ahead. */
    private static final String ROWS = """
            INSERT INTO sales
            SELECT g, TIMESTAMPTZ '2026-01-01 00:00+00' + g % 3 * INTERVAL '1 minute',
                   TIMESTAMP '2026-01-01 00:00' + g % 3 * INTERVAL '1 minute', g % 5 - 2, g % 1000 / 100.0,
                   (ARRAY['', '1', '10', '9', 'a', 'B', 'b', 'ab', 'a b', 'Z', 'a-c', 'é', 'ア', '一', '亜', '有', NULL])[g % 17 + 1]
                       || CASE WHEN g % 2 = 0 THEN '' ELSE g::text END,
                   (ARRAY['a', 'B', '亜', '一', NULL])[g % 5 + 1], (ARRAY['sad', 'ok', 'Happy', NULL])[g % 4 + 1]::mood,
                   CASE WHEN g % 3 > 0 THEN g % 30 / 2.0 - 7 END, CASE WHEN g % 3 > 0 THEN md5((g % 9)::text)::uuid END,
                   CASE WHEN g % 4 > 0 THEN TIMESTAMPTZ '2026-01-01 00:00+00' + (g % 11 - 5) * INTERVAL '700 years 0.5 seconds' END,
                   CASE WHEN g % 4 > 0 THEN TIMESTAMP '2026-01-01 00:00' - (g % 11 - 5) * INTERVAL '700 years 0.5 seconds' END,
                   CASE WHEN g % 4 > 0 THEN DATE '2026-01-01' + (g % 7) * 3000000 - 2000000 END,
                   (ARRAY[true, false, NULL])[g % 3 + 1], CASE WHEN g % 6 > 0 THEN g % 12 - 6 END, CASE WHEN g % 6 > 1 THEN g * 7919 END,
                   CASE WHEN g % 2 = 0 THEN -9223372036854775808 + g % 3 END
            FROM generate_series(1, 12345) AS g
            """;

    private static final String BY_EVERY_KIND_OF_KEY = """
            SELECT date_bin('1 minute', at, '2000-01-01 00:00+00') AS since, region, kind, mood, rate, ref, seen, local_seen, day,
                   flag, small, number, big, SUM(pieces * price) AS sales, COUNT(*) AS n
            FROM audit_sides.sales GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13""";

    private static final String BY_REGION = """
            SELECT date_bin('1 minute', local_at, '2000-01-01') AS since, region, SUM(pieces * price) AS sales, COUNT(*) AS n
            FROM audit_sides.sales GROUP BY 1, 2""";

    private static final String BY_WINDOW = """
            SELECT date_bin('1 minute', at, '2000-01-01 00:00+00') AS since, COUNT(*) AS n FROM audit_sides.sales GROUP BY 1""";

    private final TestDatabase source = TestDatabase.madeAs("audit_source", "ENCODING 'EUC_JP' LOCALE 'C'", SCHEMA);
    private final TestDatabase results = TestDatabase.madeAs(
            "audit_results", "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'de' LOCALE 'C'", SCHEMA);

    @BeforeEach
    void write() {
        // What databases set for their sessions makes no difference.
        source.run("ALTER DATABASE audit_source SET DateStyle = 'German'");
        results.run("ALTER DATABASE audit_results SET DateStyle = 'SQL, DMY'");
        source.run(SOURCE);
        source.run(ROWS);
    }

    @AfterEach
    void close() {
        source.close();
        results.close();
    }

    /** The sides of a view whose results are what a fill makes of the source, and all final. */
    private PgAuditSides filled(String select) {
        return filled(select, Optional.empty(), source.source(NOTHING), results.results(NOTHING));
    }

    private PgAuditSides filled(String select, Optional<Duration> history, SourceDatabase from, ResultsDatabase to) {
        View view = source.view("result", select);
        ResultTable table = new ResultTable(view);
        PgConnection connection = results.connect();
        assertEquals(Optional.empty(), await(new Schema(true, table).prepare(connection)));
        PgConnection reader = source.connect();
        List<String> lines = new ArrayList<>();
        await(reader.preparedQuery(table.read()).execute(Tuple.of("-infinity")))
                .forEach(row -> lines.add(row.getString("line")));
        await(reader.close());
        await(connection.preparedQuery(table.stage()).execute(Tuple.of(lines.toArray(String[]::new))));
        await(connection.query(table.putIn()).execute());
        await(connection.close());
        results.run("INSERT INTO tally_view (name, bootstrap_lsn) VALUES ('result', 7);"
                + " INSERT INTO tally_view_checkpoint (view, partition, position, resume_offset, bootstrap_lsn, published_up_to)"
                + " VALUES ('result', 0, 1, 1, 7, '2026-01-01 00:03+00')");
        return new PgAuditSides(from, to, table, TestDatabase.settings(view, history));
    }

    private static List<String> words(List<Difference> differences, ResultTable table) {
        return differences.stream().map(difference -> difference.inWords(table)).toList();
    }

    // ---- two databases that differ ---------------------------------------------------------------------------------

    @Test
    void compare_keysOfEveryKind_findsWhatDiffersAndNothingElse() {
        PgAuditSides sides = filled(BY_EVERY_KIND_OF_KEY);
        Comparison same = await(sides.compare(true));
        assertEquals(List.of(), same.differences());
        assertEquals(END, same.untilMs());
        assertEquals(List.of("true"), results.column("SELECT count(*) > 10000 FROM result"), "more than one batch");

        results.run(
                "UPDATE result SET sales = sales + 0.01 WHERE ctid = (SELECT min(ctid) FROM result WHERE kind = 'B');"
                        + " DELETE FROM result WHERE ctid = (SELECT min(ctid) FROM result WHERE region IS NULL AND kind = '亜');"
                        + " INSERT INTO result (since, region, sales, n) VALUES ('2026-01-01 00:02+00', '有', 1, 1)");
        List<Difference> differing = await(sides.compare(true)).differences();
        List<String> words = words(differing, new ResultTable(source.view("result", BY_EVERY_KIND_OF_KEY)));
        assertEquals(3, words.size(), words::toString);
        assertTrue(
                words.stream().anyMatch(line -> line.contains(" kind=B ") && line.contains(" sales is ")),
                words::toString);
        assertTrue(
                words.stream().anyMatch(line -> line.contains(" region=null kind=亜 ") && line.endsWith(" is missing")),
                words::toString);
        assertTrue(
                words.stream()
                        .anyMatch(
                                line -> line.contains(" region=有 kind=null ") && line.endsWith(" should not be there")),
                words::toString);
        assertEquals(differing, await(sides.compareAgain(differing)).differences());
    }

    /** The sum of what is left keeps the decimals of what was taken away, which the source does not have any more. */
    @Test
    void compare_numbersWithZerosAtTheirEnd_areTheSame() {
        PgAuditSides sides = filled(BY_REGION);
        results.run("UPDATE result SET sales = sales + 0.000");
        assertEquals(List.of(), await(sides.compare(true)).differences());
    }

    @Test
    void compare_numberThatIsNone_isADifference() {
        PgAuditSides sides = filled(BY_REGION);
        results.run("UPDATE result SET sales = 'NaN' WHERE region = '有' AND since = '2026-01-01 00:00'");
        assertEquals(1, await(sides.compare(true)).differences().size());
    }

    @Test
    void compare_newestOnly_leavesOutWhatIsOlder() {
        source.run("UPDATE sales SET at = at - INTERVAL '2 hours' WHERE id % 3 = 0");
        PgAuditSides sides = filled(BY_WINDOW);
        results.run("UPDATE result SET n = n + 1");
        assertEquals(3, await(sides.compare(true)).differences().size());
        assertEquals(2, await(sides.compare(false)).differences().size());
    }

    @Test
    void compare_history_isLeftOut() {
        // Of the windows from today on nothing is history yet.
        source.run(
                "UPDATE sales SET at = at + (date_trunc('minute', now()) - TIMESTAMPTZ '2026-01-01 00:10+00') WHERE id % 3 > 0");
        PgAuditSides sides =
                filled(BY_WINDOW, Optional.of(Duration.ofHours(1)), source.source(NOTHING), results.results(NOTHING));
        results.run("UPDATE result SET n = n + 1; UPDATE tally_view_checkpoint SET published_up_to = now()");
        assertEquals(2, await(sides.compare(true)).differences().size());
    }

    @Test
    void compare_noWindowIsFinal_comparesNothing() {
        PgAuditSides sides = filled(BY_WINDOW);
        results.run("UPDATE tally_view_checkpoint SET published_up_to = NULL");
        assertEquals(Comparison.NOTHING_FINAL, await(sides.compare(true)));
        results.run("DELETE FROM tally_view_checkpoint");
        assertEquals(Comparison.NOTHING_FINAL, await(sides.compare(true)));
    }

    @Test
    void compare_rangeThatBeginsInAWindow_takesAllOfThat() {
        source.run("UPDATE sales SET at = at - INTERVAL '56 minutes 30 seconds' WHERE id % 3 = 0");
        PgAuditSides sides = filled(BY_WINDOW);
        assertEquals(List.of(), await(sides.compare(false)).differences());
        results.run("UPDATE result SET n = n + 1");
        assertEquals(3, await(sides.compare(false)).differences().size());
    }

    // ---- the second comparison --------------------------------------------------------------------------------------

    @Test
    void compareAgain_groupsThatDifferedNot_areLeftOut() {
        PgAuditSides sides = filled(BY_REGION);
        results.run("UPDATE result SET n = n + 1 WHERE region = '有' AND since = '2026-01-01 00:01'");
        List<Difference> first = await(sides.compare(true)).differences();
        assertEquals(1, first.size(), first::toString);
        results.run("UPDATE result SET n = n + 1 WHERE region <> '有'");
        assertEquals(first, await(sides.compareAgain(first)).differences());
    }

    @Test
    void compareAgain_rowsWrittenMeanwhile_isAnotherDifference() {
        PgAuditSides sides = filled(BY_REGION);
        results.run("UPDATE result SET n = n + 1 WHERE region = '有'");
        List<Difference> first = await(sides.compare(true)).differences();
        assertEquals(3, first.size(), first::toString);
        // To the same values: an order that is deleted and comes again, and deltas that add up to nothing.
        source.run("UPDATE sales SET pieces = pieces WHERE region = '有' AND local_at = '2026-01-01 00:00'");
        results.run("UPDATE result SET n = n WHERE region = '有' AND since = '2026-01-01 00:01'");
        List<Difference> again =
                new ArrayList<>(await(sides.compareAgain(first)).differences());
        assertEquals(3, again.size(), again::toString);
        again.retainAll(first);
        assertEquals(
                List.of(Instant.parse("2026-01-01T00:02:00Z")),
                again.stream()
                        .map(difference -> difference.group().windowStart())
                        .toList());
    }

    /**
     * A group that is not there has no version. So an order that was on its way at first, and is deleted between the two
     * snapshots of the second comparison, has to show there in the snapshot that comes first, which is that of the results.
     */
    @Test
    void compareAgain_orderDeletedBetweenTheSnapshots_isAnotherDifference() {
        AtomicInteger connects = new AtomicInteger();
        Supplier<Future<?>> atConnect = () -> connects.incrementAndGet() == SECOND_OF_SECOND
                ? source.send("DELETE FROM sales WHERE region = '有'")
                        .compose(deleted -> results.send("DELETE FROM result WHERE region = '有'"))
                : Future.succeededFuture();
        PgAuditSides sides = filled(BY_REGION, Optional.empty(), source.source(atConnect), results.results(atConnect));
        results.run("CREATE TABLE on_its_way AS SELECT * FROM result WHERE region = '有';"
                + " DELETE FROM result WHERE region = '有'");
        List<Difference> first = await(sides.compare(true)).differences();
        assertEquals(3, first.size(), first::toString);
        results.run("INSERT INTO result SELECT * FROM on_its_way");
        List<Difference> again = await(sides.compareAgain(first)).differences();
        assertEquals(SECOND_OF_SECOND, connects.get());
        assertTrue(first.stream().noneMatch(again::contains), again::toString);
    }
}
