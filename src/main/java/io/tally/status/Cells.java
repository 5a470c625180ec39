package io.tally.status;

import io.tally.view.Measure;
import io.tally.view.ResultColumn;
import io.tally.view.SourceColumn;
import io.tally.view.Type;
import io.tally.view.View;
import io.tally.view.Window;
import io.tally.window.Groups;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Values of a view's columns, as JSON has them: exact numbers as texts, whole ones as numbers as far as every reader of JSON
 * has them exactly, times in UTC.
 */
final class Cells {

    /** Beyond it a reader that counts in double precision is wrong. */
    private static final BigInteger SAFE = BigInteger.valueOf((1L << 53) - 1);

    private static final long MICROS_PER_SECOND = 1_000_000;

    private Cells() {}

    /** A row of the result; its columns as the database was asked for them. */
    static Map<String, Object> row(View view, List<String> shown) {
        Map<String, Object> row = new LinkedHashMap<>();
        for (int i = 0; i < shown.size(); i++) {
            ResultColumn column = view.results().get(i);
            row.put(column.name(), cell(Type.named(column.type()).kind(), shown.get(i)));
        }
        return row;
    }

    /**
     * A row of the result, as far as it can be told from totals: with measures that are sums or counts.
     *
     * @param startMs of the window; of no meaning without windows
     * @param key its parts, as groups have them
     */
    static Map<String, Object> row(View view, long startMs, List<Object> key, List<BigDecimal> totals) {
        Map<String, Object> row = new LinkedHashMap<>();
        Window window = view.windowOrAll();
        for (ResultColumn column : view.results()) {
            Type.Kind kind = Type.named(column.type()).kind();
            switch (column.role()) {
                case WINDOW_START -> row.put(column.name(), time(kind, startMs * 1_000));
                case WINDOW_END -> row.put(column.name(), time(kind, window.endMs(startMs) * 1_000));
                case KEY -> row.put(column.name(), key(view.keys().get(column.key()), key.get(column.key())));
                case MEASURE -> putSum(row, column, totals);
            }
        }
        return row;
    }

    /** The measures that are sums or counts, of these totals. */
    static Map<String, Object> sums(View view, List<BigDecimal> totals) {
        Map<String, Object> sums = new LinkedHashMap<>();
        view.results().forEach(column -> putSum(sums, column, totals));
        return sums;
    }

    /** The keys of a group, by the names of their columns. */
    static Map<String, Object> keys(View view, List<Object> key) {
        Map<String, Object> keys = new LinkedHashMap<>();
        for (ResultColumn column : view.results()) {
            if (column.role() == ResultColumn.Role.KEY) {
                keys.put(column.name(), key(view.keys().get(column.key()), key.get(column.key())));
            }
        }
        return keys;
    }

    private static void putSum(Map<String, Object> row, ResultColumn column, List<BigDecimal> totals) {
        if (column.measure().flatMap(Measure::sum).isPresent()) {
            Measure.Sum sum = column.measure().get().sum().get();
            boolean isNull = sum.nullable() && totals.get(sum.count()).signum() == 0;
            row.put(column.name(), isNull ? null : number(Type.named(column.type()), totals.get(sum.total())));
        }
    }

    private static Object number(Type type, BigDecimal value) {
        if (type.kind().isInteger()) {
            return whole(value.toBigIntegerExact());
        }
        boolean fits = type.hasScale() && value.stripTrailingZeros().scale() <= type.scale();
        return (fits ? value.setScale(type.scale()) : value).toPlainString();
    }

    private static Object key(SourceColumn column, Object part) {
        if (part == null) {
            return null;
        }
        Type type = column.type();
        return switch (type.kind()) {
            case BOOLEAN -> (Long) part != 0;
            case NUMERIC -> Groups.number(column, part).toPlainString();
            default -> cell(type.kind(), part.toString());
        };
    }

    /** A value that PostgreSQL has written as text; times as microseconds and dates as days since 1970. */
    private static Object cell(Type.Kind kind, String text) {
        if (text == null) {
            return null;
        }
        return switch (kind) {
            case SMALLINT, INTEGER, BIGINT -> whole(new BigInteger(text));
            case BOOLEAN -> Boolean.valueOf(text);
            case DATE -> LocalDate.ofEpochDay(Long.parseLong(text)).toString();
            case TIMESTAMP, TIMESTAMPTZ -> time(kind, Long.parseLong(text));
            default -> text;
        };
    }

    private static String time(Type.Kind kind, long micros) {
        Instant instant = Instant.ofEpochSecond(
                Math.floorDiv(micros, MICROS_PER_SECOND), Math.floorMod(micros, MICROS_PER_SECOND) * 1_000);
        return kind == Type.Kind.TIMESTAMPTZ
                ? instant.toString()
                : LocalDateTime.ofInstant(instant, ZoneOffset.UTC).toString();
    }

    private static Object whole(BigInteger value) {
        return value.abs().compareTo(SAFE) <= 0 ? (Object) value.longValue() : value.toString();
    }
}
