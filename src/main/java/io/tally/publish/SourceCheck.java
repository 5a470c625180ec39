package io.tally.publish;

import io.tally.publish.SourceColumns.Column;
import io.tally.publish.SourceColumns.Columns;
import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Looks whether the source table is set up so that its orders can be counted and its changes taken back, and says so early:
 * without that, records end as dead letters. Also looks up what its columns can hold.
 */
final class SourceCheck {

    private static final Logger LOG = Logger.getLogger(SourceCheck.class);

    /** A row for each column that is asked for, in that order. A domain is taken for the type that it is made of. */
    private static final String LOOK = """
            WITH RECURSIVE declared AS (
                SELECT wanted.number,
                       EXISTS (SELECT FROM pg_index
                               WHERE indrelid = attrelid AND indisunique AND indnkeyatts = 1 AND indkey[0] = attnum
                                     AND indpred IS NULL) AS is_unique,
                       pg_attribute.attnotnull AS not_null, pg_attribute.atthasdef AS has_default,
                       pg_attribute.atttypid AS type, pg_attribute.atttypmod AS modifier
                FROM unnest($2::text[]) WITH ORDINALITY AS wanted (name, number)
                JOIN pg_attribute ON attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped
                    AND '"' || replace(attname, '"', '""') || '"' = wanted.name
                UNION ALL
                SELECT number, is_unique, not_null OR typnotnull, has_default OR typdefault IS NOT NULL, typbasetype,
                       CASE WHEN modifier = -1 THEN typtypmod ELSE modifier END
                FROM declared JOIN pg_type ON pg_type.oid = declared.type
                WHERE typtype = 'd'
            )
            SELECT relreplident = 'f' AS is_full, wanted.name, declared.is_unique, declared.not_null, declared.has_default,
                   format_type(declared.type, NULL) AS type, format_type(declared.type, declared.modifier) AS full_type,
                   CASE WHEN declared.type = 'numeric'::regtype AND modifier >= 4 THEN (modifier - 4) >> 16 END AS digits,
                   -- In the lowest eleven bits, as a number with a sign.
                   CASE WHEN declared.type = 'numeric'::regtype AND modifier >= 4
                        THEN (((modifier - 4) & 2047) # 1024) - 1024 END AS decimals
            FROM pg_class
            CROSS JOIN unnest($2::text[]) WITH ORDINALITY AS wanted (name, number)
            LEFT JOIN (declared JOIN pg_type ON pg_type.oid = declared.type AND typtype <> 'd') USING (number)
            WHERE pg_class.oid = to_regclass($1)
            ORDER BY number
            """;

    private static final int COLUMNS = 5;

    private static final Set<String> INTEGERS = Set.of("smallint", "integer", "bigint");
    private static final Set<String> TIMES = Set.of("timestamp with time zone", "timestamp without time zone");
    private static final String NUMERIC = "numeric";

    /** Digits that any number of 32 bits and of 64 bits has room for. */
    private static final int DIGITS_OF_INT = 9;

    private static final int DIGITS_OF_LONG = 18;

    private final OrdersTable orders;
    private final int priceScale;
    private final boolean needsOldRows;

    private final SourceColumns columns;

    private volatile String warned = "";

    /**
     * @param orders the source table
     * @param needsOldRows whether changes are only of use with the row they replace
     * @param columns takes what is found out about the columns
     */
    SourceCheck(OrdersTable orders, boolean needsOldRows, SourceColumns columns) {
        this.orders = orders;
        this.priceScale = orders.priceScale();
        this.needsOldRows = needsOldRows;
        this.columns = columns;
    }

    /**
     * Returns what keeps the orders from being counted; warns, once, of what keeps some of them. A table that is not there is
     * somebody else's to notice.
     */
    Future<Optional<Ledger.Misfit>> look(PgConnection connection) {
        String[] names = {orders.orderId(), orders.customerId(), orders.quantity(), orders.price(), orders.eventTime()};
        return connection
                .preparedQuery(LOOK)
                .execute(Tuple.of(orders.name()).addArrayOfString(names))
                .map(this::judge);
    }

    private Optional<Ledger.Misfit> judge(RowSet<Row> rows) {
        if (rows.size() != COLUMNS) {
            return Optional.empty();
        }
        List<Row> found = new ArrayList<>();
        rows.forEach(found::add);
        Row orderId = found.get(0);
        Row customerId = found.get(1);
        Row quantity = found.get(2);
        Row price = found.get(3);
        Row eventTime = found.get(4);
        List<String> faults = new ArrayList<>();
        if (type(orderId) == null) {
            faults.add(missing(orderId, "order-id"));
        }
        require(faults, customerId, "customer-id", INTEGERS::contains, "an integer, as sums are kept by it", "");
        require(faults, quantity, "quantity", SourceCheck::isNumber, "an integer", "INT");
        require(
                faults,
                price,
                "price",
                SourceCheck::isNumber,
                "a numeric, as only its sums are exact",
                "NUMERIC(12, " + priceScale + ")");
        require(faults, eventTime, "event-time", TIMES::contains, "a time", "TIMESTAMPTZ");
        if (!faults.isEmpty()) {
            return Optional.of(new Ledger.Misfit("orders cannot be counted: " + String.join("; ", faults), true));
        }
        columns.set(new Columns(
                column(customerId, wholeDigits(customerId) > DIGITS_OF_INT + 1, false),
                column(quantity, isLarge(quantity, DIGITS_OF_INT), decimals(quantity) > 0),
                column(price, wholeDigits(price) + priceScale > DIGITS_OF_LONG, decimals(price) > priceScale),
                column(eventTime, false, false)));
        warn(found);
        return Optional.empty();
    }

