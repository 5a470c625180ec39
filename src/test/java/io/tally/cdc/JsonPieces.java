package io.tally.cdc;

import java.math.BigInteger;
import java.util.Base64;
import java.util.Random;

/** Values for envelopes, as JSON: the usual, the rare, the wrong. */
final class JsonPieces {

    private static final String[] PRICES = {
        "\"3.50\"",
        "\"10\"",
        "12.5",
        "7",
        "\"1E+2\"",
        "\"-0.05\"",
        "\"+19.990000\"",
        "\".5\"",
        "\"5.\"",
        "1e2",
        "0.0E-7",
        "\"0E+999999999\"",
        "0E+99999999999",
        "\"92233720368547758.07\"",
        "\"-92233720368547758.08\"",
        "\"\\u0033.50\"",
        "\"000000000000000000000000001.00\"",
        "1.000000000000000000000000000000",
        "\"120000E-4\"",
        "{\"scale\":2,\"value\":\"AV4=\"}",
        "{\"value\":\"+Q==\",\"scale\":-1}",
        "{\"scale\":1000000,\"value\":\"AA==\"}",
        "\"AV4=\"",
        "\"\\u002bQ\\u003d=\"",
        "\"gAAAAAAAAAA=\"",
        "\"1234\"",
        "\"NAN\"",
        "\"Infinity\"",
        "\"-Infinity\"",
        "\"POSITIVE_INFINITY\"",
        "\"NEGATIVE_INFINITY\"",
        "\"N\\u0061N\"",
    };

    private static final String[] WRONG_PRICES = {
        "\"12.345\"",
        "\"1E+999999999\"",
        "1E-999999999",
        "1e99999999999",
        "\"92233720368547758.08\"",
        "\"abc\"",
        "\"\"",
        "\".\"",
        "\"1e\"",
        "\"1.5.0\"",
        "\"NaN\"",
        "\"nan\"",
        "\"+Infinity\"",
        "\" 3.50\"",
        "null",
        "true",
        "[3]",
        "\"3,50\"",
        "\"--1\"",
        "\"1e1.5\"",
        "-1E+17",
        "\"__debezium_unavailable_value\"",
        "\"٣.٥٠\"",
        "{\"scale\":2,\"value\":\"AIAAAAAAAAAA\"}",
        "{\"scale\":2.0,\"value\":\"AV4=\"}",
        "{\"scale\":-2147483648,\"value\":\"AV4=\"}",
        "{\"scale\":9223372036854775808,\"value\":\"AA==\"}",
        "{\"scale\":2,\"value\":\"AV4\"}",
        "\"AV4=AV4=\"",
        "\"A===\"",
        "\"AAAAAAAAAAAAAAAAAAFe\"",
    };

    private static final String[] TIMES = {
        "2026-11-22T12:19:11.524822Z",
        "2026-11-22T12:19:11Z",
        "2026-11-22T12:19Z",
        "1969-12-31T23:59:59.999999999Z",
        "2024-02-29T00:00:00.5+05:30",
        "2024-12-31T23:59:59-18:00",
        "0000-02-29T00:00:00Z",
        "-4712-01-01T00:00:00Z",
        "+294246-12-31T23:59:59.999999Z",
        "+294276-01-01T00:00:00Z",
        "-4713-11-24T00:00:00Z",
        "+12026-01-01T00:00:00-03",
        "infinity",
        "-infinity",
        "2026-11-22t12:19:11z",
        "0001-01-01T00:00:00+00:53:28",
        "\\u0032026-11-22T12:19:11Z",
        "1883-11-18T12:03:57.123-04:56:02",
    };

    private static final String[] WRONG_TIMES = {
        "2026-11-22 12:19:11Z",
        "2026-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "-4713-12-31T00:00:00Z",
        "2026-11-22T12:19:60Z",
        "2026-11-22T12:19:11",
        "2026-11-22T12:19:11.Z",
        "2026-11-22T12:19:11.1234567890Z",
        "",
        "+294277-01-01T00:00:00Z",
        "2026-11-22T12:19:11+18:01",
        "2026-11-22T12:19:11+1:00",
        "26-11-22T12:19:11Z",
        "Infinity",
        "2026-11-22T12:19:11+0100",
        "9999999999-01-01T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "__debezium_unavailable_value",
        "2026-11-22T12:19:11Zx",
        "2026-11-22T12:19:11.12345é",
    };

    private static final String[] SEQUENCES = {
        "null",
        "\"[null,\\\"29165224\\\"]\"",
        "\"[null,null]\"",
        "\" [ null , \\\"5\\\" ] \"",
        "\"[\\u0022077\\\",null]\"",
        "\"[\\\"9223372036854775807\\\",\\\"1\\\"]\"",
        "\"[\\\"\\\\u0031\\\",\\\"2\\\"]\"",
        "\"\\n[\\t\\\"1\\\",\\\"2\\\"]\"",
    };

