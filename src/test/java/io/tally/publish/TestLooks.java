package io.tally.publish;

import io.tally.view.DefaultView;
import io.tally.view.View;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/** Looks at a source with one orders table, for tests that change one thing. */
final class TestLooks {

    static final View ORDERS = DefaultView.of(Duration.ofMinutes(1));

    private static final String ROOT = "16385";

    private TestLooks() {}

    /** A table as it should be. */
    static Look full(long lsn) {
        Map<String, Look.Column> columns = new TreeMap<>(Map.of(
                "\"customer_id\"", new Look.Column("integer", "N", 2, "700"),
                "\"quantity\"", new Look.Column("integer", "N", 3, "700"),
                "\"price\"", new Look.Column("numeric(12,2)", "N", 4, "700"),
                "\"event_ts\"", new Look.Column("timestamp with time zone", "D", 5, "700")));
        return new Look(
                lsn, false, "7/00000001", ROOT, Map.of(ROOT, new Look.Table("orders", "700", 1, true, true)), columns);
    }

    /** The same with another table in the place of the one. */
    static Look with(Look look, Look.Table table) {
        return with(look, ROOT, table);
    }

    /** The same with another table or partition, or without it. */
    static Look with(Look look, String oid, Look.Table table) {
        Map<String, Look.Table> tables = new TreeMap<>(look.tables());
        tables.put(oid, table);
        tables.values().removeIf(one -> one == null);
        return new Look(look.lsn(), look.standby(), look.system(), look.root(), tables, look.columns());
    }

    /** The same with another column, or without it. */
    static Look withColumn(Look look, String name, Look.Column column) {
        Map<String, Look.Column> columns = new TreeMap<>(look.columns());
        columns.put('"' + name + '"', column);
        columns.values().removeIf(one -> one == null);
        return new Look(look.lsn(), look.standby(), look.system(), look.root(), look.tables(), columns);
    }

    /** The same on another system. */
    static Look of(Look look, String system) {
        return new Look(look.lsn(), look.standby(), system, look.root(), look.tables(), look.columns());
    }

    /** The same without the table. */
    static Look gone(Look look) {
        return new Look(look.lsn(), look.standby(), look.system(), null, Map.of(), Map.of());
    }

    /** The table after its catalog row was written by another transaction. */
    static Look.Table table(String version, boolean full) {
        return new Look.Table("orders", version, 1, full, true);
    }
}
