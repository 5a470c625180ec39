package io.tally.publish;

import io.tally.view.Boundaries;
import io.tally.view.Definition;
import io.tally.view.SourceSql;
import io.tally.view.View;
import io.tally.view.ViewReader;
import io.tally.view.ViewRefused;
import io.tally.view.ViewStatement;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.StreamSupport;

/**
 * Has PostgreSQL read views, where their tables live: each becomes a temporary view in a transaction that is rolled back, and
 * the server says in its own words what it means.
 */
public final class PgViews {

    /** SQLSTATE: insufficient_privilege. */
    private static final String NOT_ALLOWED = "42501";

    /** SQLSTATE: read_only_sql_transaction, which a standby answers. */
    private static final String READ_ONLY = "25006";

    private static final String BEGIN = "BEGIN; SET LOCAL lock_timeout = '3s'; "
            + String.join("; ", SourceSql.SESSION).replace("SET ", "SET LOCAL ");

    private final boolean nullsComeAsNull;

    /** @param nullsComeAsNull whether the connector writes NULL as NULL, also where a column has a default */
    public PgViews(boolean nullsComeAsNull) {
        this.nullsComeAsNull = nullsComeAsNull;
    }

    /** Reads a view; fails with {@link ViewRefused} if it cannot be kept, whoever says so. */
    Future<View> read(PgConnection connection, ViewStatement statement) {
        return connection
                .query(BEGIN)
                .execute()
                .compose(begun -> connection
                        .query(SourceSql.temporaryView(statement.select()))
                        .execute()
                        .recover(failure -> Future.failedFuture(refusal(statement, failure))))
                .compose(made -> define(connection))
                .compose(definition -> view(statement.name(), definition))
                .eventually(() -> connection.query("ROLLBACK").execute());
    }

    private Future<View> view(String name, Definition definition) {
        try {
            return Future.succeededFuture(ViewReader.read(name, definition, nullsComeAsNull));
        } catch (ViewRefused refused) {
            return Future.failedFuture(refused);
        }
    }

    private static Throwable refusal(ViewStatement statement, Throwable failure) {
        if (!(failure instanceof PgException error) || error.getSqlState() == null) {
            return failure;
        }
        return switch (error.getSqlState().substring(0, 2)) {
            case "42" ->
                error.getSqlState().equals(NOT_ALLOWED)
                                && error.getErrorMessage().contains("temporary")
                        ? ViewRefused.view(
                                statement.name(),
                                error.getErrorMessage() + "; GRANT TEMPORARY ON DATABASE … TO the engine's role")
                        : ViewRefused.postgres(statement, error.getErrorMessage(), position(error), error.getHint());
            case "25" ->
                error.getSqlState().equals(READ_ONLY)
                        ? ViewRefused.view(
                                statement.name(), "it cannot be read on a standby; point the engine at the primary")
                        : failure;
            case "08", "53", "55", "57", "58", "XX" -> failure;
            default -> ViewRefused.postgres(statement, error.getErrorMessage(), position(error), error.getHint());
        };
    }

    /** Where in the SELECT, from 1 on, or 0 if the server does not say. */
    private static int position(PgException error) {
        String position = error.getPosition();
        return position == null ? 0 : Math.max(0, Integer.parseInt(position) - SourceSql.BEFORE_SELECT);
    }

    private static Future<Definition> define(PgConnection connection) {
        Future<List<String>> text = rows(connection, SourceSql.TEXT, row -> row.getString(0));
        Future<List<Definition.Result>> results =
                rows(connection, SourceSql.RESULTS, row -> new Definition.Result(row.getString(0), row.getString(1)));
        Future<List<Row>> sources = rows(connection, SourceSql.SOURCES, row -> row);
        Future<List<Row>> columns = rows(connection, SourceSql.COLUMNS, row -> row);
        Future<List<String>> uses = rows(connection, SourceSql.USES, row -> row.getString(0));
        Future<Optional<Boundaries>> boundaries = text.compose(words -> boundaries(connection, words.getFirst()));
        return Future.all(text, results, sources, columns, uses, boundaries)
                .map(all -> new Definition(
                        text.result().getFirst(),
                        results.result(),
                        sources(sources.result(), columns.result()),
                        uses.result(),
                        boundaries.result()));
    }

    private static Future<Optional<Boundaries>> boundaries(PgConnection connection, String words) {
        return Boundaries.askedFor(words)
                .map(question -> rows(
                                connection,
                                question.sql(),
                                row -> question.answer(row.getArrayOfLongs(0), row.getArrayOfLongs(1)))
                        .map(answers -> Optional.of(answers.getFirst())))
                .orElseGet(() -> Future.succeededFuture(Optional.empty()));
    }

    private static List<Definition.Source> sources(List<Row> sources, List<Row> columns) {
        Map<Long, List<Definition.Column>> byTable = new HashMap<>();
        Map<Long, List<String>> primaryKeys = new HashMap<>();
        for (Row column : columns) {
            if (column.getBoolean(8)) {
                primaryKeys
                        .computeIfAbsent(column.getLong(0), table -> new ArrayList<>())
                        .add(column.getString(1));
            }
            byTable.computeIfAbsent(column.getLong(0), table -> new ArrayList<>())
                    .add(new Definition.Column(
                            column.getString(1),
                            column.getString(2),
                            column.getString(3).charAt(0),
                            column.getBoolean(4),
                            column.getBoolean(5),
                            column.getBoolean(6),
                            column.getBoolean(7)));
        }
        return sources.stream()
                .map(source -> new Definition.Source(
                        source.getString(1),
                        source.getString(2),
                        source.getString(3).charAt(0),
                        source.getString(4).charAt(0),
                        primaryKeys.getOrDefault(source.getLong(0), List.of()),
                        source.getBoolean(5),
                        source.getBoolean(6),
                        source.getBoolean(7),
                        byTable.getOrDefault(source.getLong(0), List.of())))
                .toList();
    }

    private static <T> Future<List<T>> rows(PgConnection connection, String sql, Function<Row, T> of) {
        return connection.query(sql).execute().map(rows -> list(rows, of));
    }

    private static <T> List<T> list(RowSet<Row> rows, Function<Row, T> of) {
        return StreamSupport.stream(rows.spliterator(), false).map(of).toList();
    }
}
