package io.tally.publish;

import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import org.jboss.logging.Logger;

/**
 * Looks whether the source table is set up so that its changes can be taken back, and says so early: without that, every
 * update and delete ends as a dead letter.
 */
final class SourceCheck {

    private static final Logger LOG = Logger.getLogger(SourceCheck.class);

    private static final String REPLICA_IDENTITY = """
            SELECT relreplident = 'f' AS is_full FROM pg_class WHERE oid = to_regclass($1)
            """;

    private final OrdersTable orders;
    private final boolean needsOldRows;

    private volatile boolean warned;

    /**
     * @param orders the source table
     * @param needsOldRows whether changes are only of use with the row they replace
     */
    SourceCheck(OrdersTable orders, boolean needsOldRows) {
        this.orders = orders;
        this.needsOldRows = needsOldRows;
    }

    /** Warns, once, if there is reason to. A table that is not there is somebody else's to notice. */
    Future<Void> look(PgConnection connection) {
        if (!needsOldRows || warned) {
            return Future.succeededFuture();
        }
        return connection
                .preparedQuery(REPLICA_IDENTITY)
                .execute(Tuple.of(orders.name()))
                .map(this::judge);
    }

    private Void judge(RowSet<Row> rows) {
        if (rows.size() == 1 && !rows.iterator().next().getBoolean("is_full")) {
            warned = true;
            LOG.warnf(
                    "updates and deletes of %1$s come without the row they replace and cannot be counted: they will be dead"
                            + " letters, reason=no-before-image. To mend that: ALTER TABLE %1$s REPLICA IDENTITY FULL",
                    orders.name());
        }
        return null;
    }
}
