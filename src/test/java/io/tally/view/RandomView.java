package io.tally.view;

import io.tally.view.RandomTable.Column;
import io.tally.view.Type.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * A view as a person would write it, in pieces that can be left out.
 *
 * @param window {@code date_bin(…)} or {@code date_trunc(…)}, or null
 * @param end of the window, or null if it is not selected
 * @param keys columns
 * @param measures expressions over aggregates
 * @param where conditions that are all to hold
 * @param byNumber whether GROUP BY names columns of the result by their number
 * @param aliased whether the table has another name in the SELECT
 * @param rest what stands behind GROUP BY
 */
record RandomView(
        String window,
        String end,
        List<String> keys,
        List<String> measures,
        List<String> where,
        boolean byNumber,
        boolean aliased,
        String rest) {

    private record Length(String stride, String withoutDays) {}

    private static final List<Length> LENGTHS = List.of(
            new Length("1 minute", "1 minute"),
            new Length("00:01", "60 seconds"),
            new Length("10 seconds", "10s"),
            new Length("1 hour", "PT1H"),
            new Length("500 milliseconds", "0.5 sec"),
            new Length("7 days", "168 hours"),
            new Length("1 day", "24:00"),
            new Length("90 seconds", "1 minute 30 seconds"));

    static RandomView make(RandomTable table, RandomGenerator random) {
        RandomExpressions expressions = new RandomExpressions(table.columns, random);
        String window = null;
        String end = null;
        if (random.nextInt(10) < 7) {
            Length length = LENGTHS.get(random.nextInt(LENGTHS.size()));
            List<Column> times = table.columns.stream()
                    .filter(c -> c.notNull()
                            && (c.type().kind() == Kind.TIMESTAMPTZ || c.type().kind() == Kind.TIMESTAMP))
                    .toList();
            Column time = times.get(random.nextInt(times.size()));
            String origin = pick(
                    random,
                    "'1970-01-01 00:00:00+00'",
                    "'2001-01-01'",
                    "'2024-01-01 00:00:07.25'",
                    "'0001-01-01'",
                    "'epoch'",
                    time.type().kind() == Kind.TIMESTAMPTZ
                            ? "TIMESTAMPTZ '2030-06-01 12:00:00+02'"
                            : "TIMESTAMP '2030-06-01 12:00:00'");
            window = "date_bin('%s', %s, %s)".formatted(length.stride(), time.sql(), origin);
            end = window + " + INTERVAL '" + length.withoutDays() + "'";
            if (table.zone != null && time.type().kind() == Kind.TIMESTAMPTZ && random.nextInt(3) > 0) {
                List<String> calendar = table.zone.window(time.sql(), random);
                window = calendar.get(0);
                end = calendar.get(1);
            }
            end = random.nextBoolean() ? end : null;
        }
        List<Column> possible = new ArrayList<>(table.columns.stream()
                .filter(c -> c.type().kind() != Kind.NUMERIC || c.type().hasScale())
                .toList());
        List<String> keys = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0 || window == null && keys.isEmpty(); i--) {
            keys.add(possible.remove(random.nextInt(possible.size())).sql());
        }
        List<String> measures = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            measures.add(measure(expressions, random));
        }
        List<String> where = new ArrayList<>();
        for (int i = random.nextInt(5) - 2; i > 0; i--) {
            where.add(expressions.condition(2));
        }
        return new RandomView(window, end, keys, measures, where, random.nextBoolean(), random.nextInt(4) == 0, "");
    }

    private static String measure(RandomExpressions expressions, RandomGenerator random) {
        return switch (random.nextInt(30)) {
            case 0, 1 -> "count(*)" + filter(expressions, random);
            case 2 -> "COUNT(" + expressions.number(2) + ")" + filter(expressions, random);
            case 3 -> "COUNT(" + expressions.condition(1) + ")";
            case 4, 5 -> "AVG(" + expressions.evenNumber() + ")" + filter(expressions, random);
            case 6 -> "SUM(" + expressions.evenNumber() + ") / NULLIF(COUNT(*)" + filter(expressions, random) + ", 0)";
            case 7 -> "round(SUM(" + expressions.evenNumber() + ")::numeric / COUNT(*), 2)";
            case 8 -> "SUM(" + expressions.number(2) + ") - SUM(" + expressions.number(1) + ")";
            case 9 -> "COALESCE(" + sum(expressions, random) + ", 0)";
            case 10 -> sum(expressions, random) + " > 10";
            case 11 ->
                "CASE WHEN COUNT(*) > 2 THEN 'many' WHEN SUM(" + expressions.evenNumber()
                        + ") IS NULL THEN 'none' ELSE 'few' END";
            case 12 -> "100.0 * COUNT(" + expressions.number(1) + ") / COUNT(*)";
            case 13 -> "GREATEST(" + sum(expressions, random) + ", 0)::numeric(40, 1)";
            case 14 -> "abs(" + sum(expressions, random) + ") + count(*)";
            case 15 -> "SUM(" + expressions.evenNumber() + ") / NULLIF(SUM(" + expressions.evenNumber() + "), 0)";
            case 16 -> "round(AVG(" + expressions.evenNumber() + "), 3)";
            case 17 -> "mod(" + sum(expressions, random) + ", 7)";
            case 18 -> "(" + sum(expressions, random) + ") IS " + pick(random, "NULL", "NOT NULL", "DISTINCT FROM 1");
            case 19 -> "NOT (COUNT(*) IN (1, 2) OR " + sum(expressions, random) + " < 5)";
            case 20 -> "(SUM(" + expressions.evenNumber() + ") + 1)::text";
            case 21 -> "SUM(" + expressions.evenNumber() + ")::double precision / 3";
            case 22 -> "-" + sum(expressions, random) + " BETWEEN -3 AND COUNT(*)";
            default -> sum(expressions, random);
        };
    }

    private static String sum(RandomExpressions expressions, RandomGenerator random) {
        return "SUM(" + expressions.number(3) + ")" + filter(expressions, random);
    }

    private static String filter(RandomExpressions expressions, RandomGenerator random) {
        return random.nextInt(3) == 0 ? " FILTER (WHERE " + expressions.condition(2) + ")" : "";
    }

    private static String pick(RandomGenerator random, String... several) {
        return several[random.nextInt(several.length)];
    }

    /** The SELECT. */
    String sql() {
        List<String> items = new ArrayList<>();
        List<String> groups = new ArrayList<>();
        if (window != null) {
            items.add(window + " AS window_start");
            groups.add(byNumber ? "1" : "window_start");
            if (end != null) {
                items.add(end + " AS window_end");
                groups.add(byNumber ? "2" : end);
            }
        }
        for (String key : keys) {
            items.add((aliased ? "o." + key : key) + (key.contains("(") ? " AS k" + items.size() : ""));
            groups.add(byNumber ? Integer.toString(items.size()) : key);
        }
        for (String measure : measures) {
            items.add(measure + " AS m" + items.size());
        }
        return "SELECT "
                + String.join(",\n       ", items)
                + "\nFROM " + RandomTable.NAME + (aliased ? " AS o" : "")
                + (where.isEmpty() ? "" : "\nWHERE " + where.stream().collect(Collectors.joining("\n  AND ")))
                + "\nGROUP BY " + String.join(", ", groups) + rest;
    }

    RandomView withMeasure(String measure) {
        return new RandomView(window, end, keys, with(measures, measure), where, byNumber, aliased, rest);
    }

    RandomView withCondition(String condition) {
        return new RandomView(window, end, keys, measures, with(where, condition), byNumber, aliased, rest);
    }

    /** With an expression that is grouped by. */
    RandomView withKey(String key) {
        return new RandomView(window, end, with(keys, key), measures, where, true, false, rest);
    }

    RandomView withRest(String clause) {
        return new RandomView(window, end, keys, measures, where, byNumber, aliased, clause);
    }

    private static List<String> with(List<String> pieces, String piece) {
        List<String> more = new ArrayList<>(pieces);
        more.add(piece);
        return more;
    }

    /** Views with one piece less, the largest pieces first. */
    List<RandomView> smaller() {
        List<RandomView> smaller = new ArrayList<>();
        for (int i = 0; i < measures.size() && measures.size() > 1; i++) {
            smaller.add(new RandomView(window, end, keys, without(measures, i), where, byNumber, aliased, rest));
        }
        for (int i = 0; i < where.size(); i++) {
            smaller.add(new RandomView(window, end, keys, measures, without(where, i), byNumber, aliased, rest));
        }
        for (int i = 0; i < keys.size() && (window != null || keys.size() > 1); i++) {
            smaller.add(new RandomView(window, end, without(keys, i), measures, where, byNumber, aliased, rest));
        }
        if (end != null) {
            smaller.add(new RandomView(window, null, keys, measures, where, byNumber, aliased, rest));
        }
        if (window != null && !keys.isEmpty()) {
            smaller.add(new RandomView(null, null, keys, measures, where, byNumber, aliased, rest));
        }
        if (aliased) {
            smaller.add(new RandomView(window, end, keys, measures, where, byNumber, false, rest));
        }
        return smaller;
    }

    private static List<String> without(List<String> pieces, int index) {
        List<String> rest = new ArrayList<>(pieces);
        rest.remove(index);
        return rest;
    }
}
