package io.tally.cdc.avro;

import io.tally.cdc.json.JsonOutput;
import io.tally.cdc.value.EpochUnit;
import java.util.List;

/** How values of one Avro type are read: a step of the plan that a writer's schema is made into, once. Immutable when made. */
public interface AvroType {

    /**
     * Which part of a change a record is, which tells what of it counts.
     */
    enum Role {
        /** The value itself: an envelope, a row, or another message. */
        OUTERMOST,
        /** A row image. */
        ROW,
        /** The source of a change. */
        SOURCE,
        /** Anything else that counts; it counts whole. */
        VALUE
    }

    /** Writes the next value as JSON, as far as it counts. */
    void write(AvroInput in, JsonOutput out, Role role) throws MalformedAvro;

    /** Passes the next value over. */
    void skip(AvroInput in) throws MalformedAvro;

    /** Unit of a number of this type, if it is a time; else null. */
    default EpochUnit unit() {
        return null;
    }

    /** Unit of a column of a row, of its images if the type is an envelope's; null if no type tells. */
    static EpochUnit unitOf(AvroType type, String column) {
        return unitOf(type, column, true);
    }

    private static EpochUnit unitOf(AvroType type, String column, boolean outermost) {
        if (type instanceof AvroUnion union) {
            for (AvroType branch : union.branches()) {
                EpochUnit unit = unitOf(branch, column, outermost);
                if (unit != null) {
                    return unit;
                }
            }
        }
        if (!(type instanceof AvroRecord row)) {
            return null;
        }
        AvroType ofColumn = row.typeOf(column);
        EpochUnit unit = ofColumn == null ? null : ofColumn.unit();
        for (String image : List.of("before", "after")) {
            unit = unit == null && outermost ? unitOf(row.typeOf(image), column, false) : unit;
        }
        return unit;
    }
}
