package io.tally.publish;

import io.tally.view.View;
import io.tally.view.ViewRefused;
import io.tally.view.ViewStatement;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Has PostgreSQL read a file of views, as soon as it answers. */
@Singleton
public class ViewLoader {

    private static final Logger LOG = Logger.getLogger(ViewLoader.class);

    private static final Duration FIRST_RETRY = Duration.ofMillis(250);
    private static final Duration SLOWEST_RETRY = Duration.ofSeconds(5);

    /**
     * Outcome of a statement.
     *
     * @param view null if it is refused
     * @param refusal why; null if it is not
     */
    public record Loaded(ViewStatement statement, View view, String refusal) {}

    private final SourceDatabase source;
    private final ViewEngines engines;
    private final ExecutorService executor;

    ViewLoader(SourceDatabase source, ViewEngines engines, @PublishThread ExecutorService executor) {
        this.source = source;
        this.engines = engines;
        this.executor = executor;
    }

    /** Reads all statements; tries until the database answers, and says meanwhile why it does not. */
    public CompletionStage<List<Loaded>> load(List<ViewStatement> statements, PgViews views) {
        CompletableFuture<List<Loaded>> result = new CompletableFuture<>();
        attempt(statements, views, FIRST_RETRY, result);
        return result;
    }

    private void attempt(
            List<ViewStatement> statements, PgViews views, Duration delay, CompletableFuture<List<Loaded>> result) {
        source.once(connection -> all(connection, statements, views))
                .whenCompleteAsync(
                        (loaded, failure) -> {
                            if (failure == null) {
                                result.complete(loaded);
                                return;
                            }
                            note(failure);
                            Duration longer = delay.multipliedBy(2);
                            later(delay)
                                    .execute(() -> attempt(
                                            statements,
                                            views,
                                            longer.compareTo(SLOWEST_RETRY) < 0 ? longer : SLOWEST_RETRY,
                                            result));
                        },
                        executor);
    }

    private Executor later(Duration delay) {
        return CompletableFuture.delayedExecutor(delay.toMillis(), TimeUnit.MILLISECONDS, executor);
    }

    private void note(Throwable failure) {
        String why = "the views cannot be read yet, trying again: " + Failures.describe(failure);
        if (!why.equals(engines.waiting())) {
            LOG.warn(why);
            engines.waitFor(why);
        }
    }

    private static Future<List<Loaded>> all(PgConnection connection, List<ViewStatement> statements, PgViews views) {
        List<Loaded> loaded = new ArrayList<>();
        Future<Void> last = Future.succeededFuture();
        for (ViewStatement statement : statements) {
            last = last.compose(done -> one(connection, statement, views))
                    .onSuccess(loaded::add)
                    .mapEmpty();
        }
        return last.map(done -> loaded);
    }

    private static Future<Loaded> one(PgConnection connection, ViewStatement statement, PgViews views) {
        return views.read(connection, statement)
                .map(view -> new Loaded(statement, view, null))
                .recover(failure -> failure instanceof ViewRefused refused
                        ? Future.succeededFuture(new Loaded(statement, null, refused.getMessage()))
                        : Future.failedFuture(failure));
    }
}
