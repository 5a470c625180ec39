package io.tally.view;

import io.tally.view.Type.Kind;
import io.tally.view.sql.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** A table with columns and values such as people have, and some that they would rather not have. */
final class RandomTable {

    static final String NAME = "orders";
    static final String VERSIONS = "versions";

    /** The type that {@code mood} columns have; made once in a database. */
    static final String MOOD = "CREATE TYPE mood AS ENUM ('new', 'paid', 'it''s gone')";

    /** A column, and whether it can hold NULL. */
    record Column(String name, String typeName, boolean notNull) {

        Type type() {
            return typeName.equals("mood") ? Type.enumeration(typeName) : Type.named(typeName);
        }

        String sql() {
            return Names.quoted(name);
        }
    }

    private static final List<String[]> KNOWN = List.of(
            new String[] {"quantity", "integer"},
            new String[] {"price", "numeric(10,2)"},
            new String[] {"amount", "numeric"},
            new String[] {"weight", "numeric(8,3)"},
            new String[] {"rounded", "numeric(4,-1)"},
            new String[] {"points", "bigint"},
            new String[] {"level", "smallint"},
            new String[] {"order", "integer"},
            new String[] {"customer_id", "bigint"},
            new String[] {"region", "text"},
            new String[] {"status", "character varying(12)"},
            new String[] {"Gift Code", "text"},
            new String[] {"test", "boolean"},
            new String[] {"paid", "boolean"},
            new String[] {"store", "uuid"},
            new String[] {"day", "date"},
            new String[] {"mood", "mood"},
            new String[] {"shipped", "timestamp with time zone"},
            new String[] {"local_ts", "timestamp(3) without time zone"});

    private static final List<String> REGIONS = List.of("eu", "us", "", "Eu", "it's", "a\\b", "é", "eu ");

    final List<Column> columns = new ArrayList<>();
    /** Where many of its times are from, or null. */
    final RandomZone zone;
    /** Of a hundred values, how many are extreme. */
    private final int wildness;

    RandomTable(RandomGenerator random) {
        wildness = List.of(0, 0, 2, 10).get(random.nextInt(4));
        zone = random.nextInt(3) == 0 ? RandomZone.make(random) : null;
        columns.add(new Column("id", "integer", true));
        columns.add(new Column("event_ts", "timestamp with time zone", true));
        for (String[] known : KNOWN) {
            if (random.nextInt(10) < 6) {
                columns.add(new Column(known[0], known[1], random.nextInt(10) < 4));
            }
        }
        if (columns.stream()
                .noneMatch(c -> c.type().kind() == Kind.INTEGER && !c.name().equals("id"))) {
            columns.add(new Column("pieces", "integer", false));
        }
    }

    String create() {
        StringBuilder sql = new StringBuilder("CREATE TABLE " + NAME + " (");
        for (Column column : columns) {
            sql.append(column.sql())
                    .append(' ')
                    .append(column.typeName())
                    .append(column.notNull() ? " NOT NULL, " : ", ");
        }
        return sql.append("PRIMARY KEY (id))").toString();
    }

    /** All versions of the table, as the version and then values that {@link TestRow} reads. */
    String readAll() {
        List<String> values = new ArrayList<>(List.of("version::text"));
        for (Column column : columns) {
            values.add(Canonical.sql(column.sql(), column.type().kind()));
        }
        return "SELECT %s FROM %s ORDER BY version, id".formatted(String.join(", ", values), VERSIONS);
    }

    /** Where each version of the table is kept; empty at first. */
    static String createVersions() {
        return "CREATE TABLE %s AS SELECT 0 AS version, %s.* FROM %s LIMIT 0".formatted(VERSIONS, NAME, NAME);
    }

    static String keepVersion(int version) {
        return "INSERT INTO %s SELECT %d, %s.* FROM %s".formatted(VERSIONS, version, NAME, NAME);
    }

