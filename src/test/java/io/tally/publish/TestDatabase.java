package io.tally.publish;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.tally.view.TestSource;
import io.tally.view.View;
import io.tally.view.ViewStatement;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * A schema of a real PostgreSQL in which engines are put together by hand, without Kafka. The system property
 * {@code source.database} gives another one, as a URL of JDBC with user and password, in which the orders are.
 */
final class TestDatabase implements AutoCloseable {

    private static final long ANSWER_SECONDS = 20;

    private final Vertx vertx = Vertx.vertx();
    private final String schema;
    private final PgConnectOptions options;
    private final PgConnectOptions sourceOptions;
    private final PgConnection connection;
    private final PgConnection sourceConnection;

    TestDatabase(String schema) {
        this(schema, options(TestSource.url()), options(System.getProperty("source.database", TestSource.url())));
    }

    private TestDatabase(String schema, PgConnectOptions results, PgConnectOptions source) {
        this.schema = schema;
        options = inSchema(results);
        sourceOptions = inSchema(source);
        connection = connect();
        sourceConnection = await(PgConnection.connect(vertx, sourceOptions));
        String empty = "DROP SCHEMA IF EXISTS %1$s CASCADE; CREATE SCHEMA %1$s".formatted(schema);
        run(empty);
        runAtSource(empty);
    }

    private static PgConnectOptions options(String jdbcUrl) {
        return PgConnectOptions.fromUri(jdbcUrl.substring("jdbc:".length()));
    }

    private PgConnectOptions inSchema(PgConnectOptions to) {
        return new PgConnectOptions(to)
                .addProperty("TimeZone", "UTC")
                .addProperty("search_path", schema)
                .addProperty("client_min_messages", "warning");
    }

    /** The same in a database of its own, which stays behind. */
    static TestDatabase madeAs(String name, String properties, String schema) {
        PgConnectOptions options = options(TestSource.url()).setDatabase(name);
        try (TestDatabase any = new TestDatabase(schema)) {
            any.run("DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(name));
            any.run("CREATE DATABASE %s TEMPLATE template0 %s".formatted(name, properties));
        }
        return new TestDatabase(schema, options, options);
    }

    /** A connection to the results. */
    PgConnection connect() {
        return await(PgConnection.connect(vertx, options));
    }

    /** The default view over the orders of this schema, which have to be there, under another name. */
    View view(String name) {
        return view(statement(name));
    }

    /** A view over tables of this schema. */
    View view(String name, String select) {
        return view(new ViewStatement(name, select, select, 0));
    }

    private View view(ViewStatement statement) {
        return await(new PgViews(true).read(sourceConnection, statement));
    }

    /** The ledger of an engine that keeps the default view under some name. */
    PgLedger ledger(View view, Optional<Duration> history) {
        return ledger(statement(view.name()), view, history);
    }

    /** The ledger of an engine that keeps a view over tables of this schema. */
    PgLedger ledger(String name, String select) {
        ViewStatement statement = new ViewStatement(name, select, select, 0);
        return ledger(statement, view(statement), Optional.empty());
    }

    private PgLedger ledger(ViewStatement statement, View view, Optional<Duration> history) {
        PublishSettings settings = settings(view, history);
        ResultsDatabase results = results(() -> Future.succeededFuture());
        SourceDatabase source = source(() -> Future.succeededFuture());
        PgLook look = new PgLook(view);
        ResultTable table = new ResultTable(view);
        return new PgLedger(
                results,
                source,
                new Schema(true, table),
                new SourceCheck(new PgViews(true), statement, view, new SourceColumns(List.of(view))),
                look,
                new FillSteps(results, source, table, settings, look),
                new PublishTransaction(table),
                settings);
    }

    /** Settings of such an engine; an audit goes back for nearly an hour. */
    static PublishSettings settings(View view, Optional<Duration> history) {
        return new PublishSettings(
                Map.of(),
                view,
                60,
                history,
                true,
                "no_slot",
                Duration.ofMinutes(5),
                true,
                false,
                false,
                new PublishSettings.Audit(
                        Optional.of("not looked at"), Duration.ofMinutes(1), Duration.ofSeconds(3_599)));
    }

    /**
     * Connections to the results as an engine has them.
     *
     * @param before what is done first when one for work of any length is made
     */
    ResultsDatabase results(Supplier<Future<?>> before) {
        ResultsDatabase database = new ResultsDatabase(variable -> Optional.empty()) {
            @Override
            Future<PgConnection> connectUnbounded() {
                return before.get().compose(done -> super.connectUnbounded());
            }
        };
        database.create(input(vertx, options));
        return database;
    }

    /** The same to where the orders are. */
    SourceDatabase source(Supplier<Future<?>> before) {
        ResultsDatabase there = new ResultsDatabase(variable -> Optional.empty());
        Pool pool = there.create(input(vertx, sourceOptions));
        return new SourceDatabase(there, pool, variable -> Optional.empty()) {
            @Override
            Future<PgConnection> connectUnbounded() {
                return before.get().compose(done -> super.connectUnbounded());
            }
        };
    }

    /** What Quarkus would make a pool from. */
    static PgPoolCreator.Input input(Vertx vertx, PgConnectOptions to) {
        return new PgPoolCreator.Input() {
            @Override
            public Vertx vertx() {
                return vertx;
            }

            @Override
            public PoolOptions poolOptions() {
                return new PoolOptions();
            }

            @Override
            public List<PgConnectOptions> pgConnectOptionsList() {
                return List.of(to);
            }
        };
    }

    private ViewStatement statement(String name) {
        String select = """
                SELECT date_bin('1 minute', event_ts, '1970-01-01 00:00:00+00') AS window_start,
                       date_bin('1 minute', event_ts, '1970-01-01 00:00:00+00') + INTERVAL '1 minute' AS window_end,
                       customer_id, SUM(quantity * price)::numeric(38, 2) AS gross_sales, COUNT(*) AS order_count
                FROM %s.orders GROUP BY 1, 2, 3""".formatted(schema);
        return new ViewStatement(name, select, select, 0);
    }

    static <T> T await(Future<T> future) {
        return await(future.toCompletionStage());
    }

    /** Not for ever: who waits for a lock fails. */
    static <T> T await(CompletionStage<T> stage) {
        return stage.toCompletableFuture()
                .orTimeout(ANSWER_SECONDS, TimeUnit.SECONDS)
                .join();
    }

    RowSet<Row> run(String sql) {
        return await(send(sql));
    }

    Future<RowSet<Row>> send(String sql) {
        return connection.query(sql).execute();
    }

    /** The same where the orders are. */
    RowSet<Row> runAtSource(String sql) {
        return await(sourceConnection.query(sql).execute());
    }

    /** The first column, as texts. */
    List<String> column(String sql) {
        List<String> texts = new ArrayList<>();
        run(sql).forEach(row ->
                texts.add(row.getValue(0) == null ? null : row.getValue(0).toString()));
        return texts;
    }

    @Override
    public void close() {
        String drop = "DROP SCHEMA IF EXISTS %s CASCADE".formatted(schema);
        run(drop);
        runAtSource(drop);
        await(connection.close());
        await(sourceConnection.close());
        await(vertx.close());
    }
}
