package io.tally.view;

import io.tally.view.TestSource.Answer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

/**
 * Holds views against PostgreSQL: a random table, random views over it, random changes; after each batch of them, what the
 * views' totals add up to is what PostgreSQL answers to the same text, and what the fill would bring.
 *
 * <p>A case is a view, a table, and the changes so far. One seed decides about one table with its views and batches. All
 * versions of the table are kept, so that a view is asked about all of them in one query: planning it takes longer than
 * answering.
 */
final class Differential {

    private static final int VIEWS = 10;
    /** Of these, how many are also tried with something that has to be refused. */
    private static final int REFUSED = 3;
    /** How often the words of such a view are mangled. */
    private static final int MANGLED = 30;

    private static final int BATCHES = 20;
    static final int CASES_PER_SEED = VIEWS * BATCHES;

    private final TestSource source;
    /** Breaks a view on purpose, for a test of this test. */
    private final UnaryOperator<View> broken;

    private long cases;
    private long views;
    private long errors;
    private long rowsCompared;
    private long refused;

    Differential(TestSource source) {
        this(source, UnaryOperator.identity());
    }

    Differential(TestSource source, UnaryOperator<View> broken) {
        this.source = source;
        this.broken = broken;
    }

    /**
     * A difference.
     *
     * @param version of the table where it was
     * @param rows of this version
     */
    record Failure(long seed, String why, RandomView view, RandomTable table, int version, Map<String, TestRow> rows) {}

    /** A view, as it was read and as it was broken, and what it holds after each batch. */
    private record Candidate(RandomView text, View intact, View view, List<KeptResult> kept) {}

    long cases() {
        return cases;
    }

    /** Makes a failure smaller, and says it in words. */
    String shrunk(Failure failure) throws SQLException {
        return new FailureShrinker(this, source, failure).shrunk();
    }

    /** Adds another's counts. */
    void add(Differential other) {
        cases += other.cases;
        views += other.views;
        errors += other.errors;
        rowsCompared += other.rowsCompared;
        refused += other.refused;
    }

    String summary() {
        return "%d cases of %d views, %d rows compared, %d cases in which PostgreSQL raised an error, %d views refused"
                .formatted(cases, views, rowsCompared, errors, refused);
    }

    /** Runs one seed. Returns its failure, or null. */
    Failure run(long seed) throws SQLException {
        SplittableRandom random = new SplittableRandom(seed);
        RandomTable table = new RandomTable(random);
        source.begin();
        source.execute(table.create() + ";" + RandomTable.createVersions());
        List<Map<String, TestRow>> versions = change(table, random);
        List<Candidate> candidates = new ArrayList<>();
        for (int i = 0; i < VIEWS; i++) {
            RandomView text = RandomView.make(table, random);
            try {
                candidates.add(candidate(text, versions));
                views++;
                if (i < REFUSED) {
                    // Measures have to be what a generated column may hold.
                    source.execute(KeptResult.createTable(candidates.getLast().intact()));
                    mangle(text, random);
                    RandomView unkept = RandomRefusal.of(text, table, random);
                    if (isKept(unkept)) {
                        return new Failure(seed, "not refused", unkept, table, BATCHES - 1, versions.getLast());
                    }
                }
            } catch (SQLException | ViewRefused e) {
                return new Failure(seed, notRead(e), text, table, BATCHES - 1, versions.getLast());
            }
        }
        return compare(seed, table, versions, candidates);
    }

    /** Whether a view comes of it; that it is refused is no failure, and any other exception is one. */
    private boolean isKept(RandomView text) throws SQLException {
        try {
            ViewReader.read("random", source.describe(text.sql()), true);
            return true;
        } catch (ViewRefused e) {
            refused++;
            return false;
        }
    }

    private static String notRead(Exception e) {
        return (e instanceof ViewRefused ? "refused: " : "PostgreSQL does not take it: ") + e.getMessage();
    }

    private List<Map<String, TestRow>> change(RandomTable table, SplittableRandom random) throws SQLException {
        List<String> changes = new ArrayList<>();
        for (int version = 0; version < BATCHES; version++) {
            for (int i = version == 0 ? 15 : 1 + random.nextInt(6); i > 0; i--) {
                changes.add(table.change(random));
            }
            changes.add(RandomTable.keepVersion(version));
        }
        source.execute(String.join(";", changes));
        return versions(table);
    }

