package io.tally.publish;

import io.tally.view.ResultColumn;
import io.tally.view.sql.Names;
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
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The tables that the engine owns: makes sure they are there and wide enough. */
final class Schema {

    private static final String RESOURCE = "/db/schema.sql";

    /**
     * Digits before the point that are enough, even if the view asks for more: a quantity of an INT times a price of a
     * NUMERIC(12,2) has 20, two more leave room for the sum of a hundred such orders.
     */
    private static final int ENOUGH_WHOLE_DIGITS = 22;

    private static final String NUMERIC = "numeric";

    /** A type that holds every BIGINT. */
    private static final String BIGINT_AS_NUMERIC = "numeric(19,0)";

    private static final Pattern PRECISION_AND_SCALE = Pattern.compile("numeric\\((\\d+),(-?\\d+)\\)");

    /** Tables, and the columns that were added last to those of earlier builds. */
    private static final String MISSING = """
            SELECT string_agg(CASE WHEN to_regclass(name) IS NULL THEN name ELSE name || '.' || added END, ', ') AS missing
            FROM (VALUES ($1::text, NULL), ('tally_view', 'fill'), ('tally_view_checkpoint', 'fill'), ($2::text, NULL),
                         ($3::text, NULL)) AS wanted (name, added)
            WHERE to_regclass(name) IS NULL
               OR added IS NOT NULL AND NOT EXISTS (
                      SELECT FROM pg_attribute
                      WHERE attrelid = to_regclass(name) AND attname = added AND NOT attisdropped)
            """;

    /** The columns of a result that hold totals, as they are, and whether the view of final rows is there. */
    private static final String STORED = """
            SELECT to_regclass($2) IS NOT NULL AS has_view, attname AS name, format_type(atttypid, atttypmod) AS type
            FROM pg_attribute
            WHERE attrelid = to_regclass($1) AND attname = ANY ($3::text[]) AND NOT attisdropped
            ORDER BY attnum
            """;

    /** The first version that can say that a key with NULL is there once: UNIQUE NULLS NOT DISTINCT. */
    private static final int FIRST_WITH_ONE_NULL = 15;

    private final boolean create;
    private final ResultTable table;

    /** @param create whether to create what is missing */
    Schema(boolean create, ResultTable table) {
        this.create = create;
        this.table = table;
    }

    /** Creates what is missing, if it may; returns what keeps the tables from being used. */
    Future<Optional<Ledger.Misfit>> prepare(PgConnection connection) {
        // A table that somebody else made is looked at before a view stands on it and keeps it from being changed.
        return stored(connection).compose(found -> {
            Optional<Ledger.Misfit> misfit = judge(found);
            return misfit.isPresent()
                    ? Future.succeededFuture(misfit)
                    : connection
                            .preparedQuery(MISSING)
                            .execute(Tuple.of(table.quotedName(), table.quotedFinalName(), table.staged()))
                            .compose(rows -> {
                                String missing = rows.iterator().next().getString("missing");
                                return missing == null
                                        ? staged(connection)
                                        : create(connection, missing, hasView(found));
                            });
        });
    }

    /** Where the engine makes tables, a fill makes this one anew if it has other columns; else somebody has to. */
    private Future<Optional<Ledger.Misfit>> staged(PgConnection connection) {
        return create
                ? Future.succeededFuture(Optional.empty())
                : connection
                        .query(table.stagedColumnsNow())
                        .execute()
                        .map(rows -> table.stagedColumns()
                                        .equals(rows.iterator().next().getString("columns"))
                                ? Optional.empty()
                                : Optional.of(new Ledger.Misfit(
                                        table.staged()
                                                + " has the columns of an earlier view. tally.create-schema=false, so somebody"
                                                + " has to run in this database: " + table.replaceStaged(),
                                        false)));
    }

    private Future<Optional<Ledger.Misfit>> create(PgConnection connection, String missing, boolean hasView) {
        int version = connection.databaseMetadata().majorVersion();
        if (table.hasNullableKeys() && version < FIRST_WITH_ONE_NULL) {
            return Future.succeededFuture(Optional.of(new Ledger.Misfit(
                    "view %s has a key that can be NULL, which takes PostgreSQL %d or newer for the results, and theirs is %d"
                            .formatted(table.view().name(), FIRST_WITH_ONE_NULL, version),
                    false)));
        }
        String tables = table.create() + "; " + table.createStaged();
        String results = hasView || table.view().window().isEmpty() ? tables : tables + "; " + table.createFinal();
        if (!create) {
            return Future.succeededFuture(Optional.of(new Ledger.Misfit(
                    "these are missing: " + missing
                            + ". tally.create-schema=false, so somebody has to run schema.sql in this database, and then: "
                            + results,
                    false)));
        }
        return connection.query(sql() + results).execute().map(created -> Optional.empty());
    }

    private Future<RowSet<Row>> stored(PgConnection connection) {
        String[] names = table.stored().stream().map(ResultColumn::name).toArray(String[]::new);
        return connection
                .preparedQuery(STORED)
                .execute(Tuple.of(table.quotedName(), table.quotedFinalName()).addArrayOfString(names));
    }

    private static boolean hasView(RowSet<Row> stored) {
        return stored.size() > 0 && stored.iterator().next().getBoolean("has_view");
    }

    private Optional<Ledger.Misfit> judge(RowSet<Row> found) {
        List<String> are = new ArrayList<>();
        List<String> changes = new ArrayList<>();
        for (Row row : found) {
            String name = row.getString("name");
            String type = row.getString("type");
            String wanted = table.stored().stream()
                    .filter(column -> column.name().equals(name))
                    .findFirst()
                    .orElseThrow()
                    .type();
            are.add((are.isEmpty() ? name + " is " : name + " ") + type);
            if (!isWideEnough(type, wanted)) {
                changes.add("ALTER COLUMN " + Names.quoted(name) + " TYPE " + wanted.toUpperCase(Locale.ROOT));
            }
        }
        if (changes.isEmpty()) {
            return Optional.empty();
        }
        String result = table.view().name();
        String view = hasView(found) ? "DROP VIEW " + table.quotedFinalName() + "; " : "";
        return Optional.of(new Ledger.Misfit(
                result + " is too narrow: " + String.join(" and ", are)
                        + ", which one legal row, or the sum of many, can exceed. Make it wider: " + view
                        + "ALTER TABLE "
                        + table.quotedName() + " " + String.join(", ", changes),
                false));
    }

    /** The type that the view asks for is always enough: the table was made with it. */
    private static boolean isWideEnough(String type, String wanted) {
        if (type.equals(wanted) || type.equals(NUMERIC)) {
            return true;
        }
        Matcher found = PRECISION_AND_SCALE.matcher(type);
        Matcher needed = PRECISION_AND_SCALE.matcher(wanted.equals("bigint") ? BIGINT_AS_NUMERIC : wanted);
        return found.matches()
                && needed.matches()
                && wholeDigits(found) >= Math.min(wholeDigits(needed), ENOUGH_WHOLE_DIGITS)
                && scale(found) >= scale(needed);
    }

    private static int wholeDigits(Matcher numeric) {
        return Integer.parseInt(numeric.group(1)) - scale(numeric);
    }

    private static int scale(Matcher numeric) {
        return Integer.parseInt(numeric.group(2));
    }

    private static String sql() {
        try (InputStream resource = Schema.class.getResourceAsStream(RESOURCE)) {
            return new String(resource.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + RESOURCE, e);
        }
    }
}
