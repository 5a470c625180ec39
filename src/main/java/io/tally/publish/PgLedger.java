package io.tally.publish;

import io.tally.cdc.RowChange;
import io.tally.window.Batch;
import io.tally.window.Checkpoint;
import io.tally.window.DataLoss;
import io.tally.window.FillId;
import io.tally.window.FilterState;
import io.tally.window.Shard;
import io.tally.window.Visibility;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnection;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** The ledger in PostgreSQL. Batches go over one connection that is kept; everything else is rare and has its own. */
final class PgLedger implements Ledger {

    private static final String PIPELINE = """
            SELECT settings, topic_id, fill, bootstrap_lsn, lost, fills, source,
                   (extract(epoch FROM now()) * 1000)::bigint AS now_ms
            FROM tally_view
            WHERE name = $1 AND bootstrap_lsn IS NOT NULL
            """;

    private static final String SYSTEM = "SELECT %s AS system".formatted(PgLook.SYSTEM);

    /** A slot that is being made is active before it follows the log. Those of other databases are to be seen as well. */
    private static final String SLOT_IN_USE = """
            SELECT count(*) AS slots FROM pg_replication_slots
            WHERE slot_name = $1 AND database = current_database() AND active AND confirmed_flush_lsn IS NOT NULL
            """;

    /**
     * The statement's snapshot is taken before it is given an id of its own. The end of a snapshot would not do in place of
     * that id: it lies behind the newest transaction that has ended, and before newer ones that run. A transaction that has an
     * id and has written nothing waits for no standby itself.
     */
    private static final String TRANSACTIONS = """
            SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint AS oldest,
                   pg_current_xact_id()::text::bigint AS next, %s AS system
            """.formatted(PgLook.SYSTEM);

    private static final String SOURCES = """
            SELECT source FROM tally_view WHERE topic_id = $1 AND source IS NOT NULL
            """;

    /** Of the id one of both may know nothing, as {@link FillId#isSameAs} has it. */
    private static final String STOP = """
            UPDATE tally_view SET lost = $1::jsonb WHERE name = $4 AND bootstrap_lsn = $2 AND coalesce(fill = $3, true)
            """;

    private static final String REMEMBER = """
            UPDATE tally_view SET source = $1::jsonb
            WHERE name = $5 AND bootstrap_lsn = $2 AND fill IS NOT DISTINCT FROM $3 AND source IS NOT DISTINCT FROM $4::jsonb
            """;

    /** Classes of SQLSTATE that speak of the data: a division by zero, a number too large, a constraint. */
    private static final List<String> REFUSALS = List.of("22", "23");

    private static final Duration LOOK_TIMEOUT = Duration.ofSeconds(10);

    private static final String MARKS = """
            SELECT partition, owner, sequence FROM tally_view_checkpoint WHERE view = $2 AND partition = ANY ($1::int[])
            """;

    /**
     * Partitions that were added to the topic get rows, up to the highest that is taken over, and count from now on like those
     * of the fill: one that has none later had one. The owner of one in between may come after that of a higher one. A new row
     * begins with as much published as the others have, so that what is final stays final.
     */
    private static final String ADD_PARTITIONS = """
            WITH added AS (
                INSERT INTO tally_view_checkpoint
                    (view, partition, position, resume_offset, published_up_to, snapshot, fill, bootstrap_lsn)
                SELECT name, added.partition, 0, 0,
                       (SELECT min(published_up_to) FROM tally_view_checkpoint WHERE view = $1), snapshot, fill,
                        bootstrap_lsn
                FROM tally_view CROSS JOIN generate_series(partitions, $2::int - 1) AS added (partition)
                WHERE name = $1 AND bootstrap_lsn IS NOT NULL AND filling IS NULL
                ON CONFLICT (view, partition) DO NOTHING
            )
            UPDATE tally_view SET partitions = $2::int
            WHERE name = $1 AND partitions < $2::int AND bootstrap_lsn IS NOT NULL AND filling IS NULL
            """;

