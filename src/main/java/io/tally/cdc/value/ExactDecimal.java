package io.tally.cdc.value;

import io.tally.cdc.json.JsonCursor;
import io.tally.cdc.json.JsonText;
import io.tally.cdc.json.MalformedJson;
import io.tally.cdc.json.Members;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Base64;

/** A decimal that was found to be one, in any of the ways that {@link DecimalReader} takes, with all its digits. */
public final class ExactDecimal {

    private ExactDecimal() {}

    /**
     * The number in {@code [start, end)}, or null if its exponent is beyond all bounds.
     *
     * @param decimals of unscaled bytes in a string, or {@link DecimalReader#TEXT} if it holds text
     */
    public static BigDecimal read(byte[] record, int start, int end, int decimals) {
        if (record[start] == '{') {
            return ofStruct(record, start, end);
        }
        if (record[start] != '"') {
            return ofText(JsonText.string(record, start, end));
        }
        String text = JsonText.string(record, start + 1, end - 1);
        return decimals == DecimalReader.TEXT ? ofText(text) : ofBytes(text, decimals);
    }

    private static BigDecimal ofText(String text) {
        try {
            return new BigDecimal(text);
        } catch (NumberFormatException exponentTooLong) {
            return text.matches("[+-]?[0.]+[eE].*") ? BigDecimal.ZERO : null;
        }
    }

    private static BigDecimal ofBytes(String base64, int decimals) {
        return new BigDecimal(new BigInteger(Base64.getDecoder().decode(base64)), decimals);
    }

    private static BigDecimal ofStruct(byte[] record, int start, int end) {
        Members struct = new Members(DecimalReader.STRUCT);
        try {
            JsonCursor cursor = new JsonCursor();
            struct.read(cursor, cursor.open(record, start, end - start), 0);
        } catch (MalformedJson e) {
            throw e.noLonger();
        }
        int decimals =
                (int) IntegerText.value(record, struct.start(DecimalReader.SCALE), struct.end(DecimalReader.SCALE));
        String value =
                JsonText.string(record, struct.start(DecimalReader.VALUE) + 1, struct.end(DecimalReader.VALUE) - 1);
        return ofBytes(value, decimals);
    }
}
