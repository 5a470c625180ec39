package io.tally.view;

import io.tally.testkit.RealStack;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A database that views are read from, over a connection of its own. */
public final class TestSource implements AutoCloseable {

    /** Answers a query that gives one array, or says why it cannot; an error ends nothing but the query. */
    private static final String ANSWER = """
            CREATE OR REPLACE FUNCTION pg_temp.answer(query text) RETURNS text[] LANGUAGE plpgsql AS $$
            DECLARE
                result text[];
            BEGIN
                EXECUTE query INTO result;
                RETURN result;
            EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
                RETURN ARRAY['error', SQLERRM];
            END $$""";

    private static final String SAVE = "SAVEPOINT before_view";

    /** Characters that are sent before the statement that makes a view. */
    static final int BEFORE_VIEW = SAVE.length() + 1;

    private final String schema;
    private final Connection connection;
    private final Statement statement;
    private final Map<Boundaries.Question, Boundaries> boundaries = new HashMap<>();

    /** A database of the real stack, or what {@code -Dview.database} says; nothing is ever committed there. */
    public static String url() {
        String given = System.getProperty("view.database");
        return given != null
                ? given
                : "jdbc:postgresql://127.0.0.1:%d/postgres?user=postgres&password=postgres"
                        .formatted(RealStack.get().postgresPort());
    }

    /** A connection, in a transaction that is never committed, with a schema of its own for its tables. */
    public TestSource(String jdbcUrl, String schema) throws SQLException {
        this.schema = schema;
        // Simple: several statements in one round trip, none of them prepared.
        connection = DriverManager.getConnection(jdbcUrl + "&preferQueryMode=simple");
        statement = connection.createStatement();
        for (String setting : SourceSql.SESSION) {
            statement.execute(setting);
        }
        statement.execute(ANSWER);
        statement.execute("BEGIN");
        begin();
    }

    String schema() {
        return schema;
    }

    /** Begins again, with an empty schema. */
    void begin() throws SQLException {
        statement.execute(
                "ROLLBACK; BEGIN; CREATE SCHEMA %1$s; SET LOCAL search_path = %1$s, public;".formatted(schema));
        statement.execute(RandomTable.MOOD);
    }

    public void execute(String sql) throws SQLException {
        statement.execute(sql);
    }

    /** What the server says about a SELECT; its own error goes to the caller. */
    public Definition describe(String select) throws SQLException {
        String all = String.join(
                ";",
                SAVE,
                SourceSql.temporaryView(select),
                SourceSql.TEXT,
                SourceSql.RESULTS,
                SourceSql.SOURCES,
                SourceSql.COLUMNS,
                SourceSql.USES,
                "ROLLBACK TO before_view");
        List<List<String[]>> answers;
        try {
            answers = results(all);
        } catch (SQLException e) {
            statement.execute("ROLLBACK TO before_view");
            throw e;
        }
        Map<String, List<Definition.Column>> columns = new LinkedHashMap<>();
        Map<String, List<String>> primaryKeys = new LinkedHashMap<>();
        for (String[] c : answers.get(3)) {
            if (isTrue(c[8])) {
                primaryKeys.computeIfAbsent(c[0], _ -> new ArrayList<>()).add(c[1]);
            }
            columns.computeIfAbsent(c[0], _ -> new ArrayList<>())
                    .add(new Definition.Column(
                            c[1], c[2], c[3].charAt(0), isTrue(c[4]), isTrue(c[5]), isTrue(c[6]), isTrue(c[7])));
        }
        String text = answers.get(0).getFirst()[0];
        return new Definition(
                text,
                answers.get(1).stream()
                        .map(r -> new Definition.Result(r[0], r[1]))
                        .toList(),
                answers.get(2).stream()
                        .map(s -> new Definition.Source(
                                s[1],
                                s[2],
                                s[3].charAt(0),
                                s[4].charAt(0),
                                primaryKeys.getOrDefault(s[0], List.of()),
                                isTrue(s[5]),
                                isTrue(s[6]),
                                isTrue(s[7]),
                                columns.getOrDefault(s[0], List.of())))
                        .toList(),
                answers.get(4).stream().map(u -> u[0]).toList(),
                boundaries(text));
    }

    /** Asked once for a question: it takes half a second. */
    private Optional<Boundaries> boundaries(String text) throws SQLException {
        Boundaries.Question question = Boundaries.askedFor(text).orElse(null);
        if (question != null && !boundaries.containsKey(question)) {
            String[] answer = query(question.sql()).getFirst();
            boundaries.put(question, question.answer(longs(answer[0]), longs(answer[1])));
        }
        return Optional.ofNullable(boundaries.get(question));
    }

    private static Long[] longs(String array) {
        return array == null
                ? null
                : Arrays.stream(array.substring(1, array.length() - 1).split(","))
                        .map(Long::valueOf)
                        .toArray(Long[]::new);
    }

    private static boolean isTrue(String answer) {
        return answer.equals("t");
    }

    /** The rows of each statement that has some. */
    private List<List<String[]>> results(String sql) throws SQLException {
        List<List<String[]>> results = new ArrayList<>();
        boolean isRows = statement.execute(sql);
        while (isRows || statement.getUpdateCount() != -1) {
            if (isRows) {
                results.add(rows(statement.getResultSet()));
            }
            isRows = statement.getMoreResults();
        }
        return results;
    }

    private static List<String[]> rows(ResultSet result) throws SQLException {
        List<String[]> rows = new ArrayList<>();
        int columns = result.getMetaData().getColumnCount();
        while (result.next()) {
            String[] row = new String[columns];
            for (int i = 0; i < columns; i++) {
                row[i] = result.getString(i + 1);
            }
            rows.add(row);
        }
        return rows;
    }

    List<String[]> query(String sql) throws SQLException {
        return rows(statement.executeQuery(sql));
    }

    /** An answer to a query: its rows, or the error that it ended with. */
    record Answer(List<String[]> rows, String error) {}

    /** Answers queries, each of which has one column, an array of texts, in one round trip. */
    List<Answer> answers(List<String> queries) throws SQLException {
        StringBuilder all = new StringBuilder();
        for (String query : queries) {
            all.append(all.isEmpty() ? "" : ";")
                    .append("SELECT pg_temp.answer($query$SELECT array_agg(a) FROM (")
                    .append(query)
                    .append(") answers(a)$query$)");
        }
        List<Answer> answers = new ArrayList<>();
        boolean isRows = statement.execute(all.toString());
        while (isRows) {
            ResultSet result = statement.getResultSet();
            result.next();
            answers.add(answer(result.getArray(1)));
            isRows = statement.getMoreResults();
        }
        return answers;
    }

    private static Answer answer(Array array) throws SQLException {
        if (array == null) {
            return new Answer(List.of(), null);
        }
        return switch (array.getArray()) {
            case String[] error -> new Answer(List.of(), error[1]);
            case String[][] rows -> new Answer(List.of(rows), null);
            default -> throw new IllegalStateException("not an array of texts: " + array);
        };
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
