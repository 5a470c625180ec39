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
import java.util.Optional;

/** The tables that the engine owns: makes sure they are there and wide enough. */
final class Schema {

    private static final String RESOURCE = "/db/schema.sql";

    /**
     * Digits before the point that one legal order can need: a quantity of an INT times a price of a NUMERIC(12,2) has 20,
     * two more leave room for the sum of a hundred such orders.
     */
    private static final int LEAST_WHOLE_DIGITS = 22;

    private static final String MISSING = """
            SELECT string_agg(name, ', ') AS missing
            FROM unnest(ARRAY['order_agg', 'tally_pipeline', 'tally_checkpoint', 'order_agg_final']) AS wanted (name)
            WHERE to_regclass(name) IS NULL
            """;

    private static final String SALES_COLUMN = """
            SELECT format_type(atttypid, atttypmod) AS type,
                   atttypid = 'numeric'::regtype
                       AND (atttypmod = -1
                            OR ((atttypmod - 4) >> 16) - ((atttypmod - 4) & 65535) >= $1::int
                               AND ((atttypmod - 4) & 65535) >= $2::int) AS fits
            FROM pg_attribute
            WHERE attrelid = 'order_agg'::regclass AND attname = 'gross_sales' AND NOT attisdropped
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
        return connection.query(MISSING).execute().compose(rows -> {
            String missing = rows.iterator().next().getString("missing");
            if (missing == null) {
                return checkSales(connection);
            }
            if (!create) {
                return Future.succeededFuture(Optional.of(new Ledger.Misfit("these tables are missing: " + missing
                        + ". tally.create-schema=false, so somebody has to run schema.sql in this database")));
            }
            return connection.query(sql()).execute().compose(created -> checkSales(connection));
        });
    }

    private Future<Optional<Ledger.Misfit>> checkSales(PgConnection connection) {
        return connection
                .preparedQuery(SALES_COLUMN)
                .execute(Tuple.of(LEAST_WHOLE_DIGITS, priceScale))
                .map(this::judge);
    }

    private Optional<Ledger.Misfit> judge(RowSet<Row> rows) {
        Row sales = rows.size() == 0 ? null : rows.iterator().next();
        if (sales != null && sales.getBoolean("fits")) {
            return Optional.empty();
        }
        String found = sales == null ? "missing" : sales.getString("type");
        return Optional.of(new Ledger.Misfit("order_agg.gross_sales is " + found
                + ", too narrow for what one legal order can be worth. Make it wider: ALTER TABLE order_agg ALTER COLUMN"
                + " gross_sales TYPE NUMERIC(38, " + priceScale + ")"));
    }

    private static String sql() {
        try (InputStream resource = Schema.class.getResourceAsStream(RESOURCE)) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE, e);
        }
    }
}
