package io.tally.cdc.value;

import io.tally.cdc.json.Words;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * ISO-8601 text to epoch microseconds, rounded down: {@code 2026-11-22T12:19:11.524822Z}; dates to epoch days.
 *
 * <p>Year of four to nine digits with an optional sign, in the calendar of {@code java.time}; {@code T}; hour and
 * minute; seconds, which a writer may leave out when they are zero, with one to nine decimals or none; zone {@code Z}
 * or an offset of at most 18 hours, as {@code ±HH}, {@code ±HH:MM} or {@code ±HH:MM:SS}. Letters may be small. No leap
 * seconds and no hour 24, since {@code java.time} has none either.
 */
public final class TimeText {

    /** Not a time in PostgreSQL's range, or not in the form above. */
    public static final long IMPOSSIBLE = Long.MIN_VALUE;

    /** PostgreSQL's {@code infinity} or {@code -infinity}. */
    public static final long INFINITE = Long.MAX_VALUE;

    /** A time in PostgreSQL's range that 64 bits of microseconds cannot hold, which end in January of 294247. */
    public static final long FAR = Long.MAX_VALUE - 1;

    /** PostgreSQL's range of timestamps is November of 4714 BC to 294276 AD. Year 0 is 1 BC. */
    private static final int MIN_YEAR = -4713;

    private static final int MAX_YEAR = 294_276;
    private static final int FAR_YEAR = 294_247;

    /** As Debezium (3.7) writes infinite times where times are texts. */
    private static final int INFINITE_YEAR = 292_278_994;

    private static final int MINUS_INFINITE_YEAR = -292_275_055;

    private static final long SECONDS_PER_DAY = 86_400;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MIN_SECOND = CivilDate.epochDay(MIN_YEAR, 1, 1) * SECONDS_PER_DAY;
    private static final long FAR_SECOND = CivilDate.epochDay(FAR_YEAR, 1, 1) * SECONDS_PER_DAY;
    private static final long MAX_SECOND = CivilDate.epochDay(MAX_YEAR + 1, 1, 1) * SECONDS_PER_DAY - 1;

    /** PostgreSQL's last day: dates go further than times. */
    private static final int MAX_DATE_YEAR = 5_874_897;

    private static final long MIN_DAY = CivilDate.epochDay(MIN_YEAR, 1, 1);
    private static final long MAX_DAY = CivilDate.epochDay(MAX_DATE_YEAR + 1, 1, 1) - 1;

    /** As Debezium (3.7) writes infinite dates. */
    private static final long INFINITE_DAY = 2_146_033_979;

    private static final long MINUS_INFINITE_DAY = -2_147_472_691;

    private static final int MAX_YEAR_DIGITS = 9;
    private static final int MAX_DECIMALS = 9;
    private static final int MAX_OFFSET_SECONDS = 18 * 3600;
    private static final int NO_ZONE = Integer.MIN_VALUE;

    /** Stands for two characters that are no digits; larger than anything that two digits may be. */
    private static final int NO_PAIR = 1000;