    private interface Fits {
        boolean type(String name);
    }

    private void require(List<String> faults, Row column, String setting, Fits fits, String wanted, String better) {
        String type = type(column);
        if (type == null) {
            faults.add(missing(column, setting));
        } else if (!fits.type(type)) {
            String alter = better.isEmpty()
                    ? ""
                    : "run ALTER TABLE " + orders.name() + " ALTER COLUMN " + name(column) + " TYPE " + better
                            + ", or ";
            faults.add(orders.name() + "." + name(column) + " is " + type + " and should be " + wanted + ": " + alter
                    + "name another column by tally.columns." + setting);
        }
    }

    private String missing(Row column, String setting) {
        return orders.name() + "." + name(column) + " is missing: name the right column by tally.columns." + setting;
    }

    private static Column column(Row found, boolean large, boolean fine) {
        return new Column(!found.getBoolean("not_null"), large, fine, found.getString("full_type"));
    }

    private static boolean isNumber(String type) {
        return INTEGERS.contains(type) || type.equals(NUMERIC);
    }

    /** Digits before the point that a number of the column can have. */
    private static int wholeDigits(Row column) {
        return switch (type(column)) {
            case "smallint" -> 5;
            case "integer" -> 10;
            case "bigint" -> 19;
            default -> {
                Integer digits = column.getInteger("digits");
                yield digits == null ? Integer.MAX_VALUE / 2 : digits - decimals(column);
            }
        };
    }

    private static boolean isLarge(Row column, int digits) {
        return type(column).equals(NUMERIC) ? wholeDigits(column) > digits : wholeDigits(column) > digits + 1;
    }

    /** Digits after the point. */
    private static int decimals(Row column) {
        if (!type(column).equals(NUMERIC)) {
            return 0;
        }
        Integer decimals = column.getInteger("decimals");
        return decimals == null ? Integer.MAX_VALUE / 2 : decimals;
    }

    private static String type(Row column) {
        return column.getString("type");
    }

    private static String name(Row column) {
        return column.getString("name");
    }

    private void warn(List<Row> found) {
        List<String> warnings = new ArrayList<>();
        if (needsOldRows && !found.getFirst().getBoolean("is_full")) {
            warnings.add("updates and deletes of " + orders.name() + " come without the row they replace and cannot be"
                    + " counted: they will be dead letters, reason=no-before-image. To mend that: ALTER TABLE "
                    + orders.name() + " REPLICA IDENTITY FULL");
        }
        Row orderId = found.getFirst();
        if (!orderId.getBoolean("is_unique")) {
            warnings.add(
                    orders.name() + "." + name(orderId) + " is not unique by itself: of two rows of one COPY with the"
                            + " same one, the second is taken for the first, sent twice. Name a column with a unique index by"
                            + " tally.columns.order-id");
        }
        Columns known = columns.found();
        warnOfLargeOrFine(warnings, found.get(1), known.customerId(), "integers of 32 bits");
        warnOfLargeOrFine(warnings, found.get(2), known.quantity(), "integers of 32 bits");
        warnOfLargeOrFine(
                warnings,
                found.get(3),
                known.price(),
                known.price().fine()
                        ? "numbers of " + priceScale + " decimals: raise tally.price-scale if it has more"
                        : "numbers of 64 bits at " + priceScale + " decimals");
        for (Row column : found.subList(1, COLUMNS)) {
            if (!column.getBoolean("not_null") && column.getBoolean("has_default")) {
                warnings.add(orders.name() + "." + name(column) + " can be null and has a default: the connector sends"
                        + " that in place of null unless value.converter.replace.null.with.default=false. To mend that:"
                        + " ALTER TABLE " + orders.name() + " ALTER COLUMN " + name(column) + " SET NOT NULL");
            }
        }
        String all = String.join("; ", warnings);
        if (!all.equals(warned)) {
            warned = all;
            warnings.forEach(LOG::warn);
        }
    }

    private void warnOfLargeOrFine(List<String> warnings, Row column, Column known, String counted) {
        if (known.large() || known.fine()) {
            warnings.add(orders.name() + "." + name(column) + " is " + column.getString("full_type")
                    + ", but counted are " + counted + "; rows with others are left out");
        }
    }
}