    /** A statement that adds, changes or removes rows with ids up to 40. */
    String change(RandomGenerator random) {
        int id = random.nextInt(40);
        int what = random.nextInt(10);
        if (what < 2) {
            return "DELETE FROM %s WHERE id = %d".formatted(NAME, id);
        }
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        List<String> updates = new ArrayList<>();
        for (Column column : columns) {
            String value = column.name().equals("id") ? Integer.toString(id) : value(column, random);
            names.add(column.sql());
            values.add(value);
            if (!column.name().equals("id") && random.nextInt(3) == 0) {
                updates.add(column.sql() + " = EXCLUDED." + column.sql());
            }
        }
        return "INSERT INTO %s (%s) VALUES (%s) ON CONFLICT (id) DO %s"
                .formatted(
                        NAME,
                        String.join(", ", names),
                        String.join(", ", values),
                        updates.isEmpty() ? "NOTHING" : "UPDATE SET " + String.join(", ", updates));
    }

    private String value(Column column, RandomGenerator random) {
        if (!column.notNull() && random.nextInt(5) == 0) {
            return "NULL";
        }
        boolean wild = random.nextInt(100) < wildness;
        return switch (column.type().kind()) {
            case SMALLINT -> wild ? pick(random, "-32768", "32767") : "" + random.nextInt(-3, 9);
            case INTEGER -> wild ? pick(random, "-2147483648", "2147483647", "65536") : "" + random.nextInt(-5, 20);
            case BIGINT ->
                wild
                        ? pick(random, "-9223372036854775808", "9223372036854775807", "3037000500")
                        : "" + random.nextInt(-2, 5);
            case NUMERIC -> number(column.type(), random, wild);
            case BOOLEAN -> pick(random, "true", "false");
            case TEXT, VARCHAR -> Names.literal(text(column.type(), random, wild));
            case UUID -> "'00000000-0000-0000-0000-00000000000%d'".formatted(random.nextInt(3));
            case DATE ->
                wild
                        ? pick(random, "'infinity'", "'-infinity'", "'5874897-12-31'", "'4713-01-01 BC'")
                        : "'2024-01-0%d'".formatted(1 + random.nextInt(5));
            case TIMESTAMP, TIMESTAMPTZ -> time(random, wild);
            case ENUM -> pick(random, "'new'", "'paid'", "'it''s gone'");
            case OTHER -> throw new IllegalStateException(column.toString());
        };
    }

    private static String number(Type type, RandomGenerator random, boolean wild) {
        if (type.precision() == 0) {
            return wild
                    ? pick(
                            random,
                            "'NaN'",
                            "'Infinity'",
                            "'-Infinity'",
                            "123456789012345678901234567890.123456789",
                            "1e-20",
                            "9223372036854775807")
                    : pick(random, "0", "1.0", "1.00", "-2.5", "0.125", "1000", "33.333333", "" + random.nextInt(100));
        }
        int digits = type.precision() - type.scale();
        if (wild) {
            String nines = "9".repeat(type.precision());
            String most = type.scale() < 0
                    ? nines + "0".repeat(-type.scale())
                    : nines.substring(0, digits) + "." + nines.substring(digits);
            return pick(random, "'NaN'", most, "-" + most);
        }
        return "%d.%d".formatted(random.nextInt(-20, 1000), random.nextInt(1000));
    }

    private static String text(Type type, RandomGenerator random, boolean wild) {
        if (wild && type.kind() == Kind.TEXT) {
            return pick(random, "x".repeat(1900), "y".repeat(2001), "é".repeat(1001));
        }
        return REGIONS.get(random.nextInt(REGIONS.size()));
    }

    private String time(RandomGenerator random, boolean wild) {
        if (wild) {
            return pick(
                    random,
                    "'infinity'",
                    "'-infinity'",
                    "'294276-12-31 23:59:59.999999+00'",
                    "'294246-12-01 23:59:59.999999+00'",
                    "'294247-01-01 00:00:00+00'",
                    "'4714-11-24 00:00:00+00 BC'",
                    "'0001-01-01 00:00:00+00'",
                    "'1969-12-31 23:59:59.999999+00'",
                    "'0044-03-15 12:00:00.5+00 BC'");
        }
        if (zone != null && random.nextInt(3) > 0) {
            return zone.time(random);
        }
        return "'2024-01-01 00:0%d:%02d.%03d%s+00'"
                .formatted(
                        random.nextInt(3),
                        random.nextInt(3) * random.nextInt(20),
                        random.nextInt(2) * random.nextInt(1000),
                        random.nextInt(3) == 0 ? "001" : "");
    }

    private static String pick(RandomGenerator random, String... values) {
        return values[random.nextInt(values.length)];
    }
}