    private static final byte[] INFINITY = "infinity".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] MINUS_INFINITY = "-infinity".getBytes(StandardCharsets.US_ASCII);

    private TimeText() {}

    /** Epoch microseconds of a second and a part of it, {@link #FAR} or {@link #IMPOSSIBLE}. */
    public static long inRange(long epochSecond, long micros) {
        if (epochSecond >= MIN_SECOND && epochSecond < FAR_SECOND) {
            return epochSecond * MICROS_PER_SECOND + micros;
        }
        return epochSecond >= FAR_SECOND && epochSecond <= MAX_SECOND ? FAR : IMPOSSIBLE;
    }

    /** The given day if it is in PostgreSQL's range; else {@link #INFINITE} or {@link #IMPOSSIBLE}. */
    public static long dayInRange(long epochDay) {
        if (epochDay >= MIN_DAY && epochDay <= MAX_DAY) {
            return epochDay;
        }
        return epochDay == INFINITE_DAY || epochDay == MINUS_INFINITE_DAY ? INFINITE : IMPOSSIBLE;
    }

    /** Epoch microseconds, {@link #INFINITE}, {@link #FAR} or {@link #IMPOSSIBLE}. */
    public static long parse(byte[] bytes, int from, int to) {
        if (UsualTime.isShaped(bytes, from, to)) {
            return UsualTime.epochMicros(bytes, from, to);
        }
        long micros = parseAny(bytes, from, to);
        return micros == IMPOSSIBLE && isInfinite(bytes, from, to) ? INFINITE : micros;
    }

    /** Epoch days of a date that may have a {@code Z} behind it, {@link #INFINITE} or {@link #IMPOSSIBLE}. */
    public static long parseDate(byte[] bytes, int from, int to) {
        int afterYear = Words.endOfDigits(bytes, isSign(bytes, from, to) ? from + 1 : from, to);
        int length = to - afterYear;
        boolean shaped = (length == 6 || length == 7 && bytes[to - 1] == 'Z')
                && bytes[afterYear] == '-'
                && bytes[afterYear + 3] == '-';
        if (!shaped) {
            return isInfinite(bytes, from, to) ? INFINITE : IMPOSSIBLE;
        }
        int year = year(bytes, from, afterYear);
        int month = pair(bytes, afterYear + 1);
        int day = pair(bytes, afterYear + 4);
        boolean exists = Math.abs((long) year) < INFINITE_YEAR && CivilDate.exists(year, month, day);
        return exists ? dayInRange(CivilDate.epochDay(year, month, day)) : IMPOSSIBLE;
    }

    private static boolean isInfinite(byte[] bytes, int from, int to) {
        return Arrays.equals(bytes, from, to, INFINITY, 0, INFINITY.length)
                || Arrays.equals(bytes, from, to, MINUS_INFINITY, 0, MINUS_INFINITY.length);
    }

    private static long parseAny(byte[] bytes, int from, int to) {
        int afterYear = Words.endOfDigits(bytes, isSign(bytes, from, to) ? from + 1 : from, to);
        // -MM-DDTHH:MM and a zone of at least one letter.
        if (to - afterYear < 13) {
            return IMPOSSIBLE;
        }
        boolean shaped = bytes[afterYear] == '-'
                && bytes[afterYear + 3] == '-'
                && (bytes[afterYear + 6] | 0x20) == 't'
                && bytes[afterYear + 9] == ':';
        int year = year(bytes, from, afterYear);
        if (shaped && (year == INFINITE_YEAR || year == MINUS_INFINITE_YEAR)) {
            return INFINITE;
        }
        int month = pair(bytes, afterYear + 1);
        int day = pair(bytes, afterYear + 4);
        int hour = pair(bytes, afterYear + 7);
        int minute = pair(bytes, afterYear + 10);
        long minutes = shaped ? epochMinutes(year, month, day, hour, minute) : IMPOSSIBLE;
        return minutes == IMPOSSIBLE ? IMPOSSIBLE : afterMinute(bytes, afterYear + 12, to, minutes * 60);
    }

    /**
     * Minutes since the epoch, if there is such a minute in the range; the numbers may be any that are not negative.
     */
    public static long epochMinutes(int year, int month, int day, int hour, int minute) {
        boolean exists = year >= MIN_YEAR
                && year <= MAX_YEAR
                && CivilDate.exists(year, month, day)
                && hour <= 23
                && minute <= 59;
        return exists ? CivilDate.epochDay(year, month, day) * 1440 + hour * 60 + minute : IMPOSSIBLE;
    }

    /** Reads seconds, decimals and zone; at least one byte is there. */
    private static long afterMinute(byte[] bytes, int from, int to, long minuteStart) {
        int second = 0;
        int micros = 0;
        int at = from;
        if (bytes[at] == ':') {
            second = to - at < 4 ? NO_PAIR : pair(bytes, at + 1);
            at += 3;
            if (at < to && bytes[at] == '.') {
                int end = Words.endOfDigits(bytes, at + 1, to);
                int decimals = end - at - 1;
                if (decimals < 1 || decimals > MAX_DECIMALS) {
                    return IMPOSSIBLE;
                }
                micros = micros(bytes, at + 1, decimals);
                at = end;
            }
        }
        int offset = zone(bytes, at, to);
        return second > 59 || offset == NO_ZONE ? IMPOSSIBLE : inRange(minuteStart + second - offset, micros);
    }

    private static int micros(byte[] bytes, int from, int decimals) {
        int micros = 0;
        for (int i = 0; i < 6; i++) {
            micros = 10 * micros + (i < decimals ? bytes[from + i] - '0' : 0);
        }
        return micros;
    }

    /** Seconds east of Greenwich, if the rest of the text is a zone. */
    private static int zone(byte[] bytes, int from, int to) {
        int length = to - from;
        if (length == 1) {
            return (bytes[from] | 0x20) == 'z' ? 0 : NO_ZONE;
        }
        boolean shaped = (length == 3 || length == 6 || length == 9)
                && isSign(bytes, from, to)
                && (length < 6 || bytes[from + 3] == ':')
                && (length < 9 || bytes[from + 6] == ':');
        if (!shaped) {
            return NO_ZONE;
        }
        int hours = pair(bytes, from + 1);
        int minutes = length < 6 ? 0 : pair(bytes, from + 4);
        int seconds = length < 9 ? 0 : pair(bytes, from + 7);
        int offset = hours * 3600 + minutes * 60 + seconds;
        if (minutes > 59 || seconds > 59 || offset > MAX_OFFSET_SECONDS) {
            return NO_ZONE;
        }
        return bytes[from] == '-' ? -offset : offset;
    }

    /** The year; one out of range if it has too few digits or too many. */
    private static int year(byte[] bytes, int from, int to) {
        int first = isSign(bytes, from, to) ? from + 1 : from;
        if (to - first < 4 || to - first > MAX_YEAR_DIGITS) {
            return Integer.MAX_VALUE;
        }
        int year = 0;
        for (int i = first; i < to; i++) {
            year = 10 * year + bytes[i] - '0';
        }
        return bytes[from] == '-' ? -year : year;
    }

    private static int pair(byte[] bytes, int at) {
        int tens = bytes[at] - '0';
        int ones = bytes[at + 1] - '0';
        return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? NO_PAIR : 10 * tens + ones;
    }

    private static boolean isSign(byte[] bytes, int at, int to) {
        return at < to && (bytes[at] == '-' || bytes[at] == '+');
    }
}
