package io.tally.publish;

import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.OptionalInt;
import org.jboss.logging.Logger;

/**
 * Looks whether the source table is set up so that its changes can be taken back, and says so early: without that, every
 * update and delete ends as a dead letter. Also looks up how its columns are declared.
 */
final class SourceCheck {

    private static final Logger LOG = Logger.getLogger(SourceCheck.class);

    /** The scale is in the lowest eleven bits of the type's modifier, as a number with a sign. */
    private static final String LOOK = """
            SELECT relreplident = 'f' AS is_full, price.decimals AS price_decimals, quantity.decimals AS quantity_decimals
            FROM pg_class
            LEFT JOIN LATERAL (%1$s $2) AS price ON TRUE
            LEFT JOIN LATERAL (%1$s $3) AS quantity ON TRUE
            WHERE pg_class.oid = to_regclass($1)
            """.formatted("""
                    SELECT (((atttypmod - 4) & 2047) # 1024) - 1024 AS decimals FROM pg_attribute
                    WHERE attrelid = pg_class.oid AND atttypid = 'numeric'::regtype AND atttypmod >= 4
                        AND '"' || replace(attname, '"', '""') || '"' =""");

    private final OrdersTable orders;
    private final boolean needsOldRows;

    private final SourceColumns columns;

    private volatile boolean warned;

    /**
     * @param orders the source table
     * @param needsOldRows whether changes are only of use with the row they replace
     * @param columns takes what is found out about the columns
     */
    SourceCheck(OrdersTable orders, boolean needsOldRows, SourceColumns columns) {
        this.orders = orders;
        this.columns = columns;
        this.needsOldRows = needsOldRows;
    }

    /** Warns, once, if there is reason to. A table that is not there is somebody else's to notice. */
    Future<Void> look(PgConnection connection) {
        return connection
                .preparedQuery(LOOK)
                .execute(Tuple.of(orders.name(), orders.price(), orders.quantity()))
                .map(this::judge);
    }

    private Void judge(RowSet<Row> rows) {
        if (rows.size() == 1) {
            Row found = rows.iterator().next();
            columns.set(decimals(found, "price_decimals"), decimals(found, "quantity_decimals"));
            if (needsOldRows && !warned && !found.getBoolean("is_full")) {
                warned = true;
                warn();
            }
        }
        return null;
    }

    private static OptionalInt decimals(Row found, String column) {
        Integer decimals = found.getInteger(column);
        return decimals == null ? OptionalInt.empty() : OptionalInt.of(decimals);
    }

    private void warn() {
        LOG.warnf(
                "updates and deletes of %1$s come without the row they replace and cannot be counted: they will be dead"
                        + " letters, reason=no-before-image. To mend that: ALTER TABLE %1$s REPLICA IDENTITY FULL",
                orders.name());
    }
}
