package io.tally.publish;

import io.tally.cdc.RowChange;
import io.tally.view.View;
import io.tally.window.Batch;
import io.tally.window.Checkpoint;
import io.tally.window.FilterState;
import io.tally.window.Shard;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Base64;
import java.util.Iterator;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The one transaction that adds deltas and moves progress. Its statements go out in one flight: begin, fence, add, delete
 * what became empty, commit. If one of them fails, the server turns the commit into a rollback. Many rows are added by
 * several statements, so that none of them comes near the server's time limit; then two are on the way, so that the server need
 * not wait for the next, and memory holds no more.
 */
final class PublishTransaction {

    /**
     * All or nothing: what follows would commit one by one if this failed alone, so the fence asks for what it sets. Nobody
     * fills the results or adds a checkpoint until this is over.
     */
    private static final String BEGIN = "BEGIN; SET LOCAL tally.publishing = 'yes'; %s";

    /**
     * Moves the checkpoints if all of them are ours and where we think they are, and leaves whether it did in a setting of this
     * transaction: only then may it add. All are found and locked before the first is moved.
     */
    private static final String FENCE = """
            WITH next AS (
                SELECT *
                FROM jsonb_to_recordset($1::jsonb)
                    AS next (partition int, owner uuid, sequence bigint, position bigint, resume_offset bigint,
                             published_up_to bigint, published_early bigint[], newest_event_time bigint,
                             filter_last_commit_lsn bigint, filter_lsn bigint, filter_transaction_id int,
                             filter_commit_time bigint, filter_run text, snapshot text, owed jsonb, judged_lsn bigint)
            ), ours AS (
                SELECT
                FROM tally_view_checkpoint AS checkpoint
                JOIN next USING (partition, owner)
                WHERE checkpoint.view = $2
                  AND checkpoint.sequence = next.sequence - 1
                  AND current_setting('tally.publishing', true) = 'yes'
                FOR UPDATE OF checkpoint
            ), moved AS (
                UPDATE tally_view_checkpoint AS checkpoint
                SET sequence = next.sequence,
                    position = next.position,
                    resume_offset = next.resume_offset,
                    published_up_to = to_timestamp(next.published_up_to / 1000.0),
                    published_early = next.published_early,
                    newest_event_time = to_timestamp(next.newest_event_time / 1000.0),
                    filter_last_commit_lsn = next.filter_last_commit_lsn,
                    filter_lsn = next.filter_lsn,
                    filter_transaction_id = next.filter_transaction_id,
                    filter_commit_time = to_timestamp(next.filter_commit_time / 1000.0),
                    filter_run = decode(next.filter_run, 'base64'),
                    snapshot = next.snapshot,
                    owed = next.owed,
                    judged_lsn = next.judged_lsn,
                    updated_at = now()
                FROM next
                WHERE checkpoint.view = $2
                  AND checkpoint.partition = next.partition
                  AND (SELECT count(*) FROM ours) = (SELECT count(*) FROM next)
                RETURNING checkpoint.partition
            )
            SELECT set_config('tally.fenced', (count(*) > 0)::text, true)::boolean AS moved FROM moved
            """;

    private final View view;
    private final String begin;
    private final String add;
    private final String deleteEmpty;

    PublishTransaction(ResultTable table) {
        view = table.view();
        begin = BEGIN.formatted(new ViewLocks(view.name()).moveOn());
        add = table.add();
        deleteEmpty = table.deleteEmpty();
    }

    /** The time after which it is given up: each statement may take its own. */
    static Duration longest(List<Batch> batches) {
        long rows = batches.stream().mapToLong(Batch::groups).sum();
        return Database.ANSWER_TIMEOUT.multipliedBy(1 + rows / DeltaChunks.MOST_ROWS);
    }

    /** @return whether the batches went in; if one of them is fenced, none does */
    Future<Boolean> run(PgConnection connection, List<Batch> batches) {
        JsonArray next = new JsonArray();
        batches.forEach(batch -> next.add(json(batch.next())));
        Future<?> begun = connection.query(begin).execute();
        Future<RowSet<Row>> fenced = connection.preparedQuery(FENCE).execute(Tuple.of(next, view.name()));
        Future<?> committed = addAndCommit(connection, new DeltaChunks(batches, view), Future.succeededFuture());
        return Future.join(begun, fenced, committed)
                .map(all -> fenced.result().iterator().next().getBoolean("moved"));
    }

    /**
     * Ends the transaction after a failure: its commit is a rollback. The failure stays the outcome.
     *
     * @param before when the chunk before has been added
     */
    private Future<Void> addAndCommit(PgConnection connection, Iterator<Tuple> chunks, Future<Void> before) {
        if (!chunks.hasNext()) {
            return Future.join(before, commit(connection)).mapEmpty();
        }
        Future<Void> added = Future.join(
                        connection.preparedQuery(add).execute(chunks.next()),
                        connection.preparedQuery(deleteEmpty).execute())
                .mapEmpty();
        return before.compose(
                done -> addAndCommit(connection, chunks, added),
                failure -> commit(connection).transform(over -> Future.failedFuture(failure)));
    }

    private static Future<Void> commit(PgConnection connection) {
        return connection.query("COMMIT").execute().mapEmpty();
    }

    private static JsonObject json(Checkpoint next) {
        FilterState filter = next.filter();
        JsonArray publishedEarly = new JsonArray();
        LongStream.of(next.publishedEarly()).forEach(publishedEarly::add);
        return new JsonObject()
                .put("partition", next.partition())
                .put("owner", next.owner().toString())
                .put("sequence", next.sequence())
                .put("position", next.position())
                .put("resume_offset", next.resumeOffset())
                .put("published_up_to", time(next.publishedUpToMs(), Shard.NO_TIME))
                .put("published_early", publishedEarly)
                .put("newest_event_time", time(next.newestEventTimeMs(), Shard.NO_TIME))
                .put("filter_last_commit_lsn", filter.lastCommitLsn())
                .put("filter_lsn", filter.lsn())
                .put("filter_transaction_id", filter.transactionKnown() ? filter.transactionId() : null)
                .put("filter_commit_time", time(filter.newestCommitTimeMs(), RowChange.NO_TIME))
                .put("filter_run", Base64.getEncoder().encodeToString(filter.runKeys()))
                .put(
                        "snapshot",
                        next.visibility() == null ? null : next.visibility().toString())
                .put("owed", DataLossJson.write(next.owed()))
                .put("judged_lsn", next.judgedLsn());
    }

    /** Not as text: years before Christ and beyond 9999 have no form that both sides agree on. */
    private static Long time(long ms, long none) {
        return ms == none ? null : ms;
    }
}
