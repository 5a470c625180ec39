package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.tally.cdc.ReferenceReader.Rejected;
import io.tally.cdc.value.DecimalFault;
import io.tally.cdc.value.DecimalText;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DecimalTextTest {

    private static final long SEED = 11L;

    @ParameterizedTest
    @CsvSource({
        "3.50, 350",
        "-3.50, -350",
        "+3.50, 350",
        "3.5, 350",
        "3, 300",
        "3., 300",
        ".5, 50",
        "-.50, -50",
        "0.00, 0",
        "-0.00, 0",
        "1E+2, 10000",
        "1e2, 10000",
        "1.5E1, 1500",
        "120000E-4, 1200",
        "0.0012E3, 120",
        "19.990000, 1999",
        "000000000000000000000000000001.00, 100",
        "0E+999999999, 0",
        "0E+99999999999999, 0",
        "0.000E-99999999999999, 0",
        "92233720368547758.07, 9223372036854775807",
        "-92233720368547758.08, -9223372036854775808",
        "9223372036854775807E-2, 9223372036854775807",
        "0.00000000000000000000000000000001E32, 100"
    })
    void parse_decimal_givesUnits(String text, long units) {
        DecimalText decimal = new DecimalText(2);
        assertNull(parse(decimal, text));
        assertEquals(units, decimal.units());
    }

    @ParameterizedTest
    @ValueSource(strings = {"12.345", "0.001", "1E-3", "1.005E0", "1E-999999999", "1E-99999999999999", "-0.011"})
    void parse_finerThanScale_isFinerPrice(String text) {
        assertEquals(DecimalFault.TOO_FINE, parse(new DecimalText(2), text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "92233720368547758.08",
                "-92233720368547758.09",
                "1E+17",
                "99999999999999999999",
                "1E+999999999",
                "1E+99999999999999",
                "-1E+2147483648"
            })
    void parse_moreThanFits_isOutOfRange(String text) {
        assertEquals(DecimalFault.OUT_OF_RANGE, parse(new DecimalText(2), text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "-",
                "+",
                "--1",
                "+-1",
                "1.2.3",
                "1e",
                "1e+",
                "e1",
                ".e1",
                "1e1.5",
                "nan",
                "+Infinity",
                "1,5",
                " 1",
                "1 ",
                "0x1",
                "1_000",
                "٣",
                "1e٣",
                "3.5O"
            })
    void parse_noDecimal_isImpossible(String text) {
        assertEquals(DecimalFault.NO_NUMBER, parse(new DecimalText(2), text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"NaN", "Infinity", "-Infinity", "NAN", "POSITIVE_INFINITY", "NEGATIVE_INFINITY"})
    void parse_notFinite_isSaidApart(String text) {
        assertEquals(DecimalFault.NOT_FINITE, parse(new DecimalText(2), text));
    }

    @Test
    void parse_otherScales_givesTheirUnits() {
        DecimalText whole = new DecimalText(0);
        assertNull(parse(whole, "12.0"));
        assertEquals(12, whole.units());
        assertEquals(DecimalFault.TOO_FINE, parse(whole, "12.5"));
        DecimalText finest = new DecimalText(18);
        assertNull(parse(finest, "-9.223372036854775808"));
        assertEquals(Long.MIN_VALUE, finest.units());
        assertEquals(DecimalFault.OUT_OF_RANGE, parse(finest, "10"));
    }

    @Test
    void new_scaleOutOfRange_isRefused() {
        assertThrows(IllegalArgumentException.class, () -> new DecimalText(-1));
        assertThrows(IllegalArgumentException.class, () -> new DecimalText(19));
    }

    @Test
    void parse_hugeExponents_takesNoTime() {
        DecimalText decimal = new DecimalText(2);
        assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            for (int i = 0; i < 100_000; i++) {
                parse(decimal, "9.99E+999999999");
                parse(decimal, "9.99E-999999999");
                parse(decimal, "0E+999999999");
            }
        });
    }

    @Test
    void parse_randomDecimals_agreesWithBigDecimal() {
        Random random = new Random(SEED);
        for (int i = 0; i < 200_000; i++) {
            int scale = random.nextInt(DecimalText.MAX_SCALE + 1);
            String text = text(random);
            DecimalText decimal = new DecimalText(scale);
            DecimalFault against = parse(decimal, text);
            String actual = against == null ? String.valueOf(decimal.units()) : "refused";
            assertEquals(reference(text, scale), actual, () -> "seed=" + SEED + " scale=" + scale + " text=" + text);
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        text.append(random.nextInt(4) == 0 ? random.nextBoolean() ? "-" : "+" : "");
        digits(random, text, random.nextInt(random.nextInt(3) == 0 ? 22 : 6));
        if (random.nextInt(3) > 0) {
            text.append('.');
            digits(random, text, random.nextInt(random.nextInt(3) == 0 ? 22 : 4));
        }
        if (random.nextInt(3) == 0) {
            text.append(random.nextBoolean() ? 'e' : 'E');
            text.append(random.nextInt(3) == 0 ? "" : random.nextBoolean() ? "-" : "+");
            digits(random, text, random.nextInt(random.nextInt(5) == 0 ? 14 : 3));
        }
        if (random.nextInt(20) == 0) {
            text.insert(random.nextInt(text.length() + 1), "+-.eE 0x".charAt(random.nextInt(8)));
        }
        return text.toString();
    }

    private static void digits(Random random, StringBuilder text, int count) {
        boolean zeros = random.nextInt(3) == 0;
        for (int i = 0; i < count; i++) {
            text.append(zeros ? 0 : random.nextInt(10));
        }
    }

    private static String reference(String text, int scale) {
        try {
            return String.valueOf(ReferenceTexts.units(text, scale));
        } catch (Rejected e) {
            return "refused";
        }
    }

    /** Parses the text between other digits, which must not count. */
    private static DecimalFault parse(DecimalText decimal, String text) {
        byte[] bytes = ("99" + text + "99").getBytes(StandardCharsets.UTF_8);
        return decimal.parse(bytes, 2, bytes.length - 2);
    }
}
