package io.tally.view;

import java.util.Set;

/** Functions by name: those that a measure may use on its sums, and why others are refused. */
final class Functions {

    private static final String UNSTABLE = "it answers differently each time; a view depends on the row alone";

    /** Functions of PostgreSQL that are immutable and give the same value for numbers that are equal. */
    private static final Set<String> OVER_SUMS = Set.of(
            "COALESCE",
            "NULLIF",
            "GREATEST",
            "LEAST",
            "round",
            "abs",
            "ceil",
            "ceiling",
            "floor",
            "trunc",
            "sign",
            "mod");

    private static final Set<String> AGGREGATES = Set.of(
            "min",
            "max",
            "array_agg",
            "string_agg",
            "json_agg",
            "jsonb_agg",
            "json_object_agg",
            "jsonb_object_agg",
            "bool_and",
            "bool_or",
            "every",
            "bit_and",
            "bit_or",
            "bit_xor",
            "any_value",
            "stddev",
            "stddev_pop",
            "stddev_samp",
            "variance",
            "var_pop",
            "var_samp",
            "corr",
            "covar_pop",
            "covar_samp",
            "range_agg",
            "xmlagg",
            "GROUPING");

    private Functions() {}

    /** Whether it is one of the aggregates that a view is made of. */
    static boolean isKept(String name) {
        return name.equals("sum") || name.equals("count") || name.equals("avg");
    }

    /** Whether it is an aggregate, kept or not. */
    static boolean isAggregate(String name) {
        return isKept(name) || AGGREGATES.contains(name) || name.startsWith("regr_");
    }

    static boolean isOverSums(String name) {
        return OVER_SUMS.contains(name);
    }

    /** Why a function is refused where columns are read. */
    static String refusal(String name) {
        return switch (name) {
            case "min", "max" ->
                "a %s that is deleted cannot be taken back from what is kept; only sums and counts are kept"
                        .formatted(name.equals("min") ? "minimum" : "maximum");
            case "GROUPING" -> "there are no grouping sets";
            case "now", "random", "clock_timestamp", "statement_timestamp", "transaction_timestamp", "timeofday" ->
                UNSTABLE;
            case "NULLIF" -> "NULLIF is not kept for a row; write CASE WHEN a = b THEN NULL ELSE a END";
            case "abs" -> "abs is not kept for a row; write CASE WHEN a < 0 THEN -a ELSE a END";
            case "GREATEST", "LEAST" -> name + " is not kept for a row; write CASE WHEN a > b THEN a ELSE b END";
            case "date_bin", "date_trunc" -> "a window is selected and grouped by as it is; nothing can be made of it";
            default ->
                isAggregate(name)
                        ? "%s cannot be kept from changes; SUM, COUNT and AVG can".formatted(name)
                        : "the function %s is not kept for a row; store what it gives in a column".formatted(name);
        };
    }
}
