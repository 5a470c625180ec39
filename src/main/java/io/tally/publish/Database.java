package io.tally.publish;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jboss.logging.Logger;

/**
 * Connections to one of the databases. Every task that moves results, or reads the source, has a connection of its own,
 * because only such a connection can be thrown away when it no longer answers.
 */
abstract class Database {

    private static final Logger LOG = Logger.getLogger(Database.class);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    /** Without traffic for this long, a socket is closed: its peer may be gone without a word. */
    private static final Duration SOCKET_IDLE_TIMEOUT = Duration.ofSeconds(60);

    /** Longer than the server's statement timeout, so that normally the server speaks first. */
    static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(45);

    private static final Duration WATCH_INTERVAL = Duration.ofSeconds(20);
    private static final int MOST_MISSES = 3;

    private final String side;
    private final PostgresVariables variables;
    private final DatabaseTls tls;

    private volatile Vertx vertx;
    private volatile PgConnectOptions options;

    /**
     * @param side what it holds, for people
     * @param variables where people have said how to reach it
     */
    Database(String side, PostgresVariables variables) {
        this.side = side;
        this.variables = variables;
        this.tls = new DatabaseTls(variables);
    }

    /**
     * Says how to connect.
     *
     * @throws IllegalArgumentException if the settings of TLS cannot work
     */
    final void reach(PgConnectOptions server, Vertx with) {
        tls.applyTo(server, with);
        server.setConnectTimeout((int) CONNECT_TIMEOUT.toMillis());
        server.setTcpKeepAlive(true);
        options = server;
        vertx = with;
    }

    /** Whether both were given the same server and database. */
    final boolean isSameAs(Database other) {
        return options.getHost().equals(other.options.getHost())
                && options.getPort() == other.options.getPort()
                && options.getDatabase().equals(other.options.getDatabase());
    }

    PostgresVariables variables() {
        return variables;
    }

    PgConnectOptions options() {
        return options;
    }

    Vertx vertx() {
        return vertx;
    }

    /** A new connection for short statements. */
    Future<PgConnection> connect() {
        PgConnectOptions guarded = new PgConnectOptions(options);
        guarded.setIdleTimeout((int) SOCKET_IDLE_TIMEOUT.toSeconds());
        guarded.setIdleTimeoutUnit(TimeUnit.SECONDS);
        return connect(guarded);
    }

    private Future<PgConnection> connect(PgConnectOptions to) {
        // The limit of the options is the network's; a server that answers there and then says nothing is waited for as
        // short.
        Future<PgConnection> made = PgConnection.connect(vertx, to);
        return made.timeout(CONNECT_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                .recover(failure -> {
                    made.onSuccess(PgConnection::close);
                    return Future.failedFuture(new Unreachable(explained(failure)));
                })
                // The connection's user learns of its end by what fails. Without a handler it would be printed, too.
                .onSuccess(connection ->
                        connection.exceptionHandler(failure -> LOG.debugf("connection failed: %s", failure)));
    }

    /** Says as well which server it is, and where that was said. */
    private String explained(Throwable failure) {
        return "%s (%s: %s=%s %s=%d %s=%s)"
                .formatted(
                        tls.explained(failure),
                        side,
                        variables.name("HOST"),
                        options.getHost(),
                        variables.name("PORT"),
                        options.getPort(),
                        variables.name("DB"),
                        options.getDatabase());
    }

    /** Does some work on a connection of its own and closes it. */
    <T> CompletionStage<T> once(Duration timeout, Function<PgConnection, Future<T>> work) {
        return connect()
                .compose(connection -> attempt(work, connection)
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
        return connectUnbounded()
                .compose(connection -> attempt(work, connection).onComplete(done -> connection.close()));
    }

    /** Work that throws has failed, and its connection is to be closed all the same. */
    private static <T> Future<T> attempt(Function<PgConnection, Future<T>> work, PgConnection connection) {
        return Future.succeededFuture(connection).compose(work);
    }

    /** A new connection for such work, and for pauses in it: the server hears of it before it takes the session for left. */
    Future<PgConnection> connectUnbounded() {
        // Asked, because a proxy makes up the number that it gives when one connects.
        return connect(options)
                .compose(connection -> connection
                        .query("SELECT pg_backend_pid() AS pid")
                        .execute()
                        .onSuccess(
                                rows -> watch(connection, rows.iterator().next().getInteger("pid")))
                        .onFailure(failure -> connection.close())
                        .map(connection));
    }

    private void watch(PgConnection connection, int processId) {
        AtomicInteger misses = new AtomicInteger();
        AtomicBoolean heard = new AtomicBoolean(true);
        long watch = vertx.setPeriodic(WATCH_INTERVAL.toMillis(), timer -> {
            if (heard.getAndSet(false)) {
                connection.query("SELECT").execute().onSuccess(answer -> heard.set(true));
            }
            isAtWork(processId).onComplete(asked -> {
                if (asked.succeeded() && asked.result()) {
                    misses.set(0);
                } else if (misses.incrementAndGet() == MOST_MISSES) {
                    connection.close();
                }
            });
        });
        connection.closeHandler(closed -> vertx.cancelTimer(watch));
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
