package io.tally.publish;

import io.quarkus.reactive.pg.client.PgPoolCreator;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgBuilder;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Tuple;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Connections to PostgreSQL. The pool that Quarkus manages serves health checks and the status page; whatever moves
 * results has a connection of its own, because only such a connection can be thrown away when it no longer answers.
 */
@ApplicationScoped
class Database implements PgPoolCreator {

    private static final Logger LOG = Logger.getLogger(Database.class);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** Without traffic for this long, a socket is closed: its peer may be gone without a word. */
    private static final Duration SOCKET_IDLE_TIMEOUT = Duration.ofSeconds(60);

    /** Longer than the server's statement timeout, so that normally the server speaks first. */
    static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(45);

    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(20);
    private static final int MOST_MISSES = 3;

    private final DatabaseTls tls;

    private volatile Vertx vertx;
    private volatile PgConnectOptions options;

    Database(DatabaseTls tls) {
        this.tls = tls;
    }

    @Override
    public Pool create(Input input) {
        vertx = input.vertx();
        options = new PgConnectOptions(input.pgConnectOptionsList().getFirst());
        tls.applyTo(options, vertx);
        options.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        options.setTcpKeepAlive(true);
        // Timestamps without time zone are in UTC, as the connector takes them.
        options.addProperty("TimeZone", "UTC");
        // The publishing statement is longer than what is kept prepared by default. Prepared anew each time, it costs
        // another round trip in the middle of the transaction.
        options.setPreparedStatementCacheSqlFilter(sql -> true);
        return PgBuilder.pool()
                .with(input.poolOptions())
                .connectingTo(options)
                .using(vertx)
                .build();
    }

    /** A new connection for short statements. */
    Future<PgConnection> connect() {
        PgConnectOptions guarded = new PgConnectOptions(options);
        guarded.setIdleTimeout((int) SOCKET_IDLE_TIMEOUT.toSeconds());
        guarded.setIdleTimeoutUnit(TimeUnit.SECONDS);
        return connect(guarded);
    }

    private Future<PgConnection> connect(PgConnectOptions to) {
        return PgConnection.connect(vertx, to)
                .recover(failure -> Future.failedFuture(tls.explained(failure)))
                // Whoever uses the connection learns of its end by what fails. Without a handler it would be printed,
                // too.
                .onSuccess(connection ->
                        connection.exceptionHandler(failure -> LOG.debugf("connection failed: %s", failure)));
    }

    /** Does some work on a connection of its own and closes it. */
    <T> CompletionStage<T> once(Duration timeout, Function<PgConnection, Future<T>> work) {
        return connect()
                .compose(connection -> work.apply(connection)
                        .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                        .onComplete(done -> connection.close()))
                .toCompletionStage();
    }

    /** The same for statements of the usual length. */
    <T> CompletionStage<T> once(Function<PgConnection, Future<T>> work) {
        return once(ANSWER_TIMEOUT, work);
    }

    /**
     * The same for work that may take as long as it likes, as long as the server is at it: another connection asks now and
     * then, because a server that has gone without a word would be waited for for hours.
     */
    <T> CompletionStage<T> onceUnbounded(Function<PgConnection, Future<T>> work) {
        return unbounded(work).toCompletionStage();
    }

    /** The same as a part of other work. */
    <T> Future<T> unbounded(Function<PgConnection, Future<T>> work) {
        return connectUnbounded().compose(connection -> work.apply(connection).onComplete(done -> connection.close()));
    }

    /** A new connection for such work, and for pauses in it: the server hears of it before it takes the session for left. */
    Future<PgConnection> connectUnbounded() {
        return connect(options).onSuccess(connection -> {
            AtomicInteger misses = new AtomicInteger();
            AtomicBoolean heard = new AtomicBoolean(true);
            long watch = vertx.setPeriodic(WATCH_INTERVAL.toMillis(), timer -> {
                if (heard.getAndSet(false)) {
                    connection.query("SELECT").execute().onSuccess(answer -> heard.set(true));
                }
                isAtWork(connection.processId()).onComplete(asked -> {
                    if (asked.succeeded() && asked.result()) {
                        misses.set(0);
                    } else if (misses.incrementAndGet() == MOST_MISSES) {
                        connection.close();
                    }
                });
            });
            connection.closeHandler(closed -> vertx.cancelTimer(watch));
        });
    }

    private Future<Boolean> isAtWork(int processId) {
        return connect()
                .compose(connection -> connection
                        .preparedQuery("SELECT FROM pg_stat_activity WHERE pid = $1")
                        .execute(Tuple.of(processId))
                        .timeout(WATCH_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)
                        .onComplete(done -> connection.close()))
                .map(rows -> rows.size() > 0);
    }
}
