package io.tally.publish;

import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletionStage;

/** The books in PostgreSQL, where the results are in the database of the orders. */
final class PgAuditBooks implements AuditBooks {

    /**
     * The windows to compare end where every partition has published. One statement, so both sides are of one moment; the
     * place in the log is read later than that. The first row is about the comparison, the others are differences. Whoever
     * writes an order leaves the number of his transaction in xmin, so their sum tells whether that happened.
     */
    private static final String COMPARE = """
            WITH checked AS MATERIALIZED (
                SELECT until,
                       coalesce(greatest(until - make_interval(secs => $2::bigint),
                                         date_bin(size, now() - make_interval(secs => $3::bigint), to_timestamp(0)) + size),
                                '-infinity') AS since,
                       size
                FROM (SELECT min(coalesce(published_up_to, '-infinity')) AS until FROM tally_checkpoint) AS published,
                     (SELECT make_interval(secs => $1::bigint) AS size) AS sizes
            ), truth AS (
                SELECT date_bin(size, %2$s, to_timestamp(0)) AS window_start, %3$s AS customer_id,
                       sum(%4$s) AS gross_sales, count(*) AS order_count,
                       sum(xmin::text::bigint)::bigint AS version
                FROM %1$s, checked
                WHERE %2$s >= since AND %2$s < until AND isfinite(until) AND %5$s
                GROUP BY 1, 2
            ), found AS (
                SELECT window_start, customer_id, gross_sales, order_count
                FROM order_agg, checked
                WHERE window_start >= since AND window_start < until AND isfinite(until)
            ), differences AS (
                SELECT window_start, customer_id,
                       coalesce(found.gross_sales, 0) - coalesce(truth.gross_sales, 0) AS sales,
                       coalesce(found.order_count, 0) - coalesce(truth.order_count, 0) AS orders,
                       coalesce(version, 0) AS version
                FROM truth FULL JOIN found USING (window_start, customer_id)
                WHERE (truth.gross_sales, truth.order_count) IS DISTINCT FROM (found.gross_sales, found.order_count)
                ORDER BY 1, 2
                LIMIT %6$d
            )
            SELECT CASE WHEN isfinite(until) THEN until END AS until,
                   (pg_current_wal_insert_lsn() - '0/0')::bigint AS lsn, pipeline.bootstrap_lsn,
                   EXISTS (SELECT FROM tally_checkpoint WHERE owed IS NOT NULL) AS fill_owed,
                   differences.*
            FROM checked
                 CROSS JOIN tally_pipeline AS pipeline
                 LEFT JOIN differences ON true
            """;

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
    private final String compare;
    private final PublishSettings settings;

    PgAuditBooks(Database database, PublishSettings settings) {
        this.database = database;
        this.slot = settings.slot();
        OrdersTable orders = settings.orders();
        this.compare = COMPARE.formatted(
                orders.name(),
                orders.eventTime(),
                orders.customerId(),
                orders.amount(),
                orders.counts(settings.priceScale()),
                MOST_DIFFERENCES);
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
                        .execute(Tuple.of(settings.windowSeconds(), rangeSeconds, historySeconds))
                        .map(PgAuditBooks::comparison));
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

    private static Comparison comparison(RowSet<Row> rows) {
        Map<Key, Excess> differences = new HashMap<>();
        Row last = null;
        for (Row row : rows) {
            last = row;
            if (row.getOffsetDateTime("window_start") != null) {
                Key key = new Key(row.getOffsetDateTime("window_start").toInstant(), row.getInteger("customer_id"));
                differences.put(
                        key,
                        new Excess(
                                row.getBigDecimal("sales").stripTrailingZeros(),
                                row.getLong("orders"),
                                row.getLong("version")));
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
}