    /**
     * The snapshot and fill of a row that is there are its own: they fit its position. Where one is missing, somebody has deleted
     * it: what is put in its place, if $3 says so, tells that.
     */
    private static final String TAKE_OVER = """
            INSERT INTO tally_view_checkpoint
                (view, partition, owner, position, resume_offset, published_up_to, snapshot, fill, bootstrap_lsn)
            SELECT results.name, taken.partition, $2::uuid, 0, 0,
                   (SELECT min(published_up_to) FROM tally_view_checkpoint WHERE view = $4), results.snapshot,
                    results.fill, -1
            FROM unnest($1::int[]) AS taken (partition) CROSS JOIN tally_view AS results
            WHERE results.name = $4 AND results.bootstrap_lsn IS NOT NULL AND results.filling IS NULL
              AND ($3 OR EXISTS (SELECT FROM tally_view_checkpoint AS found
                                 WHERE found.view = $4 AND found.partition = taken.partition))
            ORDER BY taken.partition
            ON CONFLICT (view, partition) DO UPDATE SET owner = EXCLUDED.owner, updated_at = now()
            RETURNING *
            """;

    /** A fill that nobody drives on any more must not go on when partitions have owners again. */
    private static final String GIVE_UP_FILLING = """
            UPDATE tally_view SET filling = NULL
            WHERE name = $1 AND CASE WHEN filling IS NOT NULL THEN %s END
            """;

    private final ResultsDatabase results;
    private final SourceDatabase source;
    private final Schema schema;
    private final SourceCheck sourceCheck;
    private final PgLook look;
    private final FillSteps fillSteps;
    private final PublishTransaction publishTransaction;
    private final String slot;
    private final String view;
    private final ViewLocks locks;

    private PgConnection publishConnection;

    PgLedger(
            ResultsDatabase results,
            SourceDatabase source,
            Schema schema,
            SourceCheck sourceCheck,
            PgLook look,
            FillSteps fill,
            PublishTransaction publish,
            PublishSettings settings) {
        this.results = results;
        this.source = source;
        this.schema = schema;
        this.sourceCheck = sourceCheck;
        this.look = look;
        this.fillSteps = fill;
        this.publishTransaction = publish;
        this.slot = settings.slot();
        this.view = settings.view().name();
        this.locks = new ViewLocks(view);
    }

    /** While the source is away, its views mean what they meant; should that have changed, a look finds it out afterwards. */
    @Override
    public CompletionStage<Optional<Misfit>> prepare() {
        return results.once(schema::prepare)
                .thenCompose(misfit -> misfit.isPresent()
                        ? CompletableFuture.completedStage(misfit)
                        : unlessAway(source.once(sourceCheck::look), Optional.empty()));
    }

    @Override
    public CompletionStage<Seen> look() {
        return results.once(LOOK_TIMEOUT, this::pipeline)
                .thenCompose(found -> source.once(LOOK_TIMEOUT, connection -> seen(connection, found))
                        .exceptionallyCompose(failure -> CompletableFuture.failedStage(away(failure))));
    }

    private Future<Seen> seen(PgConnection connection, Optional<Pipeline> found) {
        return look.alone(connection)
                .compose(now -> slotInUse(connection)
                        .map(captured -> new Seen(now, captured, found.map(of -> of.on(now.system())))));
    }

    /** A refusal by PostgreSQL is passed on as it is; anything else means that the source is away. */
    private static Throwable away(Throwable failure) {
        Throwable cause = Failures.cause(failure);
        return cause instanceof PgException ? cause : new SourceAwayException(Failures.describe(cause));
    }

    @Override
    public CompletionStage<Boolean> remember(FillId fillId, SourceState before, SourceState next) {
        JsonObject until = before == null ? null : before.toJson();
        return results.once(
                LOOK_TIMEOUT,
                connection -> connection
                        .preparedQuery(REMEMBER)
                        .execute(Tuple.of(next.toJson(), fillId.lsn(), fillId.id(), until, view))
                        .map(updated -> updated.rowCount() > 0));
    }

    @Override
    public CompletionStage<Optional<Pipeline>> pipeline() {
        return results.once(this::pipeline)
                .thenCompose(found -> found.isEmpty()
                        ? CompletableFuture.completedStage(found)
                        : unlessAway(source.once(PgLedger::system), null)
                                .thenApply(system -> found.map(of -> of.on(system))));
    }

    private static Future<String> system(PgConnection connection) {
        return connection
                .query(SYSTEM)
                .execute()
                .map(rows -> rows.iterator().next().getString("system"));
    }

