package io.tally.view;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Dates, times and intervals as PostgreSQL prints them, with {@code DateStyle} ISO and {@code IntervalStyle} iso_8601. */
final class Times {

    private static final long MICROS_PER_SECOND = 1_000_000;
    static final long MICROS_PER_DAY = 86_400 * MICROS_PER_SECOND;

    /** The earliest time that PostgreSQL knows. */
    static final long FIRST_MICROS = LocalDate.of(-4713, 11, 24).toEpochDay() * MICROS_PER_DAY;

    /** The last one that fits 64 bits; the server knows some days more, which count as infinite. */
    static final long LAST_MICROS = LocalDate.of(294_247, 1, 1).toEpochDay() * MICROS_PER_DAY - 1;

    private static final String DATE = "(\\d{4,7})-(\\d\\d)-(\\d\\d)";
    private static final Pattern DATE_ONLY = Pattern.compile(DATE + "( BC)?");
    private static final Pattern DATE_AND_TIME =
            Pattern.compile(DATE + " (\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,6}))?(\\+00)?( BC)?");
    private static final Pattern INTERVAL =
            Pattern.compile("P(?:(-?\\d+)D)?(?:T(?:(-?\\d+)H)?(?:(-?\\d+)M)?(?:(-?)(\\d+)(?:\\.(\\d{1,6}))?S)?)?");

    private Times() {}

    /** Days since 1970-01-01, or null for what is no day, such as {@code infinity}. */
    static Long days(String text) {
        Matcher m = DATE_ONLY.matcher(text);
        return m.matches() ? Long.valueOf(date(m, m.group(4)).toEpochDay()) : null;
    }

    /** Microseconds since 1970-01-01, or null for what is no moment, or none that is counted. */
    static Long micros(String text) {
        Matcher m = DATE_AND_TIME.matcher(text);
        if (!m.matches()) {
            return null;
        }
        LocalDateTime time = date(m, m.group(9))
                .atTime(Integer.parseInt(m.group(4)), Integer.parseInt(m.group(5)), Integer.parseInt(m.group(6)));
        if (time.getYear() > 294_246) {
            return null;
        }
        return time.toEpochSecond(ZoneOffset.UTC) * MICROS_PER_SECOND + fraction(m.group(7));
    }

    private static LocalDate date(Matcher m, String bc) {
        int year = Integer.parseInt(m.group(1));
        return LocalDate.of(bc == null ? year : 1 - year, Integer.parseInt(m.group(2)), Integer.parseInt(m.group(3)));
    }

    private static long fraction(String digits) {
        return digits == null ? 0 : Long.parseLong((digits + "000000").substring(0, 6));
    }

    /** An interval of days and a time; a day may be something else than 24 hours where there is a zone. */
    record Interval(long days, long micros) {}

    /** An interval, or null if it has months or years. */
    static Interval interval(String text) {
        Matcher m = INTERVAL.matcher(text);
        if (!m.matches()) {
            return null;
        }
        long seconds = number(m.group(2)) * 3600 + number(m.group(3)) * 60;
        long micros = number(m.group(5)) * MICROS_PER_SECOND + fraction(m.group(6));
        return new Interval(
                number(m.group(1)), seconds * MICROS_PER_SECOND + ("-".equals(m.group(4)) ? -micros : micros));
    }

    private static long number(String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    /** A time as it is written in SQL. */
    static String literal(long micros, boolean zoned) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, MICROS_PER_SECOND),
                (int) Math.floorMod(micros, MICROS_PER_SECOND) * 1000,
                ZoneOffset.UTC);
        boolean bc = time.getYear() <= 0;
        return "'%04d-%02d-%02d %02d:%02d:%02d.%06d%s%s'::timestamp %s time zone"
                .formatted(
                        bc ? 1 - time.getYear() : time.getYear(),
                        time.getMonthValue(),
                        time.getDayOfMonth(),
                        time.getHour(),
                        time.getMinute(),
                        time.getSecond(),
                        time.getNano() / 1000,
                        zoned ? "+00" : "",
                        bc ? " BC" : "",
                        zoned ? "with" : "without");
    }
}
