package io.tally.publish;

import io.vertx.core.Future;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The tables that the engine owns: makes sure they are there and wide enough. */
final class Schema {

    private static final String RESOURCE = "/db/schema.sql";

    /**
     * Digits before the point that one legal order can need: a quantity of an INT times a price of a NUMERIC(12,2) has 20,
     * two more leave room for the sum of a hundred such orders.
     */
    private static final int LEAST_WHOLE_DIGITS = 22;

    /** Tables, and columns that tables made by an earlier build lack. */
    private static final String MISSING = """
            SELECT string_agg(concat_ws('.', wanted.name, wanted.added), ', ') AS missing
            FROM (VALUES ('order_agg', NULL), ('tally_pipeline', NULL), ('tally_checkpoint', NULL), ('order_agg_final', NULL),
                         ('tally_pipeline', 'fills'), ('tally_checkpoint', 'owed'), ('tally_checkpoint', 'filter_run'),
                         ('tally_pipeline', 'source'), ('tally_checkpoint', 'judged_lsn')) AS wanted (name, added)
            WHERE to_regclass(wanted.name) IS NULL
               OR wanted.added IS NOT NULL AND NOT EXISTS (
                      SELECT FROM pg_attribute
                      WHERE attrelid = to_regclass(wanted.name) AND attname = wanted.added AND NOT attisdropped)
            """;

    private static final String COLUMNS = """
            SELECT to_regclass('order_agg') IS NOT NULL AS is_there,
                   to_regclass('order_agg_final') IS NOT NULL AS has_view,
                   format_type(sales.atttypid, sales.atttypmod) AS sales_type,
                   sales.atttypid = 'numeric'::regtype
                       AND (sales.atttypmod = -1
                            OR ((sales.atttypmod - 4) >> 16) - ((sales.atttypmod - 4) & 65535) >= $1::int
                               AND ((sales.atttypmod - 4) & 65535) >= $2::int) AS sales_fit,
                   format_type(orders.atttypid, orders.atttypmod) AS count_type,
                   orders.atttypid IN ('bigint'::regtype, 'numeric'::regtype) AS count_fits
            FROM (VALUES (1)) AS one
            LEFT JOIN pg_attribute AS sales ON sales.attrelid = to_regclass('order_agg')
                AND sales.attname = 'gross_sales' AND NOT sales.attisdropped
            LEFT JOIN pg_attribute AS orders ON orders.attrelid = to_regclass('order_agg')
                AND orders.attname = 'order_count' AND NOT orders.attisdropped
            """;

    private final boolean create;
    private final int priceScale;

    /**
     * @param create whether to create what is missing
     * @param priceScale decimals that sales can have
     */
    Schema(boolean create, int priceScale) {
        this.create = create;
        this.priceScale = priceScale;
    }

    /** Creates what is missing, if it may; returns what keeps the tables from being used. */
    Future<Optional<Ledger.Misfit>> prepare(PgConnection connection) {
        // A table that somebody else made is looked at before a view stands on it and keeps it from being changed.
        return columns(connection)
                .compose(misfit -> misfit.isPresent()
                        ? Future.succeededFuture(misfit)
                        : connection.query(MISSING).execute().compose(rows -> {
                            String missing = rows.iterator().next().getString("missing");
                            return missing == null
                                    ? Future.succeededFuture(Optional.empty())
                                    : create(connection, missing);
                        }));
    }

    private Future<Optional<Ledger.Misfit>> create(PgConnection connection, String missing) {
        if (!create) {
            return Future.succeededFuture(Optional.of(new Ledger.Misfit(
                    "these tables or columns are missing: " + missing
                            + ". tally.create-schema=false, so somebody has to run schema.sql in this database",
                    false)));
        }
        return connection.query(sql()).execute().map(created -> Optional.empty());
    }

    private Future<Optional<Ledger.Misfit>> columns(PgConnection connection) {
        return connection
                .preparedQuery(COLUMNS)
                .execute(Tuple.of(LEAST_WHOLE_DIGITS, priceScale))
                .map(this::judge);
    }

    private Optional<Ledger.Misfit> judge(RowSet<Row> rows) {
        Row found = rows.iterator().next();
        if (!found.getBoolean("is_there")) {
            return Optional.empty();
        }
        List<String> changes = new ArrayList<>();
        if (!Boolean.TRUE.equals(found.getBoolean("sales_fit"))) {
            changes.add("ALTER COLUMN gross_sales TYPE NUMERIC(38, " + priceScale + ")");
        }
        if (!Boolean.TRUE.equals(found.getBoolean("count_fits"))) {
            changes.add("ALTER COLUMN order_count TYPE BIGINT");
        }
        if (changes.isEmpty()) {
            return Optional.empty();
        }
        String view = found.getBoolean("has_view") ? "DROP VIEW order_agg_final; " : "";
        return Optional.of(new Ledger.Misfit(
                "order_agg is too narrow: gross_sales is " + found.getString("sales_type")
                        + " and order_count " + found.getString("count_type")
                        + ", which one legal order, or the sum of many, can"
                        + " exceed. Make it wider: " + view + "ALTER TABLE order_agg " + String.join(", ", changes),
                false));
    }

    private static String sql() {
        try (InputStream resource = Schema.class.getResourceAsStream(RESOURCE)) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE, e);
        }
    }
}
