package io.tally.view;

import io.tally.view.TestSource.Answer;
import io.tally.view.sql.Names;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A query about some versions of a {@link RandomTable}; each row of the answer is an array that begins with the version. */
interface VersionedQuery {

    String about(List<Integer> versions);

    /** The answers to each query by version. Where one of them ends with an error, each is asked for alone. */
    static List<Map<Integer, Answer>> answers(TestSource source, List<VersionedQuery> queries, List<Integer> versions)
            throws SQLException {
        List<Map<Integer, Answer>> answers = new ArrayList<>();
        for (Answer answer : source.answers(
                queries.stream().map(query -> query.about(versions)).toList())) {
            answers.add(answer.error() == null ? byVersion(answer.rows(), versions) : null);
        }
        for (int i = 0; i < queries.size(); i++) {
            if (answers.get(i) == null) {
                VersionedQuery query = queries.get(i);
                List<Answer> alone = source.answers(
                        versions.stream().map(v -> query.about(List.of(v))).toList());
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

    /** The user's text, over the rows that the view counts with; it never gets to see the others. */
    static String reference(RandomView text, View view, List<Integer> versions) {
        List<String> usable = new ArrayList<>(List.of("version = v"));
        for (SourceColumn column : view.columns()) {
            String name = Names.quoted(column.ref().name());
            if (column.type().kind().mayBeInfinite()) {
                usable.add("COALESCE(%s, '') <> '%s'"
                        .formatted(Canonical.sql(name, column.type().kind()), Canonical.NOT_FINITE));
            }
        }
        view.window()
                .filter(CalendarWindow.class::isInstance)
                .ifPresent(window -> usable.add("%s BETWEEN %s AND %s"
                        .formatted(
                                Names.quoted(window.column().name()),
                                Times.literal(window.lowest(), true),
                                Times.literal(window.highest(), true))));
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
            columns.add(Canonical.marked(
                    Names.quoted(column.name()), Type.named(column.type()).kind()));
        }
        return "SELECT ARRAY[%s] FROM %s, LATERAL (WITH %s AS MATERIALIZED (SELECT * FROM %s WHERE %s) %s) result"
                .formatted(
                        String.join(", ", columns),
                        unnested(versions),
                        RandomTable.NAME,
                        RandomTable.VERSIONS,
                        String.join(" AND ", usable),
                        text.sql());
    }

    /** What the view is filled with. */
    static String fill(View view, List<Integer> versions) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>(List.of("v::text"));
        view.window().ifPresent(window -> {
            names.add("w");
            values.add(Canonical.sql("w", window.zoned() ? Type.Kind.TIMESTAMPTZ : Type.Kind.TIMESTAMP));
        });
        for (SourceColumn key : view.keys()) {
            names.add("k" + names.size());
            values.add(Canonical.marked(names.getLast(), key.type().kind()));
        }
        for (int i = 0; i < view.totals().size(); i++) {
            names.add("t" + i);
            values.add(Canonical.marked("t" + i, Type.Kind.NUMERIC));
        }
        String table = Names.quoted(view.schema()) + "." + Names.quoted(RandomTable.NAME);
        String filling = FillQuery.of(view)
                .replace(
                        "FROM " + table,
                        "FROM (SELECT * FROM %s WHERE version = v) %s"
                                .formatted(RandomTable.VERSIONS, RandomTable.NAME));
        return "SELECT ARRAY[%s] FROM %s, LATERAL (%s) filled(%s)"
                .formatted(String.join(", ", values), unnested(versions), filling, String.join(", ", names));
    }

    /** The measures, from the totals that are kept of each version. */
    static String measures(View view, List<KeptResult> kept, List<Integer> versions) {
        List<String> values =
                versions.stream().flatMap(v -> kept.get(v).values(v).stream()).toList();
        return values.isEmpty() ? "SELECT ARRAY[''] WHERE false" : KeptResult.measures(view, values);
    }

    private static String unnested(List<Integer> versions) {
        return "unnest(ARRAY%s) each(v)".formatted(versions);
    }
}
