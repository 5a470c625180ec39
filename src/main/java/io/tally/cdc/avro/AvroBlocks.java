package io.tally.cdc.avro;

import io.tally.cdc.json.JsonOutput;

/**
 * An array or a map, which come in blocks of elements.
 *
 * @param named whether each element has a name before it, as in a map
 */
record AvroBlocks(AvroType element, boolean named) implements AvroType {

    @Override
    public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
        in.enter();
        out.write(named ? '{' : '[');
        boolean first = true;
        for (long left = in.readBlock(); left > 0; left = in.readBlock()) {
            for (; left > 0; left--) {
                if (!first) {
                    out.write(',');
                }
                first = false;
                if (named) {
                    AvroPrimitive.STRING.write(in, out, Role.VALUE);
                    out.write(':');
                }
                element.write(in, out, Role.VALUE);
            }
        }
        out.write(named ? '}' : ']');
        in.leave();
    }

    /** Goes through the elements, as a block that says how long it is may be wrong about it. */
    @Override
    public void skip(AvroInput in) throws MalformedAvro {
        in.enter();
        for (long left = in.readBlock(); left > 0; left = in.readBlock()) {
            for (; left > 0; left--) {
                if (named) {
                    AvroPrimitive.STRING.skip(in);
                }
                element.skip(in);
            }
        }
        in.leave();
    }
}
