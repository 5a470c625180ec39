package io.tally.publish;

import io.tally.publish.Ledger.Begun;
import io.tally.publish.Ledger.Fill;
import io.tally.publish.Ledger.FillOutcome;
import io.tally.window.FillId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Cursor;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Fills the results of a view from its source in three steps. The first takes the partitions from their owners; the second
 * reads the source as one snapshot sees it, into a table beside the results; the third puts that in the place of the results,
 * and gives every partition a fresh checkpoint that remembers the snapshot. Readers keep the old rows until it commits.
 *
 * <p>The order matters. Every publisher has ended, or is fenced, before the snapshot is taken, so the snapshot has seen all
 * that the old rows hold; rows that stay may rely on that. The place in the source's log is read after the snapshot: whoever
 * commits beyond it is not in the snapshot.
 *
 * <p>The steps have two connections, which may lead to two servers. The one to the results is kept from the first to the third,
 * and with it a lock that keeps other engines from filling, and from taking partitions over, meanwhile.
 */
final class FillSteps {

    /** Rows on their way from the source to the results: two such batches are in memory. */
    private static final int BATCH_ROWS = 5_000;

    /** As long as it needs, but it must not sit there when nobody drives it on. Texts are the same in every session. */
    static final String BEGIN_READING = """
            BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
            SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '60s';
            SET LOCAL row_security = off; SET LOCAL DateStyle = 'ISO';
            SELECT set_config(name, '0', true) FROM pg_settings WHERE name = 'transaction_timeout'
            """;

    /** Without a place in the log on a standby, whose snapshots leave out what is under way. */
    private static final String SNAPSHOT = """
            SELECT pg_current_snapshot()::text AS snapshot,
                   CASE WHEN NOT pg_is_in_recovery() THEN (pg_current_wal_insert_lsn() - '0/0')::bigint END AS lsn
            """;

    private static final String BEGIN = """
            BEGIN; SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '60s'; %s
            """;

    /** A session that nobody drives on ends, and its lock with it. */
    private static final String BEGIN_SESSION = """
            SET idle_session_timeout = '60s'
            """;

    /**
     * Windows that end at history_end or before stay as they are: they are older than what $2, in seconds, calls history,
     * and every partition has published them. Without a number nothing stays.
     */
    private static final String LOOK = """
            SELECT results.fill, results.bootstrap_lsn, %s AS holds_rows,
                   CASE WHEN $2::bigint IS NULL THEN '-infinity'
                        ELSE least(now() - make_interval(secs => $2::bigint),
                                   (SELECT coalesce(min(coalesce(published_up_to, '-infinity')), '-infinity')
                                    FROM tally_view_checkpoint WHERE view = $1))
                   END::text AS history_end
            FROM (VALUES ($1)) AS wanted (name) LEFT JOIN tally_view AS results USING (name)
            """;

    private static final String ANNOUNCE = """
            INSERT INTO tally_view (name, filling) VALUES ($1, $2)
            ON CONFLICT (name) DO UPDATE SET filling = EXCLUDED.filling
            """;

    private static final String FENCE = """
            UPDATE tally_view_checkpoint SET owner = NULL WHERE view = $1
            """;

    private static final String FILLING = """
            SELECT filling FROM tally_view WHERE name = $1 FOR UPDATE
            """;

    private static final String REMEMBER = """
            UPDATE tally_view
            SET filling = NULL, settings = $2::jsonb, topic = $3, topic_id = $4, partitions = $5::int, snapshot = $6,
                bootstrap_lsn = $7::bigint, fill = filling, filled_at = now(), reason = $8::text, lost = NULL,
                fills = fills || jsonb_build_object($8::text, (extract(epoch FROM now()) * 1000)::bigint), source = $9::jsonb
            WHERE name = $1
            """;

    private static final String FORGET_CHECKPOINTS = """
            DELETE FROM tally_view_checkpoint WHERE view = $1
            """;

    /** The watermark starts at the newest row there is, so that its window closes even if no other row follows. */
    private static final String FRESH_CHECKPOINTS = """
            INSERT INTO tally_view_checkpoint
                (view, partition, position, resume_offset, published_up_to, newest_event_time, snapshot, bootstrap_lsn, fill)
            SELECT $6, partition::int, start_offset::bigint, start_offset::bigint,
                   nullif($5::text::timestamptz, '-infinity'),
                   %s,
                   $2, $3::bigint, $7::uuid
            FROM jsonb_each_text($1::jsonb) AS starts (partition, start_offset)
            """;

