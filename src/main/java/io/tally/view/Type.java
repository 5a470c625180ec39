package io.tally.view;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A type of PostgreSQL.
 *
 * @param name as {@code format_type} writes it, with precision and scale
 * @param precision digits that a {@code numeric} was declared with, 0 if it was not
 * @param scale places behind the point that it was declared with
 */
public record Type(Kind kind, String name, int precision, int scale) {

    /** Kinds of types, as far as they differ here. */
    public enum Kind {
        SMALLINT,
        INTEGER,
        BIGINT,
        NUMERIC,
        BOOLEAN,
        TEXT,
        VARCHAR,
        UUID,
        DATE,
        TIMESTAMP,
        TIMESTAMPTZ,
        ENUM,
        /** Not among those that a view can read. */
        OTHER;

        public boolean isInteger() {
            return this == SMALLINT || this == INTEGER || this == BIGINT;
        }

        public boolean isNumber() {
            return isInteger() || this == NUMERIC;
        }

        public boolean isTime() {
            return this == DATE || this == TIMESTAMP || this == TIMESTAMPTZ;
        }

        /** Compared for equality only. */
        public boolean isText() {
            return this == TEXT || this == VARCHAR || this == UUID || this == ENUM;
        }

        /** Whether it is text to PostgreSQL, which a varchar can be compared with. */
        public boolean isCharacter() {
            return this == TEXT || this == VARCHAR;
        }

        /** Whether a value of it may be infinite or no number. */
        boolean mayBeInfinite() {
            return this == NUMERIC || isTime();
        }
    }

    private static final Map<String, Kind> KINDS = Map.ofEntries(
            Map.entry("smallint", Kind.SMALLINT),
            Map.entry("integer", Kind.INTEGER),
            Map.entry("bigint", Kind.BIGINT),
            Map.entry("numeric", Kind.NUMERIC),
            Map.entry("boolean", Kind.BOOLEAN),
            Map.entry("text", Kind.TEXT),
            Map.entry("character varying", Kind.VARCHAR),
            Map.entry("uuid", Kind.UUID),
            Map.entry("date", Kind.DATE),
            Map.entry("timestamp without time zone", Kind.TIMESTAMP),
            Map.entry("timestamp with time zone", Kind.TIMESTAMPTZ));

    private static final Pattern MODIFIER = Pattern.compile("\\((-?\\d{1,4})(?:,(-?\\d{1,4}))?\\)");

    /** A type by its name; one that was made by a user is {@link Kind#OTHER}. */
    public static Type named(String name) {
        Matcher modifier = MODIFIER.matcher(name);
        boolean modified = modifier.find();
        Kind kind = KINDS.getOrDefault(modified ? modifier.replaceFirst("") : name, Kind.OTHER);
        if (!modified || kind != Kind.NUMERIC) {
            return new Type(kind, name, 0, 0);
        }
        int scale = modifier.group(2) == null ? 0 : Integer.parseInt(modifier.group(2));
        return new Type(kind, name, Integer.parseInt(modifier.group(1)), scale);
    }

    static Type enumeration(String name) {
        return new Type(Kind.ENUM, name, 0, 0);
    }

    /** Whether all its values have the same places behind the point. */
    public boolean hasScale() {
        return kind.isInteger() || kind == Kind.NUMERIC && precision > 0;
    }
}
