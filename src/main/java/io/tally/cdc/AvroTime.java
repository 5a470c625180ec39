package io.tally.cdc;

import io.tally.cdc.json.JsonOutput;

/** A long that its schema says to be a time. */
record AvroTime(EpochUnit unit) implements AvroType {

    @Override
    public void write(AvroInput in, JsonOutput out, Role role) throws UndecodableException {
        AvroPrimitive.LONG.write(in, out, role);
    }

    @Override
    public void skip(AvroInput in) throws UndecodableException {
        AvroPrimitive.LONG.skip(in);
    }
}
