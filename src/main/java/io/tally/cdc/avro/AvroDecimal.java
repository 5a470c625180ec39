package io.tally.cdc.avro;

import io.tally.cdc.json.JsonOutput;
import io.tally.cdc.value.DecimalText;
import java.nio.charset.StandardCharsets;

/**
 * A decimal in unscaled bytes, big-endian. Written as text, or together with its scale where it is too long for that.
 *
 * @param size how many bytes, or VARIABLE if a length comes before them
 */
record AvroDecimal(int scale, int size) implements AvroType {

    static final int VARIABLE = -1;

    private static final byte[] SCALE = "{\"scale\":".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VALUE = ",\"value\":".getBytes(StandardCharsets.US_ASCII);

    @Override
    public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
        int length = size == VARIABLE ? in.readLength() : size;
        int from = in.pass(length);
        byte[] bytes = in.bytes();
        if (length == 0 || length > Long.BYTES || scale < 0 || scale > DecimalText.MAX_SCALE) {
            out.write(SCALE);
            out.writeNumber(scale);
            out.write(VALUE);
            out.writeBase64(bytes, from, length);
            out.write('}');
            return;
        }
        long unscaled = bytes[from];
        for (int i = 1; i < length; i++) {
            unscaled = unscaled << 8 | bytes[from + i] & 0xFF;
        }
        out.write('"');
        out.writeDecimal(unscaled, scale);
        out.write('"');
    }

    @Override
    public void skip(AvroInput in) throws MalformedAvro {
        in.pass(size == VARIABLE ? in.readLength() : size);
    }
}