    private final ResultsDatabase resultsDatabase;
    private final SourceDatabase sourceDatabase;
    private final ResultTable table;
    private final String view;
    private final ViewLocks locks;
    private final String begin;
    private final String lookSql;
    private final String readSql;
    private final String freshCheckpoints;
    private final long maxFutureSeconds;
    private final Optional<Duration> historyOlderThan;
    private final boolean needsOldRows;
    private final PgLook look;

    FillSteps(
            ResultsDatabase resultsDatabase,
            SourceDatabase sourceDatabase,
            ResultTable table,
            PublishSettings settings,
            PgLook look) {
        this.resultsDatabase = resultsDatabase;
        this.sourceDatabase = sourceDatabase;
        this.table = table;
        this.view = table.view().name();
        this.locks = new ViewLocks(view);
        this.begin = BEGIN.formatted(locks.holdStill());
        this.lookSql = LOOK.formatted(table.holdsRows());
        this.readSql = table.read();
        this.freshCheckpoints =
                FRESH_CHECKPOINTS.formatted(table.newestStart("now() + make_interval(secs => $4::bigint)"));
        this.maxFutureSeconds = settings.maxFutureSeconds();
        this.historyOlderThan = settings.historyOlderThan();
        this.needsOldRows = settings.needsOldRows();
        this.look = look;
    }

    /** The first step. */
    Future<Begun> begin(Fill fill) {
        return resultsDatabase
                .connectUnbounded()
                .compose(results -> begin(fill, results)
                        .onComplete(
                                begun -> {
                                    if (begun.outcome() != FillOutcome.DONE) {
                                        results.close();
                                    }
                                },
                                failure -> results.close()));
    }

    private Future<Begun> begin(Fill fill, PgConnection results) {
        return then(results, BEGIN_SESSION)
                .compose(set -> results.query(locks.fillAlone()).execute())
                .compose(locked -> locked.iterator().next().getBoolean("alone")
                        ? fence(fill, results)
                        : Future.succeededFuture(Begun.not(FillOutcome.UNDER_WAY)));
    }

    private Future<Begun> fence(Fill fill, PgConnection results) {
        UUID filling = UUID.randomUUID();
        return then(results, begin)
                .compose(begun -> results.preparedQuery(lookSql).execute(Tuple.of(view, historySeconds(fill))))
                .compose(rows -> {
                    Row seen = rows.iterator().next();
                    Optional<FillId> found = seen.getLong("bootstrap_lsn") == null
                            ? Optional.empty()
                            : Optional.of(PgLedger.fillId(seen));
                    if (!found.equals(fill.supersedes())) {
                        return Future.succeededFuture(Begun.not(FillOutcome.SUPERSEDED));
                    }
                    if (fill.reason().isEmpty() && seen.getBoolean("holds_rows")) {
                        return Future.succeededFuture(Begun.not(FillOutcome.HOLDS_FOREIGN_ROWS));
                    }
                    return then(results, ANNOUNCE, Tuple.of(view, filling))
                            .compose(announced -> then(results, FENCE, Tuple.of(view)))
                            .map(new Begun(
                                    FillOutcome.DONE,
                                    new Filling(fill, results, filling, seen.getString("history_end"))));
                })
                .compose(begun -> then(results, "COMMIT").map(begun));
    }

    /** Rows that are not ours hold no history of ours. */
    private Long historySeconds(Fill fill) {
        return fill.supersedes().isEmpty()
                ? null
                : historyOlderThan.map(Duration::toSeconds).orElse(null);
    }

    /** The second and the third step. */
    private final class Filling implements Ledger.Filling {

        private final Fill fill;
        private final PgConnection results;
        private final UUID filling;
        private final String historyEnd;
        private final AtomicLong rows = new AtomicLong();
        private volatile Row snapshot;
        private volatile Look source;

        Filling(Fill fill, PgConnection results, UUID filling, String historyEnd) {
            this.fill = fill;
            this.results = results;
            this.filling = filling;
            this.historyEnd = historyEnd;
        }

        @Override
        public CompletionStage<FillOutcome> read() {
            return emptyStaged()
                    .compose(empty -> sourceDatabase.unbounded(this::read))
                    .toCompletionStage();
        }

