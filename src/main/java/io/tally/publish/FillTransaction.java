package io.tally.publish;

import io.tally.publish.Ledger.Fill;
import io.tally.publish.Ledger.FillOutcome;
import io.tally.window.LostGround;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Fills the results from the orders table in one transaction that sees one snapshot, and gives every partition a fresh
 * checkpoint that remembers which one. Readers keep the old rows until it commits.
 *
 * <p>The order of the statements matters. The lock on the checkpoints comes first and takes no snapshot, so a publisher
 * that was under way is finished before ours is taken, and none can start until we are done. The place in the source's
 * log is read after the snapshot: whoever commits beyond it is not in the snapshot.
 */
final class FillTransaction {

    private static final String BEGIN = """
            BEGIN ISOLATION LEVEL REPEATABLE READ
            """;

    /** A fill may take as long as it needs, but must not sit there holding locks when nobody drives it on. */
    private static final String LIMITS = """
            SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = '60s'
            """;

    private static final String LOCK = """
            LOCK TABLE tally_checkpoint IN EXCLUSIVE MODE
            """;

    /**
     * Windows that end at history_end or before stay as they are: they are older than what $1, in seconds, calls history,
     * and every partition has published them. Without a number nothing stays.
     */
    private static final String LOOK = """
            SELECT pg_current_snapshot()::text AS snapshot,
                   (pg_current_wal_insert_lsn() - '0/0')::bigint AS lsn,
                   (SELECT bootstrap_lsn FROM tally_pipeline) AS found,
                   %s AS holds_rows,
                   CASE WHEN $1::bigint IS NULL THEN '-infinity'
                        ELSE least(now() - make_interval(secs => $1::bigint),
                                   (SELECT coalesce(min(coalesce(published_up_to, '-infinity')), '-infinity')
                                    FROM tally_checkpoint))
                   END::text AS history_end
            """;

    private static final String REMEMBER = """
            INSERT INTO tally_pipeline AS before
                (settings, topic, topic_id, partitions, snapshot, bootstrap_lsn, filled_at, reason, fills, source)
            VALUES ($1::jsonb, $2, $3, $4::int, $5, $6::bigint, now(), $7::text,
                    jsonb_build_object($7::text, (extract(epoch FROM now()) * 1000)::bigint), $8::jsonb)
            ON CONFLICT (id) DO UPDATE
            SET settings = EXCLUDED.settings, topic = EXCLUDED.topic, topic_id = EXCLUDED.topic_id,
                partitions = EXCLUDED.partitions,
                snapshot = EXCLUDED.snapshot, bootstrap_lsn = EXCLUDED.bootstrap_lsn, filled_at = EXCLUDED.filled_at,
                reason = EXCLUDED.reason, lost = NULL, fills = before.fills || EXCLUDED.fills,
                source = EXCLUDED.source
            """;

    private static final String FORGET_CHECKPOINTS = """
            DELETE FROM tally_checkpoint
            """;

    /** The watermark starts at the newest row there is, so that its window closes even if no other row follows. */
    private static final String FRESH_CHECKPOINTS = """
            INSERT INTO tally_checkpoint
                (partition, position, resume_offset, published_up_to, newest_event_time, snapshot, bootstrap_lsn)
            SELECT partition::int, start_offset::bigint, start_offset::bigint,
                   nullif($5::text::timestamptz, '-infinity'),
                   %s,
                   $2, $3::bigint
            FROM jsonb_each_text($1::jsonb) AS starts (partition, start_offset)
            """;

    private final String lookSql;
    private final String empty;
    private final String fillSql;
    private final String freshCheckpoints;
    private final long maxFutureSeconds;
    private final Optional<Duration> historyOlderThan;
    private final boolean needsOldRows;
    private final PgLook look;

    FillTransaction(ResultTable table, PublishSettings settings, PgLook look) {
        this.lookSql = LOOK.formatted(table.holdsRows());
        this.empty = table.empty();
        this.fillSql = table.fill();
        this.freshCheckpoints =
                FRESH_CHECKPOINTS.formatted(table.newestStart("now() + make_interval(secs => $4::bigint)"));
        this.maxFutureSeconds = settings.maxFutureSeconds();
        this.historyOlderThan = settings.historyOlderThan();
        this.needsOldRows = settings.needsOldRows();
        this.look = look;
    }

    Future<FillOutcome> run(PgConnection connection, Fill fill) {
        return then(connection, BEGIN)
                .compose(done -> then(connection, LIMITS))
                .compose(done -> then(connection, LOCK))
                .compose(done -> connection.preparedQuery(lookSql).execute(Tuple.of(historySeconds(fill))))
                .compose(rows -> look.facts(connection)
                        .compose(source ->
                                proceed(connection, fill, rows.iterator().next(), source)))
                .compose(outcome -> then(connection, "COMMIT").map(outcome));
    }

    private Future<FillOutcome> proceed(PgConnection connection, Fill fill, Row seen, Look source) {
        if (!Objects.equals(seen.getLong("found"), fill.supersedes().orElse(null))) {
            return Future.succeededFuture(FillOutcome.SUPERSEDED);
        }
        if (fill.system().isPresent() && !fill.system().get().equals(source.system())) {
            return Future.succeededFuture(FillOutcome.SUPERSEDED);
        }
        if (fill.reason().isEmpty() && seen.getBoolean("holds_rows")) {
            return Future.succeededFuture(FillOutcome.HOLDS_FOREIGN_ROWS);
        }
        String snapshot = seen.getString("snapshot");
        Long lsn = seen.getLong("lsn");
        String reason = fill.reason().map(LostGround.Reason::code).orElse(FillState.FIRST_START);
        JsonObject settings = new JsonObject();
        fill.settings().forEach(settings::put);
        JsonObject starts = new JsonObject();
        fill.startOffsets().forEach((partition, offset) -> starts.put(partition.toString(), offset));
        String historyEnd = seen.getString("history_end");
        return then(connection, empty, Tuple.of(historyEnd))
                .compose(done -> then(connection, fillSql, Tuple.of(historyEnd)))
                .compose(done -> then(
                        connection,
                        REMEMBER,
                        Tuple.from(List.of(
                                settings,
                                fill.topic(),
                                fill.topicId(),
                                fill.startOffsets().size(),
                                snapshot,
                                lsn,
                                reason,
                                SourceState.filled(source, needsOldRows, fill.logStarts())
                                        .toJson()))))
                .compose(done -> then(connection, FORGET_CHECKPOINTS))
                .compose(done -> then(
                        connection, freshCheckpoints, Tuple.of(starts, snapshot, lsn, maxFutureSeconds, historyEnd)))
                .map(FillOutcome.DONE);
    }

    /** Rows that are not ours hold no history of ours. */
    private Long historySeconds(Fill fill) {
        return fill.supersedes().isEmpty()
                ? null
                : historyOlderThan.map(Duration::toSeconds).orElse(null);
    }

    private static Future<?> then(PgConnection connection, String sql) {
        return connection.query(sql).execute();
    }

    private static Future<?> then(PgConnection connection, String sql, Tuple parameters) {
        return connection.preparedQuery(sql).execute(parameters);
    }
}
