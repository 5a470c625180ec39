package io.tally.status;

import io.tally.status.Problem.BadParameter;
import io.tally.view.ResultColumn;
import io.tally.view.SourceColumn;
import io.tally.view.Type;
import io.tally.view.View;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;

/** Reads which group of a view is asked for: {@code ?region=north&kind.null}, by the names of the key's columns. */
final class KeyParameters {

    private static final String NULL = ".null";
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,1000}(\\.\\d{1,1000})?");
    private static final int FIRST_YEAR = -4711;
    private static final int LAST_YEAR = 294_275;

    private final View view;
    /** By the names of the columns. */
    private final Map<String, Integer> places = new LinkedHashMap<>();

    KeyParameters(View view) {
        this.view = view;
        view.results().stream()
                .filter(column -> column.role() == ResultColumn.Role.KEY)
                .forEach(column -> places.put(column.name(), column.key()));
    }

    /** Whether a parameter names a column of the key. */
    boolean isKey(String name) {
        return places.containsKey(name);
    }

    /**
     * The parts of the key, as groups have them.
     *
     * @param given names and values; of a name that is not a key's column it is said which there are
     * @param others names that are not about the key
     */
    List<Object> read(Map<String, List<String>> given, List<String> others) {
        Object[] parts = new Object[places.size()];
        boolean[] known = new boolean[parts.length];
        given.forEach((name, values) -> {
            if (!others.contains(name) || isKey(name)) {
                int place = place(name, values.getFirst());
                if (known[place] || values.size() > 1) {
                    throw new BadParameter(name, String.join(",", values), "expected it once");
                }
                known[place] = true;
                parts[place] = isKey(name) ? part(name, place, values.getFirst()) : ofNull(name, place);
            }
        });
        places.forEach((name, place) -> {
            if (!known[place]) {
                throw new BadParameter(name, null, "expected all keys: " + forms());
            }
        });
        return Arrays.asList(parts);
    }

    private int place(String name, String value) {
        if (isKey(name)) {
            return places.get(name);
        }
        String before = name.endsWith(NULL) ? name.substring(0, name.length() - NULL.length()) : "";
        if (!isKey(before)) {
            throw new BadParameter(name, value, "expected the keys of view " + view.name() + ": " + forms());
        }
        return places.get(before);
    }

    private String forms() {
        return String.join(
                ", ",
                places.keySet().stream()
                        .map(name -> isNullable(name) ? name + " or " + name + NULL : name)
                        .toList());
    }

    private boolean isNullable(String name) {
        return view.keys().get(places.get(name)).ref().nullable();
    }

    private Object ofNull(String name, int place) {
        if (!view.keys().get(place).ref().nullable()) {
            throw new BadParameter(name, "", "expected a value: this key is never NULL");
        }
        return null;
    }

    private Object part(String name, int place, String value) {
        SourceColumn column = view.keys().get(place);
        Type type = column.type();
        return switch (type.kind()) {
            case SMALLINT -> Parameters.number(name, value, Short.MIN_VALUE, Short.MAX_VALUE);
            case INTEGER -> Parameters.number(name, value, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case BIGINT -> Parameters.number(name, value, Long.MIN_VALUE, Long.MAX_VALUE);
            case BOOLEAN -> bool(name, value);
            case NUMERIC -> decimal(name, value, Math.max(type.scale(), 0));
            case DATE -> date(name, value);
            case TIMESTAMP -> localTime(name, value);
            case TIMESTAMPTZ -> time(name, value);
            case UUID -> uuid(name, value);
            default -> text(name, value);
        };
    }

    private static Object bool(String name, String value) {
        return switch (value) {
            case "true" -> 1L;
            case "false" -> 0L;
            default -> throw new BadParameter(name, value, "expected true or false");
        };
    }

    private static Object decimal(String name, String value, int scale) {
        if (NUMBER.matcher(value).matches()) {
            BigDecimal shortest = new BigDecimal(value).stripTrailingZeros();
            if (shortest.scale() <= scale) {
                BigDecimal scaled = shortest.setScale(scale);
                return scaled.unscaledValue().bitLength() < Long.SIZE
                        ? (Object) scaled.unscaledValue().longValue()
                        : scaled;
            }
        }
        throw new BadParameter(name, value, "expected a number with at most " + scale + " decimals, such as 12.5");
    }

    private static Object date(String name, String value) {
        try {
            LocalDate date = LocalDate.parse(value);
            if (isPossible(date.getYear())) {
                return date.toEpochDay();
            }
        } catch (DateTimeException e) {
            // Said below, in the words of the question.
        }
        throw new BadParameter(name, value, "expected a date such as 2026-11-23");
    }

    private static Object localTime(String name, String value) {
        try {
            LocalDateTime time = LocalDateTime.parse(value);
            if (isPossible(time.getYear()) && time.getNano() % 1_000 == 0) {
                return micros(time.toInstant(ZoneOffset.UTC));
            }
        } catch (DateTimeException e) {
            // Said below, in the words of the question.
        }
        throw new BadParameter(name, value, "expected a time without a zone, such as 2026-11-23T05:13:00.25");
    }

    private static Object time(String name, String value) {
        try {
            OffsetDateTime time = OffsetDateTime.parse(value).withOffsetSameInstant(ZoneOffset.UTC);
            if (isPossible(time.getYear()) && time.getNano() % 1_000 == 0) {
                return micros(time.toInstant());
            }
        } catch (DateTimeException e) {
            // Said below, in the words of the question.
        }
        throw new BadParameter(name, value, "expected a time in UTC, such as 2026-11-23T05:13:00.25Z");
    }

    private static boolean isPossible(int year) {
        return year >= FIRST_YEAR && year <= LAST_YEAR;
    }

    private static long micros(Instant time) {
        return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
    }

    private static Object uuid(String name, String value) {
        try {
            UUID uuid = UUID.fromString(value);
            if (uuid.toString().equalsIgnoreCase(value)) {
                return uuid.toString();
            }
        } catch (IllegalArgumentException e) {
            // Said below, in the words of the question.
        }
        throw new BadParameter(name, value, "expected a uuid such as 0197b5c3-7d1e-7c40-8f6a-2b9d1c0e4a55");
    }

    private static Object text(String name, String value) {
        if (value.indexOf(0) >= 0) {
            throw new BadParameter(name, "…", "expected a text without the character of number zero");
        }
        return value;
    }
}
