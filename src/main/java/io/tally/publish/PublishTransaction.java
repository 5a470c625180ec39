package io.tally.publish;

import io.tally.window.Checkpoint;
import io.tally.window.CustomerTotals;
import io.tally.window.FilterState;
import io.tally.window.OrderChange;
import io.tally.window.Publication;
import io.tally.window.Shard;
import io.tally.window.WindowDeltas;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.data.Numeric;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;

/**
 * The one transaction that adds sales and moves progress. Its statements go out in one flight: begin, fence and add,
 * delete what became empty, commit. If one of them fails, the server turns the commit into a rollback.
 */
final class PublishTransaction {

    /**
     * Fences and adds at once: a partition whose owner or sequence is not ours any more moves no checkpoint and so adds
     * nothing. Rows are added in the order of their key, so that engines cannot deadlock. The keys of rows that have become
     * empty are left in two settings of this transaction, for the next statement.
     */
    private static final String FENCE_AND_ADD = """
            WITH fenced AS (
                UPDATE tally_checkpoint AS checkpoint
                SET sequence = next.sequence,
                    position = next.position,
                    resume_offset = next.resume_offset,
                    published_up_to = next.published_up_to,
                    published_early = next.published_early,
                    newest_event_time = next.newest_event_time,
                    filter_last_commit_lsn = next.filter_last_commit_lsn,
                    filter_lsn = next.filter_lsn,
                    filter_transaction_id = next.filter_transaction_id,
                    filter_commit_time = next.filter_commit_time,
                    snapshot = next.snapshot,
                    updated_at = now()
                FROM jsonb_to_recordset($1::jsonb)
                    AS next (partition int, owner uuid, sequence bigint, position bigint, resume_offset bigint,
                             published_up_to timestamptz, published_early bigint[], newest_event_time timestamptz,
                             filter_last_commit_lsn bigint, filter_lsn bigint, filter_transaction_id int,
                             filter_commit_time timestamptz, snapshot text)
                WHERE checkpoint.partition = next.partition
                  AND checkpoint.owner = next.owner
                  AND checkpoint.sequence = next.sequence - 1
                RETURNING checkpoint.partition
            ), added AS (
                INSERT INTO order_agg AS total (window_start, window_end, customer_id, gross_sales, order_count)
                SELECT to_timestamp(delta.window_start), to_timestamp(delta.window_start + $2::bigint),
                       delta.customer_id, sum(delta.gross_sales), sum(delta.order_count)
                FROM unnest($3::int[], $4::bigint[], $5::int[], $6::numeric[], $7::bigint[])
                    AS delta (partition, window_start, customer_id, gross_sales, order_count)
                JOIN fenced USING (partition)
                GROUP BY delta.window_start, delta.customer_id
                ORDER BY delta.window_start, delta.customer_id
                ON CONFLICT (window_start, customer_id) DO UPDATE
                SET gross_sales = total.gross_sales + EXCLUDED.gross_sales,
                    order_count = total.order_count + EXCLUDED.order_count
                RETURNING total.window_start, total.customer_id,
                          total.order_count = 0 AND total.gross_sales = 0 AS is_empty
            )
            SELECT (SELECT array_agg(partition) FROM fenced) AS moved,
                   set_config('tally.empty_windows',
                              coalesce((array_agg(window_start) FILTER (WHERE is_empty))::text, '{}'), true),
                   set_config('tally.empty_customers',
                              coalesce((array_agg(customer_id) FILTER (WHERE is_empty))::text, '{}'), true)
            FROM added
            """;

    private static final String DELETE_EMPTY = """
            DELETE FROM order_agg AS total
            USING unnest(current_setting('tally.empty_windows')::timestamptz[],
                         current_setting('tally.empty_customers')::int[]) AS emptied (window_start, customer_id)
            WHERE total.window_start = emptied.window_start
              AND total.customer_id = emptied.customer_id
              AND total.order_count = 0
              AND total.gross_sales = 0
            """;

    private final long windowSeconds;
    private final int priceScale;

