package io.tally.publish;

import io.tally.view.View;
import io.tally.view.Window;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Cursor;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowIterator;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The two sides in PostgreSQL, which may be two servers. Each is read through a cursor, in a snapshot of its own, and both in the
 * same order, so that {@link GroupMerge} can compare them.
 *
 * <p>The snapshot of the results is taken first: whatever they hold had been written to the source by then, so the source's
 * snapshot shows it, or a later version of its rows. The other way round a group that was written in between would differ without
 * a sign, if it is not there on one side and so has no version.
 */
final class PgAuditSides implements AuditSides {

    /** Rows of each side that are in memory. */
    private static final int BATCH_ROWS = 5_000;

    /** There is time; the processors belong to those who wait. */
    private static final String BEGIN = FillSteps.BEGIN_READING + "; SET LOCAL max_parallel_workers_per_gather = 0";

    /** The windows to compare end where every partition has published. */
    private static final String FACTS = """
            SELECT fill, bootstrap_lsn, (extract(epoch FROM now()) * 1000)::bigint AS now_ms,
                   (SELECT CASE WHEN isfinite(min(coalesce(published_up_to, '-infinity')))
                                THEN (extract(epoch FROM min(published_up_to)) * 1000)::bigint END
                    FROM %1$s AS checkpoint) AS until_ms,
                   EXISTS (SELECT FROM %1$s AS checkpoint WHERE owed IS NOT NULL) AS fill_owed
            FROM tally_view WHERE name = $1 AND bootstrap_lsn IS NOT NULL
            """;

    /** Read after the snapshot was taken: no commit beyond this place is in it. */
    private static final String PLACE = """
            SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint AS lsn
            """;

    private static final String CAPTURED = """
            SELECT EXISTS (SELECT FROM pg_replication_slots
                           WHERE slot_name = $1 AND confirmed_flush_lsn - '0/0' >= $2::bigint) AS captured
            """;

    private static final String PUBLISHED = """
            SELECT NOT EXISTS (
                SELECT FROM unnest($1::int[], $2::bigint[]) AS wanted (partition, position)
                LEFT JOIN %s AS checkpoint USING (partition)
                WHERE checkpoint.position IS NULL OR checkpoint.position < wanted.position) AS published
            """;

    private final SourceDatabase source;
    private final ResultsDatabase results;
    private final View view;
    private final Window window;
    private final PublishSettings settings;
    private final long lowestMs;
    private final String facts;
    private final String published;
    private final String foundSql;
    private final String expectedSql;

    PgAuditSides(SourceDatabase source, ResultsDatabase results, ResultTable table, PublishSettings settings) {
        this.source = source;
        this.results = results;
        this.view = table.view();
        this.window = view.window().orElseThrow();
        this.settings = settings;
        this.lowestMs = Math.floorDiv(window.lowest(), Window.MICROS_PER_MILLI);
        this.facts = FACTS.formatted(table.checkpoints());
        this.published = PUBLISHED.formatted(table.checkpoints());
        this.foundSql = table.groups();
        this.expectedSql = table.groupsOfSource();
    }

    /** The windows that start in it, in ms; the end is exclusive. */
    private record Range(long fromMs, long toMs) {

        OffsetDateTime from() {
            return time(fromMs);
        }

        OffsetDateTime to() {
            return time(toMs);
        }

        private static OffsetDateTime time(long ms) {
            return Instant.ofEpochMilli(ms).atOffset(ZoneOffset.UTC);
        }
    }

    @Override
    public CompletionStage<Comparison> compare(boolean everything) {
        return compare(group -> true, now -> {
            long untilMs = now.getLong("until_ms");
            long oldestMs =
                    everything ? lowestMs : untilMs - settings.audit().range().toMillis();
            long fromMs = window.startMs(Math.max(oldestMs, lowestMs));
            return new Range(Math.max(fromMs, historyEndMs(now.getLong("now_ms"))), untilMs);
        });
    }

    /** The start of the first window of which nothing is history. */
    private long historyEndMs(long nowMs) {
        return settings.historyOlderThan()
                .map(age -> nowMs - age.toMillis())
                .filter(endMs -> endMs >= lowestMs)
                .map(endMs -> window.endMs(window.startMs(endMs)))
                .orElse(lowestMs);
    }

