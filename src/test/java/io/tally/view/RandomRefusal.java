package io.tally.view;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Views that PostgreSQL takes and Tally does not: one that it takes, with something in it that cannot be kept. */
final class RandomRefusal {

    private static final List<String> NUMBERS = List.of(
            "id / 2",
            "id % 2",
            "abs(id)",
            "NULLIF(id, 0)",
            "GREATEST(id, 3)",
            "LEAST(id, 3)",
            "round(id::numeric, 2)",
            "id & 1",
            "id ^ 2",
            "id::float8::numeric",
            "id::text::int",
            "extract(epoch FROM event_ts)",
            "(random() * 10)::int",
            "(SELECT 1)",
            "length('x')",
            "date_part('hour', event_ts)::int",
            "(id > 1)::int",
            "(ARRAY[1, 2])[id]",
            "width_bucket(id, 1, 10, 3)");

    private static final List<String> CONDITIONS = List.of(
            "event_ts > now()",
            "event_ts > CURRENT_TIMESTAMP",
            "event_ts::date = '2024-01-01'",
            "event_ts > TIMESTAMP '2024-01-01'",
            "event_ts + INTERVAL '1 minute' > '2024-01-01'",
            "event_ts < 'infinity'",
            "id::text = '1'",
            "id::text LIKE '1%'",
            "id::float8 > 1",
            "id / 2 = 1",
            "id IN (SELECT 1)",
            "id > ALL (ARRAY[1, 2])",
            "id = ANY ('{1,2}')",
            "EXISTS (SELECT 1)",
            "random() < 0.5",
            "CASE WHEN id > 1 THEN true ELSE false END",
            "COALESCE(id > 1, false)",
            "(id, 1) = ANY (SELECT 1, 2)",
            "xmin IS NULL",
            "ctid IS NULL",
            "length('x') = 1");

    private static final List<String> MEASURES = List.of(
            "MIN(id)",
            "MAX(event_ts)",
            "COUNT(DISTINCT id)",
            "SUM(DISTINCT id)",
            "SUM(id ORDER BY id)",
            "array_agg(id)",
            "string_agg(id::text, ',')",
            "bool_or(id > 1)",
            "stddev(id)",
            "SUM(id::float8)",
            "AVG(id::float8)",
            "AVG(CASE WHEN id > 3 THEN 1.5 ELSE 0 END)",
            "SUM(COUNT(*)) OVER ()",
            "SUM(CASE WHEN id > 3 THEN 1.5 ELSE 1 END) / COUNT(*)",
            "sqrt(COUNT(*))",
            "COUNT(*) ^ 2",
            "COUNT(*) * random()",
            "COUNT(*)::text || 'x'",
            "(SELECT SUM(1))",
            "percentile_disc(0.5) WITHIN GROUP (ORDER BY id)",
            "mode() WITHIN GROUP (ORDER BY id)",
            "COUNT(*) FILTER (WHERE id::text = '1')");

    private static final List<String> KEYS = List.of(
            "(id % 2)",
            "abs(id)",
            "date_trunc('hour', event_ts)",
            "date_trunc('day', event_ts)",
            "date_trunc('day', event_ts, 'CET')",
            "date_trunc('days', event_ts, 'Europe/Berlin')",
            "date_trunc('hour', event_ts, 'Europe/Berlin')",
            "date_trunc('day', event_ts, 'europe/berlin')",
            "date_trunc('day', event_ts, 'Europe/Nowhere+3')",
            "(id > 3)",
            "(event_ts::date)",
            "COALESCE(id, 0)",
            "(CASE WHEN id > 3 THEN 1 ELSE 2 END)",
            "(id::float8)",
            "date_bin('1 month', event_ts, '2000-01-01')",
            "date_bin('13 seconds', event_ts, '2000-01-01 00:00:00.00001')");

    private static final List<String> CLAUSES =
            List.of(" HAVING COUNT(*) > 1", " ORDER BY 1", " LIMIT 3", " OFFSET 1", " FETCH FIRST ROW ONLY");

    private RandomRefusal() {}

    static RandomView of(RandomView view, RandomTable table, RandomGenerator random) {
        RandomExpressions expressions = new RandomExpressions(table.columns, random);
        return switch (random.nextInt(5)) {
            case 0 -> view.withMeasure(pick(MEASURES, random));
            case 1 -> view.withMeasure("SUM(" + hidden(pick(NUMBERS, random), expressions, random) + ")");
            case 2 -> inCondition(view, pick(CONDITIONS, random), expressions, random);
            case 3 -> view.withKey(pick(KEYS, random));
            default -> view.withRest(pick(CLAUSES, random));
        };
    }

    /** Somewhere inside an expression that could be kept otherwise. */
    private static String hidden(String number, RandomExpressions expressions, RandomGenerator random) {
        return switch (random.nextInt(5)) {
            case 0 -> "COALESCE(" + expressions.number(1) + ", " + number + ")";
            case 1 -> "CASE WHEN " + expressions.condition(1) + " THEN " + number + " ELSE 0 END";
            case 2 -> "(" + expressions.number(1) + ") * (" + number + ")";
            case 3 -> "-(" + number + ")";
            default -> number;
        };
    }

    private static RandomView inCondition(
            RandomView view, String condition, RandomExpressions expressions, RandomGenerator random) {
        List<String> ways = new ArrayList<>(List.of(
                condition,
                "NOT (" + condition + ")",
                "(" + expressions.condition(1) + " OR " + condition + ")",
                "(" + condition + ") IS NOT TRUE"));
        String hidden = pick(ways, random);
        return switch (random.nextInt(3)) {
            case 0 -> view.withCondition(hidden);
            case 1 -> view.withMeasure("COUNT(*) FILTER (WHERE " + hidden + ")");
            default -> view.withMeasure("SUM(CASE WHEN " + hidden + " THEN 1 ELSE 2 END)");
        };
    }

    private static String pick(List<String> several, RandomGenerator random) {
        return several.get(random.nextInt(several.size()));
    }
}
