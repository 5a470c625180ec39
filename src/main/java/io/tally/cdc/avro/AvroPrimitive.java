package io.tally.cdc.avro;

import io.tally.cdc.json.JsonOutput;
import java.nio.charset.StandardCharsets;

/** Avro's primitive types. */
enum AvroPrimitive implements AvroType {
    NULL {
        @Override
        public void write(AvroInput in, JsonOutput out, Role role) {
            out.write(NOTHING);
        }

        @Override
        public void skip(AvroInput in) {}
    },
    BOOLEAN {
        @Override
        public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
            out.write(in.bytes()[in.pass(1)] == 1 ? TRUE : FALSE);
        }

        @Override
        public void skip(AvroInput in) throws MalformedAvro {
            in.pass(1);
        }
    },
    INT {
        @Override
        public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
            out.writeNumber(in.readInt());
        }

        @Override
        public void skip(AvroInput in) throws MalformedAvro {
            in.readInt();
        }
    },
    LONG {
        @Override
        public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
            out.writeNumber(in.readLong());
        }

        @Override
        public void skip(AvroInput in) throws MalformedAvro {
            in.readLong();
        }
    },
    FLOAT {
        @Override
        public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
            float number = Float.intBitsToFloat((int) in.readFixed(Float.BYTES));
            writeReal(out, Float.toString(number), Float.isFinite(number));
        }

        @Override
        public void skip(AvroInput in) throws MalformedAvro {
            in.pass(Float.BYTES);
        }
    },
    DOUBLE {
        @Override
        public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
            double number = Double.longBitsToDouble(in.readFixed(Double.BYTES));
            writeReal(out, Double.toString(number), Double.isFinite(number));
        }

        @Override
        public void skip(AvroInput in) throws MalformedAvro {
            in.pass(Double.BYTES);
        }
    },
    BYTES {
        @Override
        public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
            int length = in.readLength();
            out.writeBase64(in.bytes(), in.pass(length), length);
        }

        @Override
        public void skip(AvroInput in) throws MalformedAvro {
            in.pass(in.readLength());
        }
    },
    STRING {
        @Override
        public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
            int length = in.readLength();
            out.writeString(in.bytes(), in.pass(length), length);
        }

        @Override
        public void skip(AvroInput in) throws MalformedAvro {
            in.pass(in.readLength());
        }
    };

    static final byte[] NOTHING = "null".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TRUE = "true".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] FALSE = "false".getBytes(StandardCharsets.US_ASCII);

    /** The shortest decimal text of the number, which is what was meant; what is no number becomes a text. */
    private static void writeReal(JsonOutput out, String text, boolean finite) {
        out.writeAscii(finite ? text : '"' + text + '"');
    }
}