    @Override
    public CompletionStage<Comparison> compareAgain(List<Difference> differences) {
        NavigableSet<AuditedGroup> suspects = new TreeSet<>(AuditedGroup.ORDER);
        differences.forEach(difference -> suspects.add(difference.group()));
        Range range = new Range(
                suspects.first().windowStart().toEpochMilli(),
                window.endMs(suspects.last().windowStart().toEpochMilli()));
        return compare(suspects::contains, now -> range);
    }

    /** @param rangeOf what to compare, by the facts about the results */
    private CompletionStage<Comparison> compare(Predicate<AuditedGroup> wanted, Function<Row, Range> rangeOf) {
        return results.onceUnbounded(found -> begin(found)
                .compose(begun -> found.preparedQuery(facts).execute(Tuple.of(view.name())))
                .compose(rows -> {
                    RowIterator<Row> fact = rows.iterator();
                    Row now = fact.hasNext() ? fact.next() : null;
                    return now == null || now.getLong("until_ms") == null
                            ? Future.succeededFuture(Comparison.NOTHING_FINAL)
                            : compare(found, now, rangeOf.apply(now), wanted);
                }));
    }

    private Future<Comparison> compare(PgConnection found, Row now, Range range, Predicate<AuditedGroup> wanted) {
        GroupMerge merge = new GroupMerge(wanted, MOST_DIFFERENCES);
        return open(found, foundSql, range)
                .compose(has -> source.unbounded(expected -> begin(expected)
                        .compose(begun -> expected.query(PLACE).execute())
                        .compose(place -> open(expected, expectedSql, range)
                                .compose(should -> merge(has, should, merge))
                                .map(done -> new Comparison(
                                        merge.isCut() ? startOfLast(merge) : range.toMs(),
                                        place.iterator().next().getLong("lsn"),
                                        PgLedger.fillId(now),
                                        now.getBoolean("fill_owed"),
                                        List.copyOf(merge.differences()),
                                        merge.isCut())))));
    }

    private static Future<?> begin(PgConnection connection) {
        return connection.query(BEGIN).execute();
    }

    private static Future<Cursor> open(PgConnection connection, String sql, Range range) {
        return connection.prepare(sql).map(query -> query.cursor(Tuple.of(range.from(), range.to())));
    }

    private static long startOfLast(GroupMerge merge) {
        return merge.differences().getLast().group().windowStart().toEpochMilli();
    }

    private Future<Void> merge(Cursor found, Cursor expected, GroupMerge merge) {
        Promise<Void> merged = Promise.promise();
        mergeOn(found, expected, merge, merged);
        return merged.future();
    }

    /** No future waits for all that follow it: there may be very many. */
    private void mergeOn(Cursor found, Cursor expected, GroupMerge merge, Promise<Void> merged) {
        Future.join(feed(merge.found(), found), feed(merge.expected(), expected))
                .map(fed -> merge.advance())
                .onComplete(
                        goesOn -> {
                            if (goesOn) {
                                mergeOn(found, expected, merge, merged);
                            } else {
                                merged.complete();
                            }
                        },
                        merged::fail);
    }

    private Future<?> feed(GroupMerge.Side side, Cursor cursor) {
        return side.needsBatch()
                ? cursor.read(BATCH_ROWS).map(rows -> {
                    List<AuditedGroup> batch = new ArrayList<>(rows.size());
                    rows.forEach(row -> batch.add(AuditedGroup.of(row, view)));
                    side.feed(batch, !cursor.hasMore());
                    return rows;
                })
                : Future.succeededFuture();
    }

    @Override
    public CompletionStage<Boolean> isCaptured(long lsn) {
        return source.once(connection -> connection
                .preparedQuery(CAPTURED)
                .execute(Tuple.of(settings.slot(), lsn))
                .map(rows -> rows.iterator().next().getBoolean("captured")));
    }

    @Override
    public CompletionStage<Boolean> arePublished(Map<Integer, Long> offsets) {
        Integer[] partitions = offsets.keySet().toArray(Integer[]::new);
        Long[] positions = new Long[partitions.length];
        for (int i = 0; i < partitions.length; i++) {
            positions[i] = offsets.get(partitions[i]);
        }
        return results.once(connection -> connection
                .preparedQuery(published)
                .execute(Tuple.tuple().addArrayOfInteger(partitions).addArrayOfLong(positions))
                .map(rows -> rows.iterator().next().getBoolean("published")));
    }
}