        /** Empties the staged table, or replaces one left by a user who dropped the view's table to have other columns. */
        private Future<?> emptyStaged() {
            return results.query(table.stagedColumnsNow()).execute().compose(rows -> {
                String columns = rows.iterator().next().getString("columns");
                return then(
                        results, table.stagedColumns().equals(columns) ? table.emptyStaged() : table.replaceStaged());
            });
        }

        @Override
        public long rows() {
            return rows.get();
        }

        private Future<FillOutcome> read(PgConnection connection) {
            return then(connection, BEGIN_READING)
                    .compose(begun -> connection.query(SNAPSHOT).execute())
                    .compose(found -> {
                        snapshot = found.iterator().next();
                        return snapshot.getLong("lsn") == null
                                ? Future.failedFuture(LookRules.STANDBY)
                                : look.facts(connection);
                    })
                    .compose(seen -> {
                        source = seen;
                        if (fill.system().isPresent() && !fill.system().get().equals(seen.system())) {
                            return Future.succeededFuture(FillOutcome.SUPERSEDED);
                        }
                        return connection
                                .prepare(readSql)
                                .compose(query -> stage(connection, query.cursor(Tuple.of(historyEnd))))
                                .map(FillOutcome.DONE);
                    });
        }

        private Future<Void> stage(PgConnection connection, Cursor cursor) {
            Promise<Void> allStaged = Promise.promise();
            cursor.read(BATCH_ROWS).onComplete(batch -> stageOn(connection, cursor, batch, allStaged), allStaged::fail);
            return allStaged.future();
        }

        /** While one batch is written, the next is read. No future waits for all that follow it: there may be very many. */
        private void stageOn(PgConnection connection, Cursor cursor, RowSet<Row> batch, Promise<Void> allStaged) {
            List<String> lines = new ArrayList<>(batch.size());
            batch.forEach(row -> lines.add(row.getString("line")));
            Future<?> staged = then(results, table.stage(), Tuple.of(lines.toArray(String[]::new)))
                    .onSuccess(done -> rows.addAndGet(lines.size()));
            if (cursor.hasMore()) {
                Future<RowSet<Row>> next = cursor.read(BATCH_ROWS);
                Future.join(staged, next)
                        .onComplete(done -> stageOn(connection, cursor, next.result(), allStaged), allStaged::fail);
            } else {
                // The source keeps what its snapshot may see for as long as it is held.
                connection.close();
                staged.<Void>mapEmpty().onComplete(allStaged);
            }
        }

        @Override
        public CompletionStage<FillOutcome> replace() {
            return then(results, begin)
                    .compose(begun -> results.preparedQuery(FILLING).execute(Tuple.of(view)))
                    .compose(rows -> isOurs(rows)
                            ? replaceAll().map(FillOutcome.DONE)
                            : Future.succeededFuture(FillOutcome.SUPERSEDED))
                    .compose(outcome -> then(results, "COMMIT").map(outcome))
                    .toCompletionStage();
        }

        private boolean isOurs(RowSet<Row> rows) {
            return rows.size() == 1 && filling.equals(rows.iterator().next().getUUID("filling"));
        }

        private Future<?> replaceAll() {
            String seen = snapshot.getString("snapshot");
            Long lsn = snapshot.getLong("lsn");
            JsonObject settings = new JsonObject();
            fill.settings().forEach(settings::put);
            JsonObject starts = new JsonObject();
            fill.startOffsets().forEach((partition, offset) -> starts.put(partition.toString(), offset));
            return then(results, table.empty(), Tuple.of(historyEnd))
                    .compose(done -> then(results, table.putIn()))
                    .compose(done -> then(results, table.emptyStaged()))
                    .compose(done -> then(
                            results,
                            REMEMBER,
                            Tuple.from(List.of(
                                    view,
                                    settings,
                                    fill.topic(),
                                    fill.topicId(),
                                    fill.startOffsets().size(),
                                    seen,
                                    lsn,
                                    FillState.code(fill.reason()),
                                    SourceState.filled(source, needsOldRows, fill.logStarts())
                                            .toJson()))))
                    .compose(done -> then(results, FORGET_CHECKPOINTS, Tuple.of(view)))
                    .compose(done -> then(
                            results,
                            freshCheckpoints,
                            Tuple.from(List.of(starts, seen, lsn, maxFutureSeconds, historyEnd, view, filling))));
        }

        @Override
        public void close() {
            results.close();
        }
    }

    private static Future<?> then(PgConnection connection, String sql) {
        return connection.query(sql).execute();
    }

    private static Future<?> then(PgConnection connection, String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters);
    }
}