    private static final String[] WRONG_SEQUENCES = {
        "\"\"",
        "\"[]\"",
        "\"[null]\"",
        "\"[1,2]\"",
        "\"[\\\"1\\\",\\\"2\\\",\\\"3\\\"]\"",
        "[null,\"5\"]",
        "5",
        "\"[\\\"x\\\",null]\"",
        "\"[\\\"9223372036854775808\\\",null]\"",
        "\"[null,\\\"\\\"]\"",
        "\"[null,null\"",
        "\"[null,null]]\"",
        "\"{}\"",
        "\"[\\\"-1\\\",null]\"",
        "\"[nulL,null]\"",
    };

    private JsonPieces() {}

    static String price(Random random) {
        return pick(random, PRICES, WRONG_PRICES);
    }

    private static final String[] TIME_NUMBERS = {
        "1795349951525",
        "1795349951524822",
        "-1",
        "9223372036825200000",
        "-9223372036832400000",
        "9223372036854775807",
        "-9223372036854775808",
        "-9223372036853775810",
        "-210866198400000000",
        "9224318015999999",
        "9224286393600000",
        "-210834057600001",
        "1e12",
        "1795349951525.0",
        "99999999999999999999",
    };

    private static final String[] OTHER_MESSAGES = {
        "{\"ts_ms\":1795349951525}",
        "{\"ts_ms\":\"1795349951525\"}",
        "{\"status\":\"BEGIN\",\"id\":\"571:53195829\",\"event_count\":null,\"ts_ms\":1795349951525}",
        "{\"status\":\"END\",\"id\":\"571:53195829\",\"event_count\":2,\"ts_ms\":1795349951525}",
        "{\"source\":{},\"ddl\":\"ALTER TABLE orders ADD x INT\",\"tableChanges\":[]}",
        "{\"databaseName\":\"streaming\",\"tableChanges\":[{\"type\":\"ALTER\"}]}",
        "{\"type\":\"execute-snapshot\",\"data\":{\"type\":\"INCREMENTAL\"}}",
        "{\"schema\":null,\"payload\":null}",
        "{\"payload\":{\"payload\":{\"op\":\"m\"}}}",
        "{\"id\":\"1\",\"price\":3}",
        "null",
    };

    static String otherMessage(Random random) {
        return OTHER_MESSAGES[random.nextInt(OTHER_MESSAGES.length)];
    }

    /** The bytes of a number, as Connect writes them. */
    static String base64(BigInteger unscaled) {
        return Base64.getEncoder().encodeToString(unscaled.toByteArray());
    }

    static String time(Random random) {
        return random.nextInt(12) == 0
                ? TIME_NUMBERS[random.nextInt(TIME_NUMBERS.length)]
                : "\"" + pick(random, TIMES, WRONG_TIMES) + "\"";
    }

    static String usualSequence(Random random, long lsn) {
        String first = random.nextInt(10) == 0 ? "null" : "\\\"" + (lsn - random.nextInt(100)) + "\\\"";
        return "\"[" + first + ",\\\"" + lsn + "\\\"]\"";
    }

    static String sequence(Random random, long lsn) {
        return random.nextInt(3) == 0 ? usualSequence(random, lsn) : pick(random, SEQUENCES, WRONG_SEQUENCES);
    }

    /** Any value that could stand anywhere. */
    static String any(Random random) {
        return switch (random.nextInt(5)) {
            case 0 -> price(random);
            case 1 -> time(random);
            case 2 -> sequence(random, random.nextInt(1000));
            case 3 -> otherMessage(random);
            default -> pick(random, ODD_VALUES, ODD_VALUES);
        };
    }

    private static final String[] ODD_VALUES = {
        "null",
        "true",
        "false",
        "{}",
        "[]",
        "\"\"",
        "0",
        "-0",
        "01",
        "-",
        "1.",
        "1.e5",
        ".5",
        "+1",
        "1e",
        "1e+",
        "NaN",
        "Infinity",
        "nul",
        "True",
        "'x'",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"\\u00\"",
        "\"\\x\"",
        "\"\\u0000\"",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\"}",
        "{a:1}",
        "[[[{}]]]",
        "{\"\\ud83d\\ude00\":1}",
        "{\"\\ud83d\":1}",
        "{\"\\ude00\":1}",
        "{\"\\ud83dx\":1}",
        "2147483648",
        "-2147483649",
        "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999999",
        "5.0",
        "5e0",
        "\"u\"",
        "\"\\u0063\"",
        "\"cc\"",
        "\"__debezium_unavailable_value\"",
        "\"incremental\"",
        "/**/1",
        "1//x\n",
        "{\"op\":\"c\"}",
        "{\"after\":null}",
        "1e999",
        "-1E-99999999999",
        "\"\t\"",
        "\"\u007f\"",
        "\"\u2028\"",
    };

    private static String pick(Random random, String[] fine, String[] wrong) {
        String[] choices = random.nextInt(5) == 0 ? wrong : fine;
        return choices[random.nextInt(choices.length)];
    }
}
