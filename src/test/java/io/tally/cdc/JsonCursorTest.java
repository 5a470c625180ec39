package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.ReferenceReader.Rejected;
import io.tally.cdc.json.JsonCursor;
import io.tally.cdc.json.MalformedJson;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the cursor takes for JSON: the same as Jackson, which is asked each time. */
class JsonCursorTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "true",
                "false",
                "0",
                "-0",
                "1.5",
                "-1.5e-3",
                "1E+2",
                "\"\"",
                "\"a\"",
                " \t\r\n{ } \n",
                "[[],{}]",
                "{\"a\":1,\"b\":[1,2,{\"c\":null}],\"a\":2}",
                "[ 1 , 2 ]",
                "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
                "\"\u007f\"",
                "\"Grüße \uD83D\uDE00\"",
                "\"\\ud83d\\ude00\"",
                "\"\\ud83d\"",
                "\"\\ude00\\ud83d\"",
                "{\"\\ud83d\\ude00\":1}",
                "\"\\u0000\"",
                "{\"\":{\"\":[]}}",
                "0e0",
                "0.0",
                "[0,0]",
                "\"\u2028\"",
                "\uFEFF{}"
            })
    void endOfValue_json_isTaken(String document) {
        assertTrue(jacksonTakes(bytes(document)), "the test's own premise");
        assertTrue(takes(bytes(document)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "}",
                "[",
                "]",
                "{]",
                "[}",
                "{\"a\":1",
                "{\"a\":1]",
                "[1}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":1,}",
                "{,}",
                "[1,]",
                "[,1]",
                "[1 2]",
                "{\"a\" 1}",
                "{a:1}",
                "{'a':1}",
                "{1:1}",
                "{null:1}",
                "01",
                "-01",
                "00",
                "-",
                "+1",
                "1.",
                ".5",
                "1.e5",
                "1e",
                "1e+",
                "--1",
                "0x10",
                "NaN",
                "Infinity",
                "-Infinity",
                "nul",
                "nulll",
                "NULL",
                "tru",
                "truefalse",
                "falsey",
                "\"",
                "\"a",
                "\"\\\"",
                "\"\\x\"",
                "\"\\u12\"",
                "\"\\u12g4\"",
                "\"\\'\"",
                "\"\t\"",
                "\"\n\"",
                "\"\u0000\"",
                "{} {}",
                "{}x",
                "{},",
                "1 2",
                "/* */{}",
                "{}//",
                "#\n{}",
                "{\"\\ud83d\":1}",
                "{\"\\ud83dx\":1}",
                "{\"\\ude00\":1}",
                "{\"\\ud83d\\u0041\":1}",
                "\u00a0{}",
                "\u000b{}",
                "{\"a\":1,,\"b\":2}",
                "{\"a\"::1}",
                "[1,\uFEFF2]",
                "{\"a\":{\"b\":1}",
                "[[[]]",
                "[[]]]"
            })
    void endOfValue_noJson_isRefused(String document) {
        assertEquals(false, jacksonTakes(bytes(document)), "the test's own premise");
        assertEquals(false, takes(bytes(document)));
    }

    static IntStream utf8Leads() {
        return IntStream.rangeClosed(0x80, 0xFF);
    }

    /**
     * All lead bytes with one to three continuation bytes, good and bad ones: in a value, in a name, at the very end.
     */
    @ParameterizedTest
    @MethodSource("utf8Leads")
    void endOfValue_sequencesOfAllLeadBytes_agreesWithJackson(int lead) {
        int[] followers = {0x22, 0x7F, 0x80, 0xA0, 0xBF};
        for (int second : followers) {
            for (int third : followers) {
                for (int fourth : followers) {
                    String sequence = latin(lead, second, third, fourth);
                    check("[\"" + sequence + "\"]");
                    check("{\"a" + sequence + "\":1}");
                    check("\"" + sequence);
                }
            }
        }
    }

    @Test
    void endOfValue_thousandLevels_isTheLimit() {
        for (String pair : new String[] {"[]", "{\"a\":}"}) {
            String open = pair.substring(0, pair.length() - 1);
            String close = pair.substring(pair.length() - 1);
            String inner = pair.equals("[]") ? "" : "1";
            assertTrue(takes(bytes(open.repeat(1000) + inner + close.repeat(1000))));
            assertEquals(false, takes(bytes(open.repeat(1001) + inner + close.repeat(1001))));
            assertTrue(jacksonTakes(bytes(open.repeat(1000) + inner + close.repeat(1000))));
            assertEquals(false, jacksonTakes(bytes(open.repeat(1001) + inner + close.repeat(1001))));
        }
    }

    @Test
    void endOfValue_millionLevels_isRefusedWithoutOverflow() {
        MalformedJson e = assertThrows(MalformedJson.class, () -> read(bytes("[{\"a\":".repeat(500_000))));
    }

    @Test
    void endOfValue_thousandDigits_isTheLimit() {
        for (String start : new String[] {"", "-", "0.", "1e", "-1.5E-"}) {
            int before = (int) start.chars().filter(Character::isDigit).count();
            check(start + "7".repeat(1000 - before));
            check(start + "7".repeat(1001 - before));
            assertTrue(takes(bytes(start + "7".repeat(1000 - before))));
            assertEquals(false, takes(bytes(start + "7".repeat(1001 - before))));
        }
    }

    @Test
    void endOfValue_fault_isNamedByItsOffset() {
        MalformedJson e = assertThrows(MalformedJson.class, () -> read(bytes("{\"a\":tru}")));
        assertEquals("not JSON at byte 5: expected true but found 0x74", e.getMessage());
        MalformedJson end = assertThrows(MalformedJson.class, () -> read(bytes("{\"a\":1")));
        assertEquals("not JSON at byte 6: expected more but found the end", end.getMessage());
    }

    @Test
    void endOfValue_utf16_isRefused() {
        assertEquals(false, takes("{\"a\":1}".getBytes(StandardCharsets.UTF_16LE)));
        assertEquals(false, takes("{\"a\":1}".getBytes(StandardCharsets.UTF_16)));
    }

    private static void check(String latin) {
        byte[] document = latin.getBytes(StandardCharsets.ISO_8859_1);
        assertEquals(jacksonTakes(document), takes(document), latin);
    }

    private static String latin(int... units) {
        StringBuilder text = new StringBuilder();
        for (int unit : units) {
            text.append((char) unit);
        }
        return text.toString();
    }

    private static boolean takes(byte[] document) {
        try {
            read(document);
            return true;
        } catch (MalformedJson e) {
            return false;
        }
    }

    private static void read(byte[] document) throws MalformedJson {
        JsonCursor cursor = new JsonCursor();
        cursor.end(cursor.endOfValue(cursor.open(document, 0, document.length), 0));
    }

    private static boolean jacksonTakes(byte[] document) {
        try {
            ReferenceReader.tree(document);
            return true;
        } catch (Rejected e) {
            return false;
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
