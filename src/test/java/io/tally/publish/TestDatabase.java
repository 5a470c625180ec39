package io.tally.publish;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.tally.view.TestSource;
import io.tally.view.View;
import io.tally.view.ViewStatement;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
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

/** A schema of a real PostgreSQL in which engines are put together by hand, without Kafka. */
final class TestDatabase implements AutoCloseable {

    private static final long ANSWER_SECONDS = 20;

    private final Vertx vertx = Vertx.vertx();
    private final String schema;
    private final PgConnectOptions options;
    private final PgConnection connection;

    TestDatabase(String schema) {
        this(schema, PgConnectOptions.fromUri(TestSource.url().substring("jdbc:".length())));
    }

    private TestDatabase(String schema, PgConnectOptions to) {
        this.schema = schema;
        options = to.addProperty("TimeZone", "UTC")
                .addProperty("search_path", schema)
                .addProperty("client_min_messages", "warning");
        connection = connect();
        run("DROP SCHEMA IF EXISTS %1$s CASCADE; CREATE SCHEMA %1$s".formatted(schema));
    }

    /** The same in a database of its own, which stays behind. */
    static TestDatabase madeAs(String name, String properties, String schema) {
        PgConnectOptions options = PgConnectOptions.fromUri(TestSource.url().substring("jdbc:".length()));
        try (TestDatabase any = new TestDatabase(schema)) {
            any.run("DROP DATABASE IF EXISTS %s WITH (FORCE)".formatted(name));
            any.run("CREATE DATABASE %s TEMPLATE template0 %s".formatted(name, properties));
        }
        return new TestDatabase(schema, options.setDatabase(name));
    }

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
        return await(new PgViews(true).read(connection, statement));
    }

    /** The ledger of an engine that keeps a view. */
    PgLedger ledger(View view, Optional<Duration> history) {
        PublishSettings settings = settings(view, history);
        Database database = database(() -> Future.succeededFuture());
        PgLook look = new PgLook(view);
        ResultTable table = new ResultTable(view);
        return new PgLedger(
                database,
                new Schema(true, table),
                new SourceCheck(new PgViews(true), statement(view.name()), view, new SourceColumns(List.of(view))),
                look,
                new FillSteps(database, table, settings, look),
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
     * Connections to it as an engine has them.
     *
     * @param before what is done first when one for work of any length is made
     */
    Database database(Supplier<Future<?>> before) {
        Database database = new Database(new DatabaseTls(Optional.empty(), Optional.empty())) {
            @Override
            Future<PgConnection> connectUnbounded() {
                return before.get().compose(done -> super.connectUnbounded());
            }
        };
        database.create(new PgPoolCreator.Input() {
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
                return List.of(options);
            }
        });
        return database;
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

    /** The first column, as texts. */
    List<String> column(String sql) {
        List<String> texts = new ArrayList<>();
        run(sql).forEach(row ->
                texts.add(row.getValue(0) == null ? null : row.getValue(0).toString()));
        return texts;
    }

    @Override
    public void close() {
        run("DROP SCHEMA %s CASCADE".formatted(schema));
        await(connection.close());
        await(vertx.close());
    }
}
