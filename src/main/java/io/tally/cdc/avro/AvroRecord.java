package io.tally.cdc.avro;

import io.tally.cdc.json.JsonOutput;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** A record: fields one after the other. Only those that count are written; of others in a row or outermost, the name. */
final class AvroRecord implements AvroType {

    /**
     * A field.
     *
     * @param label its name, as it stands in an object after another member
     * @param inside the role of its value in the outermost record
     * @param treatments what becomes of it, by the record's role
     */
    private record Field(String name, byte[] label, AvroType type, Role inside, Treatment[] treatments) {}

    private enum Treatment {
        WRITE,
        /** Write that it is there, for those who ask for names, but nothing of it. */
        NAME,
        SKIP
    }

    private static final Role[] ROLES = Role.values();

    private Field[] fields = {};

    /** Gives it its fields; after it is made, since they may be of its own type. */
    void setFields(List<String> names, List<AvroType> types, AvroPlan wanted) {
        fields = new Field[names.size()];
        for (int i = 0; i < fields.length; i++) {
            String name = names.get(i);
            Treatment[] treatments = new Treatment[ROLES.length];
            for (Role role : ROLES) {
                treatments[role.ordinal()] = wanted.counts(role, name)
                        ? Treatment.WRITE
                        : role == Role.SOURCE ? Treatment.SKIP : Treatment.NAME;
            }
            byte[] label = (",\"" + name + "\":").getBytes(StandardCharsets.US_ASCII);
            fields[i] = new Field(name, label, types.get(i), AvroPlan.roleOf(name), treatments);
        }
    }

    /** The type of a field, or null if there is none of the name. */
    AvroType typeOf(String name) {
        for (Field field : fields) {
            if (field.name.equals(name)) {
                return field.type;
            }
        }
        return null;
    }

    @Override
    public void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro {
        in.enter();
        out.write('{');
        int first = 1;
        for (Field field : fields) {
            Treatment treatment = field.treatments[role.ordinal()];
            if (treatment == Treatment.SKIP) {
                field.type.skip(in);
                continue;
            }
            out.write(field.label, first, field.label.length - first);
            first = 0;
            if (treatment == Treatment.WRITE) {
                field.type.write(in, out, role == Role.OUTERMOST ? field.inside : Role.VALUE);
            } else {
                field.type.skip(in);
                out.write(AvroPrimitive.NOTHING);
            }
        }
        out.write('}');
        in.leave();
    }

    @Override
    public void skip(AvroInput in) throws MalformedAvro {
        in.enter();
        for (Field field : fields) {
            field.type.skip(in);
        }
        in.leave();
    }
}