    /** The answer of the source, or another one while it cannot be reached. */
    private static <T> CompletionStage<T> unlessAway(CompletionStage<T> answer, T otherwise) {
        return answer.exceptionallyCompose(failure -> Failures.cause(failure) instanceof Unreachable
                ? CompletableFuture.completedStage(otherwise)
                : CompletableFuture.failedStage(failure));
    }

    /** The source's system is not known yet. */
    private Future<Optional<Pipeline>> pipeline(PgConnection connection) {
        return connection
                .preparedQuery(PIPELINE)
                .execute(Tuple.of(view))
                .map(rows -> rows.size() == 0
                        ? Optional.empty()
                        : Optional.of(pipeline(rows.iterator().next())));
    }

    @Override
    public boolean isSourceApart() {
        return !source.isSameAs(results);
    }

    @Override
    public CompletionStage<Boolean> isCaptured() {
        return source.once(this::slotInUse);
    }

    private Future<Boolean> slotInUse(PgConnection connection) {
        return connection
                .preparedQuery(SLOT_IN_USE)
                .execute(Tuple.of(slot))
                .map(rows -> rows.iterator().next().getLong("slots") > 0);
    }

    @Override
    public CompletionStage<List<SourceState>> sources(String topicId) {
        return results.once(connection -> connection
                .preparedQuery(SOURCES)
                .execute(Tuple.of(topicId))
                .map(rows -> {
                    List<SourceState> states = new ArrayList<>();
                    rows.forEach(row -> states.add(SourceState.of(row.get(JsonObject.class, "source"))));
                    return states;
                }));
    }

    @Override
    public CompletionStage<Transactions> transactions() {
        return source.once(connection -> connection
                .query(TRANSACTIONS)
                .execute()
                .map(rows -> rows.iterator().next())
                .map(row -> new Transactions(row.getLong("next"), row.getLong("oldest"), row.getString("system"))));
    }

    @Override
    public CompletionStage<Begun> beginFill(Fill fill) {
        return fillSteps.begin(fill).toCompletionStage();
    }

    @Override
    public CompletionStage<Void> stop(DataLoss lost) {
        return results.once(connection -> connection
                .preparedQuery(STOP)
                .execute(Tuple.of(
                        DataLossJson.write(lost),
                        lost.fillId().lsn(),
                        lost.fillId().id(),
                        view))
                .mapEmpty());
    }

    @Override
    public CompletionStage<List<Checkpoint>> takeOver(Set<Integer> partitions, UUID owner) {
        return results.once(connection -> takeOver(connection, partitions, owner, false)
                .compose(found -> found.size() == partitions.size()
                        ? Future.succeededFuture(found)
                        : takeOver(connection, partitions, owner, true)));
    }

    /** @param mayAdd whether to add rows that are missing; they begin where the others are, so nobody moves on meanwhile */
    private Future<List<Checkpoint>> takeOver(
            PgConnection connection, Set<Integer> partitions, UUID owner, boolean mayAdd) {
        return connection
                .query("BEGIN; " + (mayAdd ? locks.holdStill() : locks.moveOn()))
                .execute()
                .compose(begun -> connection
                        .preparedQuery(GIVE_UP_FILLING.formatted(locks.nobodyFills()))
                        .execute(Tuple.of(view)))
                .compose(free -> mayAdd
                        ? connection
                                .preparedQuery(ADD_PARTITIONS)
                                .execute(Tuple.of(view, 1 + Collections.max(partitions)))
                        : Future.succeededFuture())
                .compose(added -> connection
                        .preparedQuery(TAKE_OVER)
                        .execute(Tuple.of(partitions.toArray(Integer[]::new), owner, mayAdd, view)))
                .map(rows -> {
                    List<Checkpoint> checkpoints = new ArrayList<>();
                    rows.forEach(row -> checkpoints.add(checkpoint(row)));
                    return checkpoints;
                })
                .compose(taken -> connection.query("COMMIT").execute().map(taken));
    }

    @Override
    public CompletionStage<Map<Integer, Mark>> marks(Set<Integer> partitions) {
        return results.once(connection -> connection
                .preparedQuery(MARKS)
                .execute(Tuple.of(partitions.toArray(Integer[]::new), view))
                .map(PgLedger::marks));
    }

