package io.tally.cdc.value;

import io.tally.cdc.json.JsonCursor;
import io.tally.cdc.json.MalformedJson;
import io.tally.cdc.json.Members;
import io.tally.cdc.json.TextSlice;

/**
 * The decimal in one column, in any of the ways Debezium and Connect write it: decimal text, a number, the unscaled bytes
 * in base64, or those with their scale beside them.
 *
 * <p>Not thread-safe: the result is left in a field, beside the reason that says whether there is one.
 */
public final class DecimalReader {

    /** The members of a number that brings its scale. */
    public static final String[] STRUCT = {"scale", "value"};

    /** Decimals of a string that holds decimal text. */
    public static final int TEXT = Integer.MIN_VALUE;

    public static final int SCALE = 0;
    public static final int VALUE = 1;

    private final DecimalText decimal;
    private final UnscaledDecimal unscaled;
    private final TextSlice text = new TextSlice();

    private final JsonCursor cursor = new JsonCursor();
    private final Members struct = new Members(STRUCT);

    private long units;

    /** @param scale decimals of the result */
    public DecimalReader(int scale) {
        decimal = new DecimalText(scale);
        unscaled = new UnscaledDecimal(scale);
    }

    /** The number that was read last, times 10^scale; means something only if there was no reason against it. */
    public long units() {
        return units;
    }

    /**
     * Reads the value in {@code [start, end)} and returns null, or the reason why it is no number.
     *
     * @param decimals decimals of unscaled bytes in a string, or {@link #TEXT} if it holds text
     */
    public DecimalFault read(byte[] record, int start, int end, int decimals) {
        byte first = record[start];
        if (first == '"') {
            return decimals == TEXT ? readTextIn(record, start, end) : readBytesIn(record, start, end, decimals);
        }
        if (Members.isNumber(first)) {
            return readText(record, start, end);
        }
        return first == '{' ? readStruct(record, start, end) : DecimalFault.WRONG_TYPE;
    }

    private DecimalFault readText(byte[] bytes, int from, int to) {
        DecimalFault against = decimal.parse(bytes, from, to);
        units = decimal.units();
        return against;
    }

    private DecimalFault readTextIn(byte[] record, int start, int end) {
        DecimalFault against = readText(record, start + 1, end - 1);
        if (against == DecimalFault.NO_NUMBER) {
            text.take(record, start, end);
            against = readText(text.bytes(), text.from(), text.to());
        }
        return against;
    }

    private DecimalFault readBytesIn(byte[] record, int start, int end, int decimals) {
        text.take(record, start, end);
        DecimalFault against = unscaled.parse(text.bytes(), text.from(), text.to(), decimals);
        units = unscaled.units();
        return against;
    }

    /** Reads {@code {"scale":2,"value":"AV4="}}. */
    private DecimalFault readStruct(byte[] record, int start, int end) {
        try {
            struct.read(cursor, cursor.open(record, start, end - start), 0);
        } catch (MalformedJson e) {
            throw e.noLonger();
        }
        if (!struct.isNumber(SCALE) || !struct.isString(VALUE)) {
            return DecimalFault.WRONG_TYPE;
        }
        int from = struct.start(SCALE);
        int to = struct.end(SCALE);
        if (!IntegerText.isInteger(record, from, to)) {
            return DecimalFault.WRONG_TYPE;
        }
        long decimals = IntegerText.fits(record, from, to) ? IntegerText.value(record, from, to) : Long.MAX_VALUE;
        return decimals == (int) decimals && decimals != TEXT
                ? readBytesIn(record, struct.start(VALUE), struct.end(VALUE), (int) decimals)
                : DecimalFault.NO_NUMBER;
    }
}
