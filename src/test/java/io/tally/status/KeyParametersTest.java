package io.tally.status;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.status.Problem.BadParameter;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyParametersTest {

    private static List<Object> read(KeyParameters keys, String... namesAndValues) {
        Map<String, List<String>> given = new LinkedHashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            given.put(namesAndValues[i], List.of(namesAndValues[i + 1]));
        }
        return keys.read(given, List.of("windows"));
    }

    private static KeyParameters of(String... columns) {
        return new KeyParameters(TestViews.byKeys(columns));
    }

    @Test
    void read_twoTextsOfWhichOneIsNull_areTheParts() {
        KeyParameters keys = of("region text NULL", "kind text");
        assertEquals(List.of("north", "a"), read(keys, "kind", "a", "region", "north", "windows", "3"));
        assertEquals(Arrays.asList(null, ""), read(keys, "region.null", "", "kind", ""));
    }

    @Test
    void read_keyThatIsCalledLikeAnotherParameter_isTheKey() {
        assertEquals(List.of("3"), read(of("windows text"), "windows", "3"));
    }

    @Test
    void read_impossible_namesTheKeys() {
        KeyParameters keys = of("region text NULL", "kind text");
        BadParameter unknown = assertThrows(BadParameter.class, () -> read(keys, "color", "red"));
        assertEquals(
                "color=red is not possible: expected the keys of view by_key: region or region.null, kind",
                unknown.getMessage());
        BadParameter missing = assertThrows(BadParameter.class, () -> read(keys, "region", "north"));
        assertEquals("kind is missing: expected all keys: region or region.null, kind", missing.getMessage());
        BadParameter twice =
                assertThrows(BadParameter.class, () -> read(keys, "region", "north", "region.null", "", "kind", "a"));
        assertTrue(twice.getMessage().endsWith("expected it once"), twice.getMessage());
        BadParameter never = assertThrows(BadParameter.class, () -> read(keys, "region", "north", "kind.null", ""));
        assertTrue(never.getMessage().endsWith("this key is never NULL"), never.getMessage());
    }

    @ParameterizedTest
    @CsvSource({
        "smallint, -32768, -32768",
        "integer, 7, 7",
        "bigint, -9223372036854775808, -9223372036854775808",
        "boolean, true, 1",
        "'numeric(10,2)', 12.5, 1250",
        "'numeric(10,2)', -0.50, -50",
        "date, 1970-01-03, 2",
        "timestamp without time zone, 1970-01-01T00:00:01.000002, 1000002",
        "timestamp with time zone, 1970-01-01T01:00:01+01:00, 1000000",
    })
    void read_number_isInUnits(String type, String value, long units) {
        assertEquals(List.of(units), read(of("k " + type), "k", value));
    }

    @Test
    void read_numberBeyond64Bits_isExact() {
        assertEquals(
                List.of(new BigDecimal("12345678901234567890123.40")),
                read(of("k numeric(40,2)"), "k", "12345678901234567890123.4"));
    }

    @Test
    void read_uuid_isInSmallLetters() {
        assertEquals(
                List.of("0197b5c3-7d1e-7c40-8f6a-2b9d1c0e4a55"),
                read(of("k uuid"), "k", "0197B5C3-7D1E-7C40-8F6A-2B9D1C0E4A55"));
    }

    @ParameterizedTest
    @CsvSource({
        "smallint, 32768",
        "integer, 4711x",
        "bigint, 9223372036854775808",
        "boolean, yes",
        "'numeric(10,2)', 1.005",
        "'numeric(10,2)', 1e9",
        "'numeric(10,2)', NaN",
        "date, 2026-02-30",
        "date, +999999999-01-01",
        "timestamp without time zone, 2026-01-01T00:00:00Z",
        "timestamp with time zone, 2026-01-01T00:00:00.0000001Z",
        "timestamp with time zone, yesterday",
        "uuid, 1-1-1-1-1",
    })
    void read_impossibleValue_isRefusedWithWhatIsExpected(String type, String value) {
        BadParameter bad = assertThrows(BadParameter.class, () -> read(of("k " + type), "k", value));
        assertTrue(bad.getMessage().startsWith("k=" + value + " is not possible: expected"), bad.getMessage());
    }
}
