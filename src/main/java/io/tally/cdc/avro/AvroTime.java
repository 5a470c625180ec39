package io.tally.cdc.avro;

import io.tally.cdc.json.JsonOutput;
import io.tally.cdc.value.EpochUnit;

/** A long that its schema says to be a time. */
record AvroTime(EpochUnit unit) implements AvroType {

    @Override
    public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
        AvroPrimitive.LONG.write(in, out, role);
    }

    @Override
    public void skip(AvroInput in) throws MalformedAvro {
        AvroPrimitive.LONG.skip(in);
    }
}