    @Override
    public CompletionStage<Boolean> publish(List<Batch> batches) {
        return publishConnection()
                // Nothing of it may throw past the one who discards: its begin would be left for the next batch to
                // commit.
                .compose(connection -> Future.succeededFuture(batches)
                        .compose(all -> publishTransaction.run(connection, all))
                        .timeout(PublishTransaction.longest(batches).toMillis(), TimeUnit.MILLISECONDS)
                        .onFailure(failure -> discard(connection)))
                .recover(failure -> Future.failedFuture(isRefusal(failure) ? refused(failure) : failure))
                .toCompletionStage();
    }

    /** Whether the server will say the same to the same rows. */
    private static boolean isRefusal(Throwable failure) {
        return failure instanceof PgException refused
                && REFUSALS.stream().anyMatch(Objects.requireNonNullElse(refused.getSqlState(), "")::startsWith);
    }

    private RefusedException refused(Throwable failure) {
        return new RefusedException("PostgreSQL refuses the rows of " + view + ": " + failure.getMessage());
    }

    private synchronized Future<PgConnection> publishConnection() {
        if (publishConnection != null) {
            return Future.succeededFuture(publishConnection);
        }
        return results.connect().onSuccess(this::keep);
    }

    private synchronized void keep(PgConnection connection) {
        publishConnection = connection;
        connection.closeHandler(closed -> forget(connection));
    }

    private void discard(PgConnection connection) {
        forget(connection);
        connection.close();
    }

    private synchronized void forget(PgConnection connection) {
        if (publishConnection == connection) {
            publishConnection = null;
        }
    }

    private static Pipeline pipeline(Row row) {
        Map<String, String> settings = new HashMap<>();
        row.get(JsonObject.class, "settings").forEach(entry -> settings.put(entry.getKey(), (String) entry.getValue()));
        FillId fillId = fillId(row);
        Map<String, Long> filledAtMs = new HashMap<>();
        row.get(JsonObject.class, "fills")
                .forEach(entry -> filledAtMs.put(entry.getKey(), ((Number) entry.getValue()).longValue()));
        DataLoss lost = DataLossJson.read(row.get(JsonObject.class, "lost"), fillId);
        return new Pipeline(
                settings,
                row.getString("topic_id"),
                fillId,
                Optional.ofNullable(lost),
                new FillTimes(filledAtMs, row.getLong("now_ms")),
                Optional.ofNullable(SourceState.of(row.get(JsonObject.class, "source"))),
                null);
    }

    static FillId fillId(Row row) {
        return new FillId(row.getUUID("fill"), row.getLong("bootstrap_lsn"));
    }

    private static Map<Integer, Mark> marks(RowSet<Row> rows) {
        Map<Integer, Mark> marks = new HashMap<>();
        for (Row row : rows) {
            marks.put(row.getInteger("partition"), new Mark(row.getUUID("owner"), row.getLong("sequence")));
        }
        return marks;
    }

    private static Checkpoint checkpoint(Row row) {
        FillId fillId = fillId(row);
        Integer transactionId = row.getInteger("filter_transaction_id");
        String snapshot = row.getString("snapshot");
        Long[] early = row.getArrayOfLongs("published_early");
        long[] publishedEarly = new long[early.length];
        for (int i = 0; i < early.length; i++) {
            publishedEarly[i] = early[i];
        }
        return new Checkpoint(
                row.getInteger("partition"),
                row.getUUID("owner"),
                row.getLong("sequence"),
                row.getLong("position"),
                row.getLong("resume_offset"),
                toMs(row.getOffsetDateTime("published_up_to"), Shard.NO_TIME),
                publishedEarly,
                toMs(row.getOffsetDateTime("newest_event_time"), Shard.NO_TIME),
                new FilterState(
                        row.getLong("filter_last_commit_lsn"),
                        row.getLong("filter_lsn"),
                        transactionId == null ? 0 : transactionId,
                        transactionId != null,
                        toMs(row.getOffsetDateTime("filter_commit_time"), RowChange.NO_TIME),
                        row.getBuffer("filter_run").getBytes()),
                snapshot == null ? null : Visibility.parse(snapshot),
                fillId,
                DataLossJson.read(row.get(JsonObject.class, "owed"), fillId),
                row.getLong("judged_lsn"));
    }

    private static long toMs(OffsetDateTime time, long none) {
        return time == null ? none : time.toInstant().toEpochMilli();
    }
}
