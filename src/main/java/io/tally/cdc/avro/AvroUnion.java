package io.tally.cdc.avro;

import io.tally.cdc.json.JsonOutput;
import io.tally.cdc.value.EpochUnit;
import java.util.List;

/** A value of one of some types. */
final class AvroUnion implements AvroType {

    private final AvroType[] branches;

    AvroUnion(List<AvroType> branches) {
        this.branches = branches.toArray(AvroType[]::new);
    }

    @Override
    public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
        branches[in.readIndex(branches.length)].write(in, out, role);
    }

    @Override
    public void skip(AvroInput in) throws MalformedAvro {
        branches[in.readIndex(branches.length)].skip(in);
    }

    AvroType[] branches() {
        return branches;
    }

    @Override
    public EpochUnit unit() {
        for (AvroType branch : branches) {
            if (branch.unit() != null) {
                return branch.unit();
            }
        }
        return null;
    }
}
