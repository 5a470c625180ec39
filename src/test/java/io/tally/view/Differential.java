package io.tally.view;

import io.tally.view.TestSource.Answer;
import io.tally.view.sql.Names;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Function;
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
            if (i < REFUSED) {
                RandomView unkept = RandomRefusal.of(text, table, random);
                if (isKept(unkept)) {
                    return new Failure(seed, "not refused", unkept, table, BATCHES - 1, versions.getLast());
                }
            }
            try {
                candidates.add(candidate(text, versions));
                if (i < REFUSED) {
                    // Measures have to be what a generated column may hold.
                    source.execute(KeptResult.createTable(candidates.getLast().view()));
                }
                views++;
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

    private Failure compare(
            long seed, RandomTable table, List<Map<String, TestRow>> versions, List<Candidate> candidates)
            throws SQLException {
        List<Integer> all = IntStream.range(0, versions.size()).boxed().toList();
        List<Query> queries = new ArrayList<>();
        for (Candidate candidate : candidates) {
            queries.add(some -> reference(candidate, some));
            queries.add(some -> fill(candidate.view(), some));
            queries.add(some -> measures(candidate, some));
        }
        List<Map<Integer, Answer>> answers = answers(queries, all);
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

    /** A query about some versions, whose rows begin with the version. */
    private interface Query extends Function<List<Integer>, String> {}

    /** The answers to each query by version. Where one of them ends with an error, each is asked for alone. */
    private List<Map<Integer, Answer>> answers(List<Query> queries, List<Integer> versions) throws SQLException {
        List<Map<Integer, Answer>> answers = new ArrayList<>();
        for (Answer answer : source.answers(
                queries.stream().map(query -> query.apply(versions)).toList())) {
            answers.add(answer.error() == null ? byVersion(answer.rows(), versions) : null);
        }
        for (int i = 0; i < queries.size(); i++) {
            if (answers.get(i) == null) {
                Query query = queries.get(i);
                List<Answer> alone = source.answers(
                        versions.stream().map(v -> query.apply(List.of(v))).toList());
                Map<Integer, Answer> each = new LinkedHashMap<>();
                versions.forEach(v -> each.put(v, alone.get(each.size())));
                answers.set(i, each);
            }
        }
        return answers;
    }

    private static Map<Integer, Answer> byVersion(List<String[]> rows, List<Integer> versions) {
        Map<Integer, Answer> each = new LinkedHashMap<>();
        versions.forEach(v -> each.put(v, new Answer(new ArrayList<>(), null)));
        rows.forEach(row -> each.get(Integer.valueOf(row[0])).rows().add(row));
        return each;
    }

    private String difference(KeptResult kept, Answer reference, Answer fill, Answer measures) {
        if (fill.error() != null) {
            return "the fill raised an error: " + fill.error();
        }
        List<String> filled = canonical(fill.rows());
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
        List<String> expected = canonical(reference.rows());
        rowsCompared += expected.size();
        List<String> rows = kept.rows(measures.rows());
        return expected.equals(rows)
                ? null
                : "PostgreSQL says\n%s\nbut the view has\n%s".formatted(lines(expected), lines(rows));
    }

    private static String lines(List<String> rows) {
        return rows.isEmpty() ? "  nothing" : "  " + String.join("\n  ", rows);
    }

    /** Rows without their version, in an order of their own. */
    private static List<String> canonical(List<String[]> rows) {
        return rows.stream()
                .map(row -> Arrays.stream(row)
                        .skip(1)
                        .map(Differential::canonical)
                        .toList()
                        .toString())
                .sorted()
                .toList();
    }

    private static String canonical(String value) {
        return value != null && value.startsWith("#") ? Canonical.of(value.substring(1), Type.Kind.NUMERIC) : value;
    }

    /** The user's text, over the rows that the view counts with; it never gets to see the others. */
    private static String reference(Candidate candidate, List<Integer> versions) {
        View view = candidate.intact();
        List<String> usable = new ArrayList<>(List.of("version = v"));
        for (SourceColumn column : view.columns()) {
            String name = Names.quoted(column.ref().name());
            if (column.type().kind().mayBeInfinite()) {
                usable.add("COALESCE(%s, '') <> '%s'"
                        .formatted(Canonical.sql(name, column.type().kind()), Canonical.NOT_FINITE));
            }
        }
        List<String> bytes = new ArrayList<>(List.of("0"));
        for (SourceColumn key : view.keys()) {
            if (key.type().kind().isCharacter()) {
                bytes.add("COALESCE(octet_length(%s), 0)"
                        .formatted(Names.quoted(key.ref().name())));
            }
        }
        usable.add(String.join(" + ", bytes) + " <= " + view.keyBytes());
        List<String> columns = new ArrayList<>(List.of("v::text"));
        for (ResultColumn column : view.results()) {
            columns.add(marked(
                    Names.quoted(column.name()), Type.named(column.type()).kind()));
        }
        return "SELECT ARRAY[%s] FROM %s, LATERAL (WITH %s AS MATERIALIZED (SELECT * FROM %s WHERE %s) %s) result"
                .formatted(
                        String.join(", ", columns),
                        unnested(versions),
                        RandomTable.NAME,
                        RandomTable.VERSIONS,
                        String.join(" AND ", usable),
                        candidate.text().sql());
    }

    private String fill(View view, List<Integer> versions) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>(List.of("v::text"));
        view.window().ifPresent(window -> {
            names.add("w");
            values.add(Canonical.sql("w", window.zoned() ? Type.Kind.TIMESTAMPTZ : Type.Kind.TIMESTAMP));
        });
        for (SourceColumn key : view.keys()) {
            names.add("k" + names.size());
            values.add(marked(names.getLast(), key.type().kind()));
        }
        for (int i = 0; i < view.totals().size(); i++) {
            names.add("t" + i);
            values.add(marked("t" + i, Type.Kind.NUMERIC));
        }
        String table = Names.quoted(source.schema()) + "." + Names.quoted(RandomTable.NAME);
        String filling = FillQuery.of(view)
                .replace(
                        "FROM " + table,
                        "FROM (SELECT * FROM %s WHERE version = v) %s"
                                .formatted(RandomTable.VERSIONS, RandomTable.NAME));
        return "SELECT ARRAY[%s] FROM %s, LATERAL (%s) filled(%s)"
                .formatted(String.join(", ", values), unnested(versions), filling, String.join(", ", names));
    }

    private static String measures(Candidate candidate, List<Integer> versions) {
        List<String> values = versions.stream()
                .flatMap(v -> candidate.kept().get(v).values(v).stream())
                .toList();
        return values.isEmpty() ? "SELECT ARRAY[''] WHERE false" : KeptResult.measures(candidate.view(), values);
    }

    private static String unnested(List<Integer> versions) {
        return "unnest(ARRAY%s) each(v)".formatted(versions);
    }

    private static String marked(String value, Type.Kind kind) {
        String sql = Canonical.sql(value, kind);
        return kind.isNumber() ? "'#' || " + sql : sql;
    }

    /** Makes a failure smaller: fewer pieces of the view, fewer rows, for as long as it fails in the same way. */
    String shrunk(Failure failure) throws SQLException {
        RandomView view = failure.view();
        Map<String, TestRow> rows = new LinkedHashMap<>(failure.rows());
        source.execute("CREATE TABLE failing AS SELECT * FROM %s WHERE version = %d; UPDATE failing SET version = 0"
                .formatted(RandomTable.VERSIONS, failure.version()));
        String why = fails(failure, view, rows);
        if (why == null) {
            return "seed %d, only with the changes before: %s%n%s%n"
                    .formatted(failure.seed(), failure.why(), view.sql());
        }
        for (int i = 0; i < view.smaller().size(); i++) {
            RandomView less = view.smaller().get(i);
            if (fails(failure, less, rows) != null) {
                view = less;
                i = -1;
            }
        }
        for (String id : List.copyOf(rows.keySet())) {
            TestRow row = rows.remove(id);
            if (fails(failure, view, rows) == null) {
                rows.put(id, row);
            }
        }
        StringBuilder text = new StringBuilder("seed %d: %s%n%n".formatted(failure.seed(), fails(failure, view, rows)));
        text.append(failure.table().create()).append(";\n");
        for (TestRow row : rows.values()) {
            text.append("-- ").append(row).append('\n');
        }
        return text.append(view.sql()).append(";\n").toString();
    }

    /** How a view fails over these rows, or null if it does not, or in another way. */
    private String fails(Failure failure, RandomView text, Map<String, TestRow> rows) throws SQLException {
        String why;
        try {
            source.execute("DELETE FROM %s".formatted(RandomTable.VERSIONS));
            source.execute("INSERT INTO %s SELECT * FROM failing WHERE id IN (-1%s)"
                    .formatted(
                            RandomTable.VERSIONS,
                            String.join(
                                    "",
                                    rows.keySet().stream().map(id -> ", " + id).toList())));
            Candidate candidate = candidate(text, List.of(rows));
            Failure again = compare(failure.seed(), failure.table(), List.of(rows), List.of(candidate));
            why = again == null ? null : again.why();
        } catch (ViewRefused | SQLException e) {
            why = notRead(e);
        }
        int kind = 10;
        return why != null && why.substring(0, kind).equals(failure.why().substring(0, kind)) ? why : null;
    }
}
