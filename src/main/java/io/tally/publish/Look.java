package io.tally.publish;

import io.tally.view.View;
import io.tally.view.sql.Names;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The catalog's word on the source at one moment, in which nobody was changing the table: everything of it that was written
 * to the log below {@link #lsn} was written before, and everything else after. Immutable.
 *
 * @param lsn where the source's log ended
 * @param standby whether the server follows another one
 * @param system its identifier and timeline; null on a standby
 * @param root the oid of the table, or null if it is not there
 * @param tables the table and its partitions, by oid
 * @param columns those that are read and are there, by their quoted names
 */
public record Look(
        long lsn, boolean standby, String system, String root, Map<String, Table> tables, Map<String, Column> columns) {

    /**
     * A table or partition.
     *
     * @param version the transaction that wrote its catalog row: another one whenever its replica identity was changed, and
     *     for many other reasons; the same after VACUUM, ANALYZE and CREATE INDEX
     * @param file the number of the file that holds its rows: another one after TRUNCATE and whatever rewrites it
     * @param full whether updates and deletes are logged with the whole row before
     * @param rows whether it can hold rows; a partition without a page has none, so that nothing was ever updated in it
     */
    public record Table(String name, String version, long file, boolean full, boolean rows) {}

    /**
     * A column.
     *
     * @param category PostgreSQL's letter for the kind of its type
     * @param number its place in the table, which it keeps for life
     * @param version the transaction that wrote its catalog row: another one after ALTER COLUMN and RENAME
     * @param labels of an enum, by their oids, which they keep when they are renamed
     */
    public record Column(String type, String category, int number, String version, Map<String, String> labels) {

        /** One of a type that has no labels. */
        public Column(String type, String category, int number, String version) {
            this(type, category, number, version, Map.of());
        }
    }

    /** Whether nothing but the place in the log is another. */
    boolean sameAs(Look other) {
        return at(other.lsn).equals(other);
    }

    /** The same, at another place in the log. */
    Look at(long place) {
        return new Look(place, standby, system, root, tables, columns);
    }

    /** The tables with updates and deletes that cannot be taken back, by name; partitions without rows are among them. */
    List<String> notFull() {
        return tables.values().stream()
                .filter(table -> !table.full)
                .map(Table::name)
                .sorted()
                .toList();
    }

    /** The same without those that nothing was ever updated in. */
    List<String> notFullWithRows() {
        return tables.values().stream()
                .filter(table -> !table.full && table.rows)
                .map(Table::name)
                .sorted()
                .toList();
    }

    /** The names of the columns that a view reads, as they are here. */
    static List<String> names(View view) {
        return view.columns().stream()
                .map(column -> Names.quoted(column.ref().name()))
                .toList();
    }

    /** Parts of a view's table that are missing, one line for an operator with what to do; null if nothing is. */
    String misfit(View view) {
        if (root == null) {
            return "table " + view.quotedTable() + " is not there: make it, or write another one into the view";
        }
        List<String> missing =
                names(view).stream().filter(name -> !columns.containsKey(name)).toList();
        return missing.isEmpty()
                ? null
                : "columns of " + view.quotedTable() + " are missing: " + String.join(", ", missing)
                        + ". Make them again, or write others into the view";
    }

    JsonObject toJson() {
        return new JsonObject()
                .put("lsn", lsn)
                .put("standby", standby)
                .put("system", system)
                .put("root", root)
                .put("tables", json(tables, Look::json))
                .put("columns", json(columns, Look::json));
    }

    static Look of(JsonObject json) {
        return new Look(
                json.getLong("lsn"),
                json.getBoolean("standby"),
                json.getString("system"),
                json.getString("root"),
                map(json.getJsonObject("tables"), Look::table),
                map(json.getJsonObject("columns"), Look::column));
    }

    private static JsonObject json(Table table) {
        return new JsonObject()
                .put("name", table.name)
                .put("version", table.version)
                .put("file", table.file)
                .put("full", table.full)
                .put("rows", table.rows);
    }

    private static Table table(JsonObject json) {
        return new Table(
                json.getString("name"),
                json.getString("version"),
                json.getLong("file"),
                json.getBoolean("full"),
                json.getBoolean("rows"));
    }

    private static JsonObject json(Column column) {
        return new JsonObject()
                .put("type", column.type)
                .put("category", column.category)
                .put("number", column.number)
                .put("version", column.version)
                .put("labels", new JsonObject(Map.copyOf(column.labels)));
    }

    private static Column column(JsonObject json) {
        return new Column(
                json.getString("type"),
                json.getString("category"),
                json.getInteger("number"),
                json.getString("version"),
                labels(json.getJsonObject("labels")));
    }

    /** None where a build wrote it that did not look at them. */
    private static Map<String, String> labels(JsonObject json) {
        return json == null
                ? Map.of()
                : json.stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, label -> (String) label.getValue(), (a, b) -> b, TreeMap::new));
    }

    private static <T> JsonObject json(Map<String, T> values, Function<T, JsonObject> one) {
        JsonObject all = new JsonObject();
        values.forEach((key, value) -> all.put(key, one.apply(value)));
        return all;
    }

    private static <T> Map<String, T> map(JsonObject json, Function<JsonObject, T> one) {
        return json == null
                ? Map.of()
                : json.fieldNames().stream()
                        .collect(Collectors.toMap(
                                name -> name, name -> one.apply(json.getJsonObject(name)), (a, b) -> b, TreeMap::new));
    }
}
