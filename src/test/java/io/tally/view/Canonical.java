package io.tally.view;

import io.tally.view.Type.Kind;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;

/** Values as texts that are the same for values that are equal. */
final class Canonical {

    /** What stands for a time or a number that is not counted. */
    static final String NOT_FINITE = "not finite";

    private Canonical() {}

    /** SQL that makes such a text, or nearly: digits are for {@link #of} to make equal. */
    static String sql(String value, Kind kind) {
        return switch (kind) {
            case BOOLEAN -> value + "::int::text";
            case NUMERIC ->
                "CASE WHEN %s::numeric IN ('NaN', 'Infinity', '-Infinity') THEN '%s' ELSE %s::text END"
                        .formatted(value, NOT_FINITE, value);
            case DATE ->
                "CASE WHEN NOT isfinite(%s) THEN '%s' ELSE (%s - DATE '1970-01-01')::text END"
                        .formatted(value, NOT_FINITE, value);
            case TIMESTAMP, TIMESTAMPTZ ->
                ("CASE WHEN NOT isfinite(%1$s) OR extract(year FROM %1$s) > 294246 THEN '%2$s'"
                                + " ELSE trunc(extract(epoch FROM %1$s) * 1000000)::text END")
                        .formatted(value, NOT_FINITE);
            default -> value + "::text";
        };
    }

    static String of(String value, Kind kind) {
        return value == null || value.equals(NOT_FINITE) || !kind.isNumber() ? value : number(new BigDecimal(value));
    }

    static String number(BigDecimal value) {
        return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
    }

    /** The same with a mark, by which {@link #rows} knows a number. */
    static String marked(String value, Kind kind) {
        String sql = sql(value, kind);
        return kind.isNumber() ? "'#' || " + sql : sql;
    }

    /** Rows without their version, in an order of their own. */
    static List<String> rows(List<String[]> rows) {
        return rows.stream()
                .map(row -> Arrays.stream(row)
                        .skip(1)
                        .map(Canonical::value)
                        .toList()
                        .toString())
                .sorted()
                .toList();
    }

    private static String value(String value) {
        return value != null && value.startsWith("#") ? of(value.substring(1), Kind.NUMERIC) : value;
    }
}
