package io.tally.cdc.avro;

import io.tally.cdc.avro.AvroSchema.Part;
import io.tally.cdc.avro.AvroSchema.Read;
import io.tally.cdc.json.JsonOutput;
import io.tally.cdc.json.Members;
import io.tally.cdc.value.DecimalText;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericEnumSymbol;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.util.Utf8;

/**
 * Reads values in Avro's binary encoding: writes what counts of them as JSON, the way the same connector would have written it,
 * and notes where each member lies. Belongs to one thread.
 */
public final class AvroReader {

    private final JsonOutput out = new JsonOutput();
    private BinaryDecoder decoder;

    /** The array that holds what was read last. It is never written over. */
    public byte[] bytes() {
        return out.bytes();
    }

    /**
     * Reads the value in {@code [offset, offset + length)}.
     *
     * @param outermost takes the members of the value, and what is nested in it those of its parts
     */
    public void read(AvroSchema schema, byte[] value, int offset, int length, Members outermost) throws MalformedAvro {
        Object datum = datum(schema, value, offset, length);
        out.begin();
        write(datum, schema, outermost);
        if (out.hasMoved()) {
            // The places noted before are of another array; now there is room.
            out.restart();
            write(datum, schema, outermost);
        }
    }

    private Object datum(AvroSchema schema, byte[] value, int offset, int length) throws MalformedAvro {
        try {
            decoder = DecoderFactory.get().binaryDecoder(value, offset, length, decoder);
            Object datum = schema.reader().read(null, decoder);
            if (!decoder.isEnd()) {
                throw new MalformedAvro("not Avro of its schema: bytes are left over");
            }
            return datum;
        } catch (IOException
                | AvroRuntimeException
                | IndexOutOfBoundsException
                | UnsupportedOperationException
                | StackOverflowError e) {
            throw new MalformedAvro("not Avro of its schema: " + e);
        }
    }

    private void write(Object value, AvroSchema schema, Members into) throws MalformedAvro {
        Part part = value instanceof GenericRecord record ? schema.part(record.getSchema()) : null;
        int start = out.at();
        into.begin(out.bytes(), start);
        if (part == null) {
            write(value, AvroSchema.NO_DECIMAL);
        } else {
            writeMembers((GenericRecord) value, part, schema, into);
        }
        into.end(out.at(), part == null ? 0 : part.others());
    }

    private void writeMembers(GenericRecord record, Part part, AvroSchema schema, Members into) throws MalformedAvro {
        out.write('{');
        out.write(part.namesOfOthers());
        Read[] fields = part.fields();
        for (int i = 0; i < fields.length; i++) {
            Read field = fields[i];
            out.write(field.name());
            int start = out.at();
            Members nested = into.nested(field.member());
            if (nested == null) {
                write(record.get(i), field.scale());
            } else {
                write(record.get(i), schema, nested);
            }
            into.put(field.member(), start, out.at());
            out.write(',');
        }
        out.writeEnd('}');
    }

    private void write(Object value, int scale) throws MalformedAvro {
        switch (value) {
            case null -> out.writeAscii("null");
            case CharSequence text -> writeString(text);
            case Double number -> writeReal(number.toString(), Double.isFinite(number));
            case Float number -> writeReal(number.toString(), Float.isFinite(number));
            case Number number -> out.writeNumber(number.longValue());
            case Boolean bool -> out.writeAscii(bool.toString());
            case ByteBuffer bytes -> writeBytes(bytes.array(), bytes.limit(), scale);
            case GenericFixed fixed ->
                writeBytes(fixed.bytes(), fixed.bytes().length, AvroSchema.scale(fixed.getSchema()));
            case GenericEnumSymbol<?> symbol -> out.writeAscii("\"" + symbol + "\"");
            case GenericRecord record -> {
                out.write('{');
                for (Schema.Field field : record.getSchema().getFields()) {
                    out.writeAscii("\"" + field.name() + "\":");
                    write(record.get(field.pos()), AvroSchema.scale(field.schema()));
                    out.write(',');
                }
                out.writeEnd('}');
            }
            case Collection<?> elements -> {
                out.write('[');
                for (Object element : elements) {
                    write(element, scale);
                    out.write(',');
                }
                out.writeEnd(']');
            }
            case Map<?, ?> entries -> {
                out.write('{');
                for (Map.Entry<?, ?> entry : entries.entrySet()) {
                    writeString((CharSequence) entry.getKey());
                    out.write(':');
                    write(entry.getValue(), scale);
                    out.write(',');
                }
                out.writeEnd('}');
            }
            default -> throw new IllegalStateException("Avro has no " + value.getClass());
        }
    }

    private void writeString(CharSequence characters) throws MalformedAvro {
        // A schema may ask for a String.
        Utf8 text = characters instanceof Utf8 utf8 ? utf8 : new Utf8(characters.toString());
        if (!out.writeString(text.getBytes(), 0, text.getByteLength())) {
            throw new MalformedAvro("a text is not UTF-8");
        }
    }

    /** The shortest decimal text of the number, which is what was meant; what is no number becomes a text. */
    private void writeReal(String text, boolean finite) {
        out.writeAscii(finite ? text : '"' + text + '"');
    }

    /** Writes bytes in base64; a decimal as text, or together with its scale where it is too long for that. */
    private void writeBytes(byte[] bytes, int length, int scale) {
        if (scale == AvroSchema.NO_DECIMAL) {
            out.writeBase64(bytes, 0, length);
        } else if (length == 0 || length > Long.BYTES || scale < 0 || scale > DecimalText.MAX_SCALE) {
            out.writeAscii("{\"scale\":" + scale + ",\"value\":");
            out.writeBase64(bytes, 0, length);
            out.write('}');
        } else {
            long unscaled = bytes[0];
            for (int i = 1; i < length; i++) {
                unscaled = unscaled << 8 | bytes[i] & 0xFF;
            }
            out.write('"');
            out.writeDecimal(unscaled, scale);
            out.write('"');
        }
    }
}
