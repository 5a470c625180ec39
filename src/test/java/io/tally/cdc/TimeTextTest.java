package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.tally.cdc.ReferenceReader.Rejected;
import io.tally.cdc.value.CivilDate;
import io.tally.cdc.value.TimeText;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimeTextTest {

    private static final long SEED = 7L;
    private static final long FIRST_SECOND = LocalDate.of(-4713, 1, 1).toEpochDay() * 86_400;
    private static final long LAST_SECOND = LocalDate.of(294_246, 12, 31).toEpochDay() * 86_400 + 86_399;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-11-22T12:19:11.524822Z",
                "2026-11-22T12:19:11.5248Z",
                "2026-11-22T12:19:11.524822999Z",
                "2026-11-22T12:19:11.5Z",
                "2026-11-22T12:19:11Z",
                "2026-11-22T12:19Z",
                "2026-11-22T12:19:11+05:30",
                "2026-11-22T12:19:11.524-18:00",
                "0001-01-01T00:00:00+00:53:28",
                "+12026-01-01T00:00:00Z",
                "-0043-03-15T12:00:00Z",
                "0000-02-29T23:59:59.999999Z",
                "2000-02-29T00:00:00Z"
            })
    void parse_isoTime_agreesWithJavaTime(String text) {
        assertTime(OffsetDateTime.parse(text).toInstant(), text);
    }

    private static void assertTime(Instant expected, String text) {
        assertEquals(micros(expected), parse(text), () -> "seed=" + SEED + " text=" + text);
    }

    private static long micros(Instant time) {
        return time.getEpochSecond() * 1_000_000 + time.getNano() / 1000;
    }

    @Test
    void parse_formsThatJavaTimeDoesNotTake_readsThem() {
        long expected = micros(Instant.parse("2026-11-22T12:19:11Z"));
        assertEquals(expected, parse("2026-11-22T09:19:11-03"));
        assertEquals(expected, parse("+2026-11-22T12:19:11Z"));
        assertEquals(expected, parse("002026-11-22T12:19:11Z"));
        assertEquals(expected, parse("2026-11-22t12:19:11z"));
    }

    @Test
    void parse_decimalsBeyondMicroseconds_roundsDown() {
        assertEquals(999_999, parse("1970-01-01T00:00:00.999999999Z"));
        assertEquals(999_990, parse("1970-01-01T00:00:00.99999Z"));
        assertEquals(-1, parse("1969-12-31T23:59:59.999999Z"));
        assertEquals(-100, parse("1969-12-31T23:59:59.9999Z"));
        assertEquals(-1000, parse("1969-12-31T23:59:59.999Z"));
        assertEquals(-1_000_000, parse("1969-12-31T23:59:59.000000999Z"));
    }

    @Test
    void parse_endsOfTheRange_areTimesAndNothingBeyond() {
        assertEquals(FIRST_SECOND * 1_000_000, parse("-4713-01-01T00:00:00Z"));
        assertEquals(LAST_SECOND * 1_000_000 + 999_999, parse("+294246-12-31T23:59:59.999999Z"));
        assertEquals(TimeText.FAR, parse("+294246-12-31T23:59:59-00:01"));
        assertEquals(TimeText.FAR, parse("+294247-01-01T00:00:00Z"));
        assertEquals(TimeText.FAR, parse("+294276-12-31T23:59:59.999999Z"));
        assertEquals(TimeText.IMPOSSIBLE, parse("-4714-12-31T23:59:59Z"));
        assertEquals(TimeText.IMPOSSIBLE, parse("+294277-01-01T00:00:00Z"));
    }

    @Test
    void parse_infinity_isInfinite() {
        assertEquals(TimeText.INFINITE, parse("infinity"));
        assertEquals(TimeText.INFINITE, parse("-infinity"));
        // As Debezium 3.7 writes them with time.precision.mode=isostring.
        assertEquals(TimeText.INFINITE, parse("+292278994-08-16T23:00:00Z"));
        assertEquals(TimeText.INFINITE, parse("-292275055-05-16T23:00:00Z"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Z",
                "+infinity",
                "Infinity",
                "infinity ",
                "2026-11-22",
                "2026-11-22T12:19:11",
                "2026-11-22 12:19:11Z",
                "2026-11-22T12:19:11.Z",
                "2026-11-22T12:19:11.1234567890Z",
                "2026-11-22T12:19:11,5Z",
                "2026-11-22T12:19:11ZZ",
                "2026-11-22T12:19:1Z",
                "2026-11-22T12:19:",
                "2026-11-22T12:19:11+1:00",
                "2026-11-22T12:19:11+0100",
                "2026-11-22T12:19:11+18:01",
                "2026-11-22T12:19:11+01:60",
                "2026-11-22T12:19:11+01:00:60",
                "2026-11-22T12:19:11+",
                "2026-11-22T24:00:00Z",
                "2026-11-22T12:60:00Z",
                "2026-11-22T12:19:60Z",
                "2026-11-22T12:19:60.000000Z",
                "2026-02-29T00:00:00Z",
                "1900-02-29T00:00:00.000000Z",
                "2026-04-31T00:00:00Z",
                "2026-00-10T00:00:00Z",
                "2026-13-10T00:00:00Z",
                "2026-12-00T00:00:00Z",
                "226-12-01T00:00:00Z",
                "9999999999-12-01T00:00:00Z",
                "--2026-12-01T00:00:00Z",
                "2O26-11-22T12:19:11.524822Z",
                "2026-11-22T12:19:11.52482:Z",
                "2026/11/22T12:19:11.524822Z"
            })
    void parse_anythingElse_isImpossible(String text) {
        assertEquals(TimeText.IMPOSSIBLE, parse(text));
    }

    @Test
    void epochDay_daysOfTheRange_agreesWithJavaTime() {
        long last = LAST_SECOND / 86_400;
        for (long day = FIRST_SECOND / 86_400; day <= last; day += 37) {
            LocalDate date = LocalDate.ofEpochDay(day);
            int length = date.lengthOfMonth();
            assertEquals(day, CivilDate.epochDay(date.getYear(), date.getMonthValue(), date.getDayOfMonth()));
            assertEquals(true, CivilDate.exists(date.getYear(), date.getMonthValue(), length));
            assertEquals(false, CivilDate.exists(date.getYear(), date.getMonthValue(), length + 1));
        }
    }

    @Test
    void parse_randomTimes_agreesWithJavaTime() {
        Random random = new Random(SEED);
        for (int i = 0; i < 100_000; i++) {
            long second = random.nextBoolean()
                    ? random.nextLong(FIRST_SECOND + 86_400, LAST_SECOND - 86_400)
                    : random.nextLong(-4_000_000_000L, 8_000_000_000L);
            int step = (int) Math.pow(10, random.nextInt(10));
            Instant instant = Instant.ofEpochSecond(second, random.nextInt(1_000_000_000) / step * step);
            ZoneOffset offset = random.nextBoolean()
                    ? ZoneOffset.UTC
                    : ZoneOffset.ofTotalSeconds(random.nextInt(-64_800, 64_801) / (random.nextBoolean() ? 60 : 1));
            OffsetDateTime time = instant.atOffset(offset);
            String text = random.nextBoolean() ? time.toString() : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(time);
            assertTime(instant, text);
        }
    }

    @Test
    void parse_spoiledTimes_agreesWithPlainReading() {
        Random random = new Random(SEED);
        byte[] letters = "0123456789+-:.TZtz ".getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < 150_000; i++) {
            StringBuilder text = new StringBuilder(
                    switch (random.nextInt(4)) {
                        case 0 -> "2026-11-22T12:19:11.524822Z";
                        case 1 -> "+12024-02-29T23:59:59.999+05:30";
                        case 2 -> "1969-12-31T23:59:59Z";
                        default -> "-0004-02-29T00:00:00.5-00:01:15";
                    });
            for (int changes = random.nextInt(3); changes >= 0; changes--) {
                int at = random.nextInt(text.length());
                char letter = (char) letters[random.nextInt(letters.length)];
                switch (random.nextInt(6)) {
                    case 0 -> text.deleteCharAt(at);
                    case 1 -> text.insert(at, letter);
                    default -> text.setCharAt(at, letter);
                }
            }
            assertEquals(reference(text.toString()), parse(text.toString()), () -> "seed=" + SEED + " text=" + text);
        }
    }

    @Test
    void parseDate_anyDate_agreesWithJavaTime() {
        for (long day = LocalDate.of(-4713, 1, 1).toEpochDay(); day < 2_145_042_905; day += 10_007) {
            LocalDate date = LocalDate.ofEpochDay(day);
            assertEquals(day, parseDate(date.toString()), date::toString);
            assertEquals(day, parseDate(date + "Z"), date::toString);
        }
        assertEquals(TimeText.INFINITE, parseDate("infinity"));
        assertEquals(TimeText.INFINITE, parseDate("+5877611-06-21Z"));
        assertEquals(TimeText.INFINITE, parseDate("-5877611-06-22Z"));
        for (String wrong : new String[] {
            "",
            "Z",
            "-",
            "2026-11-2",
            "2026-11-31",
            "2026-13-01",
            "2026-11-22T",
            "2026-11-22+01:00",
            "+5874898-01-01",
            "99-1-1",
            "2026-11-22T00:00:00Z",
            "999999999-01-01",
            "9999999999-01-01"
        }) {
            assertEquals(TimeText.IMPOSSIBLE, parseDate(wrong), wrong);
        }
    }

    private static long parseDate(String text) {
        byte[] bytes = ("99" + text + "99").getBytes(StandardCharsets.UTF_8);
        return TimeText.parseDate(bytes, 2, bytes.length - 2);
    }

    private static long reference(String text) {
        try {
            return ReferenceTexts.micros(text);
        } catch (Rejected e) {
            return TimeText.IMPOSSIBLE;
        }
    }

    /** Parses the text between other digits, which must not count. */
    private static long parse(String text) {
        byte[] bytes = ("99" + text + "99").getBytes(StandardCharsets.UTF_8);
        return TimeText.parse(bytes, 2, bytes.length - 2);
    }
}