    /**
     * @param windowSeconds size of a window
     * @param priceScale decimals of an amount unit: 2 for cents
     */
    PublishTransaction(long windowSeconds, int priceScale) {
        this.windowSeconds = windowSeconds;
        this.priceScale = priceScale;
    }

    /** Returns the partitions whose publications went in. */
    Future<Set<Integer>> run(PgConnection connection, List<Publication> publications) {
        Tuple parameters = parameters(publications);
        Future<?> begun = connection.query("BEGIN").execute();
        Future<RowSet<Row>> added = connection.preparedQuery(FENCE_AND_ADD).execute(parameters);
        Future<?> deleted = connection.preparedQuery(DELETE_EMPTY).execute();
        Future<?> committed = connection.query("COMMIT").execute();
        return Future.join(List.of(begun, added, deleted, committed)).map(all -> moved(added.result()));
    }

    private static Set<Integer> moved(RowSet<Row> rows) {
        Integer[] partitions = rows.iterator().next().getArrayOfIntegers("moved");
        return partitions == null ? Set.of() : new HashSet<>(Arrays.asList(partitions));
    }

    private Tuple parameters(List<Publication> publications) {
        JsonArray next = new JsonArray();
        Deltas deltas = new Deltas(
                (int) publications.stream().mapToLong(Publication::entries).sum(), priceScale);
        for (Publication publication : publications) {
            next.add(json(publication.next()));
            deltas.add(publication);
        }
        Tuple parameters = Tuple.of(next, windowSeconds);
        deltas.appendTo(parameters);
        return parameters;
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
                .put("filter_commit_time", time(filter.newestCommitTimeMs(), OrderChange.NO_TIME))
                .put(
                        "snapshot",
                        next.visibility() == null ? null : next.visibility().toString());
    }

    private static String time(long ms, long none) {
        return ms == none ? null : Instant.ofEpochMilli(ms).toString();
    }

    /** The columns of the deltas. */
    private static final class Deltas implements CustomerTotals.Visitor {
        private final int priceScale;
        private Integer[] partitions;
        private Long[] windowStarts;
        private Integer[] customers;
        private Numeric[] amounts;
        private Long[] counts;
        private int count;
        private Integer partition;
        private Long windowStart;

        Deltas(int size, int priceScale) {
            this.priceScale = priceScale;
            resize(size);
        }

        void add(Publication publication) {
            partition = publication.partition();
            for (WindowDeltas window : publication.deltas()) {
                windowStart = window.startMs() / 1000;
                window.totals().forEach(this);
            }
        }

        @Override
        public void delta(int customerId, long orderCount, long amountUnits) {
            append(customerId, orderCount, BigDecimal.valueOf(amountUnits, priceScale));
        }

        @Override
        public void wideDelta(int customerId, long orderCount, BigInteger amountUnits) {
            append(customerId, orderCount, new BigDecimal(amountUnits, priceScale));
        }

        private void append(int customerId, long orderCount, BigDecimal amount) {
            if (count == customers.length) {
                resize(Math.max(16, 2 * count));
            }
            partitions[count] = partition;
            windowStarts[count] = windowStart;
            customers[count] = customerId;
            amounts[count] = Numeric.create(amount);
            counts[count] = orderCount;
            count++;
        }

        void appendTo(Tuple tuple) {
            resize(count);
            tuple.addArrayOfInteger(partitions)
                    .addArrayOfLong(windowStarts)
                    .addArrayOfInteger(customers)
                    .addValue(amounts)
                    .addArrayOfLong(counts);
        }

        private void resize(int size) {
            partitions = partitions == null ? new Integer[size] : Arrays.copyOf(partitions, size);
            windowStarts = windowStarts == null ? new Long[size] : Arrays.copyOf(windowStarts, size);
            customers = customers == null ? new Integer[size] : Arrays.copyOf(customers, size);
            amounts = amounts == null ? new Numeric[size] : Arrays.copyOf(amounts, size);
            counts = counts == null ? new Long[size] : Arrays.copyOf(counts, size);
        }
    }
}
