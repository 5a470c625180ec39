package io.tally.publish;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduled.ConcurrentExecution;
import io.smallrye.mutiny.Uni;
import io.tally.window.WindowStore;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import org.jboss.logging.Logger;

/** Looks every few seconds whether the source's log went back. */
@ApplicationScoped
class RewindChecker {

    private static final Logger LOG = Logger.getLogger(RewindChecker.class);

    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(10);

    private static final String LOG_END = """
            SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint AS lsn
            """;

    private final RewindCheck check;

    RewindChecker(Database database, WindowStore store, @PublishThread ExecutorService executor) {
        check = new RewindCheck(store, () -> database.once(ANSWER_TIMEOUT, RewindChecker::logEnd), executor);
    }

    private static Future<Long> logEnd(PgConnection connection) {
        return connection
                .query(LOG_END)
                .execute()
                .map(rows -> rows.iterator().next().getLong("lsn"));
    }

    /** Between restore and notice the log must not pass the lost end, so it is not a matter of minutes. */
    @Scheduled(every = "5s", identity = "rewind-check", concurrentExecution = ConcurrentExecution.SKIP)
    Uni<Void> look() {
        return Uni.createFrom()
                .completionStage(check::step)
                .onFailure()
                // The publisher says so when the database is away.
                .invoke(failure -> LOG.debugf("the end of the source's log is not known: %s", failure))
                .onFailure()
                .recoverWithNull();
    }
}
