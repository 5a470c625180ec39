package io.tally.publish;

import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The books in PostgreSQL, where the results are in the database of the orders. */
final class PgAuditBooks implements AuditBooks {

    /**
     * The windows to compare end where every partition has published. One statement, so both sides are of one moment; the
     * place in the log is read later than that. The first row is about the comparison, the others are differences.
     */
    private static final String COMPARE = """
            WITH checked AS MATERIALIZED (
                SELECT until,
                       coalesce(greatest(%2$s, %3$s), '-infinity') AS since
                FROM (SELECT min(coalesce(published_up_to, '-infinity')) AS until FROM tally_checkpoint) AS published
            ), differences AS (%1$s)
            SELECT CASE WHEN isfinite(until) THEN until END AS until,
                   (pg_current_wal_insert_lsn() - '0/0')::bigint AS lsn, pipeline.bootstrap_lsn,
                   EXISTS (SELECT FROM tally_checkpoint WHERE owed IS NOT NULL) AS fill_owed,
                   differences.*
            FROM checked
                 CROSS JOIN tally_pipeline AS pipeline
                 LEFT JOIN differences ON true
            """;

    private static final String SINCE = "(SELECT since FROM checked)";

    /** Nothing is before it as long as no window is final. */
    private static final String UNTIL = "(SELECT until FROM checked)";

    /** There is time; the processors belong to those who wait. */
    private static final String ONE_WORKER = "SET max_parallel_workers_per_gather = 0";

    private static final String NO_LIMIT = "SET statement_timeout = 0";

    private static final String CAPTURED = """
            SELECT EXISTS (SELECT FROM pg_replication_slots
                           WHERE slot_name = $1 AND confirmed_flush_lsn - '0/0' >= $2::bigint) AS captured
            """;

    private static final String PUBLISHED = """
            SELECT NOT EXISTS (
                SELECT FROM unnest($1::int[], $2::bigint[]) AS wanted (partition, position)
                LEFT JOIN tally_checkpoint AS checkpoint USING (partition)
                WHERE checkpoint.position IS NULL OR checkpoint.position < wanted.position) AS published
            """;

    private final Database database;
    private final String slot;
    private final ResultTable table;
    private final String compare;
    private final PublishSettings settings;

    PgAuditBooks(Database database, ResultTable table, PublishSettings settings) {
        this.database = database;
        this.table = table;
        this.slot = settings.slot();
        this.compare = COMPARE.formatted(
                table.differences(SINCE, UNTIL, settings.orders().counts(), MOST_DIFFERENCES),
                table.startOf("until - make_interval(secs => $1::bigint)"),
                table.nextStart("now() - make_interval(secs => $2::bigint)"));
        this.settings = settings;
    }

    @Override
    public CompletionStage<Comparison> compare(boolean everything) {
        return everything
                ? database.onceUnbounded(
                        connection -> connection.query(NO_LIMIT).execute().compose(set -> compare(connection, null)))
                : database.once(connection ->
                        compare(connection, settings.audit().range().toSeconds()));
    }

    private Future<Comparison> compare(PgConnection connection, Long rangeSeconds) {
        Long historySeconds =
                settings.historyOlderThan().map(Duration::toSeconds).orElse(null);
        return connection
                .query(ONE_WORKER)
                .execute()
                .compose(set -> connection
                        .preparedQuery(compare)
                        .execute(Tuple.of(rangeSeconds, historySeconds))
                        .map(this::comparison));
    }

    @Override
    public CompletionStage<Boolean> isCaptured(long lsn) {
        return database.once(connection -> connection
                .preparedQuery(CAPTURED)
                .execute(Tuple.of(slot, lsn))
                .map(rows -> rows.iterator().next().getBoolean("captured")));
    }

    @Override
    public CompletionStage<Boolean> arePublished(Map<Integer, Long> offsets) {
        Integer[] partitions = offsets.keySet().toArray(Integer[]::new);
        Long[] positions = new Long[partitions.length];
        for (int i = 0; i < partitions.length; i++) {
            positions[i] = offsets.get(partitions[i]);
        }
        return database.once(connection -> connection
                .preparedQuery(PUBLISHED)
                .execute(Tuple.tuple().addArrayOfInteger(partitions).addArrayOfLong(positions))
                .map(rows -> rows.iterator().next().getBoolean("published")));
    }

    private Comparison comparison(RowSet<Row> rows) {
        Map<Key, Excess> differences = new LinkedHashMap<>();
        Row last = null;
        for (Row row : rows) {
            last = row;
            if (row.getOffsetDateTime("w") != null) {
                differences.put(key(row), excess(row));
            }
        }
        OffsetDateTime until = last == null ? null : last.getOffsetDateTime("until");
        return new Comparison(
                until == null ? null : until.toInstant().toEpochMilli(),
                last == null ? 0 : last.getLong("lsn"),
                last == null ? 0 : last.getLong("bootstrap_lsn"),
                last != null && last.getBoolean("fill_owed"),
                differences);
    }

    private Key key(Row row) {
        List<String> keys = new ArrayList<>();
        for (int key = 0; key < table.view().keys().size(); key++) {
            keys.add(table.nameOfKey(key) + "=" + row.getValue("k" + key));
        }
        return new Key(row.getOffsetDateTime("w").toInstant(), String.join(" ", keys));
    }

    private Excess excess(Row row) {
        Map<String, BigDecimal> totals = new LinkedHashMap<>();
        for (int total = 0; total < table.view().totals().size(); total++) {
            totals.put(table.nameOf(total), row.getBigDecimal("t" + total).stripTrailingZeros());
        }
        return new Excess(totals, row.getLong("version"));
    }
}
