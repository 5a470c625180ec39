package io.tally.datagen;

import io.tally.datagen.OrderEvent.Kind;
import io.vertx.core.Future;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import io.vertx.sqlclient.data.Numeric;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Writes what happens to the orders table, and what it does to payments where there are any, many events in one transaction. A
 * batch may be written again when it is not known whether it went in: the second time it changes nothing.
 */
final class OrderWriter {

    private static final String INSERT = """
            INSERT INTO orders (order_id, customer_id, quantity, price, event_ts)
            SELECT * FROM unnest($1::text[], $2::int[], $3::int[], $4::numeric[], $5::timestamptz[])
            ON CONFLICT DO NOTHING
            """;

    private static final String UPDATE = """
            UPDATE orders
            SET customer_id = changed.customer_id, quantity = changed.quantity, price = changed.price,
                event_ts = coalesce(changed.event_ts, orders.event_ts)
            FROM unnest($1::text[], $2::int[], $3::int[], $4::numeric[], $5::timestamptz[])
                AS changed (order_id, customer_id, quantity, price, event_ts)
            WHERE orders.order_id = changed.order_id
            """;

    private static final String DELETE = """
            DELETE FROM orders WHERE order_id = ANY ($1::text[])
            """;

    private final Pool pool;
    private final String idPrefix;

    /** @param idPrefix what order ids start with, so that no two runs use the same */
    OrderWriter(Pool pool, String idPrefix) {
        this.pool = pool;
        this.idPrefix = idPrefix;
    }

    /**
     * Writes events in one transaction, in runs that keep their order: a run ends where its kind does, or where an order is
     * met a second time, because one statement must not change a row twice.
     */
    Future<Void> write(List<OrderEvent> events, Instant now) {
        return pool.withTransaction(connection -> connection
                .preparedQuery(Payments.ARE_THERE)
                .execute()
                .compose(found -> writeRuns(
                        connection, events, now, found.iterator().next().getBoolean(0))));
    }

    private Future<Void> writeRuns(SqlConnection connection, List<OrderEvent> events, Instant now, boolean arePaid) {
        Future<?> written = Future.succeededFuture();
        int from = 0;
        while (from < events.size()) {
            int to = endOfRun(events, from);
            List<OrderEvent> run = events.subList(from, to);
            Kind kind = statementOf(run.getFirst().kind());
            Tuple values = values(kind, run, now);
            written = written.compose(
                    done -> connection.preparedQuery(statement(kind)).execute(values));
            if (arePaid) {
                written = written.compose(
                        done -> connection.preparedQuery(Payments.after(kind)).execute(values));
            }
            from = to;
        }
        return written.mapEmpty();
    }

    private static int endOfRun(List<OrderEvent> events, int from) {
        Kind kind = statementOf(events.get(from).kind());
        Set<Long> met = new HashSet<>();
        int to = from;
        while (to < events.size()
                && statementOf(events.get(to).kind()) == kind
                && met.add(events.get(to).order())) {
            to++;
        }
        return to;
    }

    private static Kind statementOf(Kind kind) {
        return kind == Kind.MOVED ? Kind.CHANGED : kind;
    }

    private static String statement(Kind kind) {
        return switch (kind) {
            case NEW -> INSERT;
            case CHANGED, MOVED -> UPDATE;
            case CANCELLED -> DELETE;
        };
    }

    private Tuple values(Kind kind, List<OrderEvent> run, Instant now) {
        String[] ids = run.stream().map(event -> idPrefix + event.order()).toArray(String[]::new);
        if (kind == Kind.CANCELLED) {
            return Tuple.of(ids);
        }
        return Tuple.tuple()
                .addArrayOfString(ids)
                .addArrayOfInteger(run.stream().map(OrderEvent::customerId).toArray(Integer[]::new))
                .addArrayOfInteger(run.stream().map(OrderEvent::quantity).toArray(Integer[]::new))
                .addValue(run.stream()
                        .map(event -> Numeric.create(BigDecimal.valueOf(event.priceCents(), 2)))
                        .toArray(Numeric[]::new))
                .addArrayOfOffsetDateTime(
                        run.stream().map(event -> time(event, now)).toArray(OffsetDateTime[]::new));
    }

    /** Null leaves the time as it is. */
    private static OffsetDateTime time(OrderEvent event, Instant now) {
        return event.kind() == Kind.CHANGED
                ? null
                : now.minusMillis(event.lateMs()).atOffset(ZoneOffset.UTC);
    }
}