    private List<Map<String, TestRow>> versions(RandomTable table) throws SQLException {
        List<Map<String, TestRow>> versions = new ArrayList<>();
        for (String[] values : source.query(table.readAll())) {
            int version = Integer.parseInt(values[0]);
            while (versions.size() <= version) {
                versions.add(new LinkedHashMap<>());
            }
            TestRow row = new TestRow(table, Arrays.copyOfRange(values, 1, values.length));
            versions.get(version).put(row.id(), row);
        }
        return versions;
    }

    private Candidate candidate(RandomView text, List<Map<String, TestRow>> versions) throws SQLException, ViewRefused {
        View intact = ViewReader.read("random", source.describe(text.sql()), true);
        View view = broken.apply(intact);
        List<KeptResult> kept = new ArrayList<>();
        KeptResult now = new KeptResult(view);
        Map<String, TestRow> before = Map.of();
        for (Map<String, TestRow> version : versions) {
            apply(now, before, version);
            kept.add(now.copy());
            before = version;
        }
        return new Candidate(text, intact, view, kept);
    }

    private static void apply(KeptResult kept, Map<String, TestRow> before, Map<String, TestRow> after) {
        before.forEach((id, row) -> {
            if (!row.sameAs(after.get(id))) {
                kept.delete(row);
            }
        });
        after.forEach((id, row) -> {
            if (!row.sameAs(before.get(id))) {
                kept.insert(row);
            }
        });
    }

    /** Words that PostgreSQL has not said: a view comes of them or a refusal, and no other exception. */
    private void mangle(RandomView text, SplittableRandom random) throws SQLException {
        Definition definition = source.describe(text.sql());
        for (int i = 0; i < MANGLED; i++) {
            String words = Mangling.of(definition.text(), random);
            try {
                ViewReader.read(
                        "mangled", new Definition(words, definition.results(), definition.sources(), List.of()), true);
            } catch (ViewRefused usual) {
                refused++;
            } catch (RuntimeException e) {
                throw new AssertionError("no refusal of " + words, e);
            }
        }
    }

    /** How a view fails over the one version of the table that is kept, which has these rows; null if it does not. */
    String fails(RandomView text, RandomTable table, Map<String, TestRow> rows) throws SQLException {
        try {
            Failure failure = compare(0, table, List.of(rows), List.of(candidate(text, List.of(rows))));
            return failure == null ? null : failure.why();
        } catch (ViewRefused e) {
            return notRead(e);
        }
    }

    private Failure compare(
            long seed, RandomTable table, List<Map<String, TestRow>> versions, List<Candidate> candidates)
            throws SQLException {
        List<Integer> all = IntStream.range(0, versions.size()).boxed().toList();
        List<VersionedQuery> queries = new ArrayList<>();
        for (Candidate candidate : candidates) {
            queries.add(some -> VersionedQuery.reference(candidate.text(), candidate.intact(), some));
            queries.add(some -> VersionedQuery.fill(candidate.view(), some));
            queries.add(some -> VersionedQuery.measures(candidate.view(), candidate.kept(), some));
        }
        List<Map<Integer, Answer>> answers = VersionedQuery.answers(source, queries, all);
        for (int i = 0; i < candidates.size(); i++) {
            Candidate candidate = candidates.get(i);
            for (int version : all) {
                cases++;
                String difference = difference(
                        candidate.kept().get(version),
                        answers.get(3 * i).get(version),
                        answers.get(3 * i + 1).get(version),
                        answers.get(3 * i + 2).get(version));
                if (difference != null) {
                    return new Failure(seed, difference, candidate.text(), table, version, versions.get(version));
                }
            }
        }
        return null;
    }

    private String difference(KeptResult kept, Answer reference, Answer fill, Answer measures) {
        if (fill.error() != null) {
            return "the fill raised an error: " + fill.error();
        }
        List<String> filled = Canonical.rows(fill.rows());
        if (!filled.equals(kept.filled())) {
            return "the fill brings\n%s\nbut the changes add up to\n%s".formatted(lines(filled), lines(kept.filled()));
        }
        if (reference.error() != null) {
            errors++;
            return null;
        }
        if (measures.error() != null) {
            return "the measures raised an error, and the SELECT did not: " + measures.error();
        }
        List<String> expected = Canonical.rows(reference.rows());
        rowsCompared += expected.size();
        List<String> rows = kept.rows(measures.rows());
        return expected.equals(rows)
                ? null
                : "PostgreSQL says\n%s\nbut the view has\n%s".formatted(lines(expected), lines(rows));
    }

    private static String lines(List<String> rows) {
        return rows.isEmpty() ? "  nothing" : "  " + String.join("\n  ", rows);
    }
}
