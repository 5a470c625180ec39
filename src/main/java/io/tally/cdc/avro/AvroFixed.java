package io.tally.cdc.avro;

import io.tally.cdc.json.JsonOutput;

/** So many bytes. */
record AvroFixed(int size) implements AvroType {

    @Override
    public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
        out.writeBase64(in.bytes(), in.pass(size), size);
    }

    @Override
    public void skip(AvroInput in) throws MalformedAvro {
        in.pass(size);
    }
}
