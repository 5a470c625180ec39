package io.tally.cdc.avro;

import io.tally.cdc.avro.AvroType.Role;
import java.util.Set;

/** Which fields of Avro's records count: those that the JSON of the same change would be asked for. */
public final class AvroPlan {

    private final Set<String> outermost;
    private final Set<String> row;
    private final Set<String> source;

    /** @param outermost the fields that count of a record as a whole, of a row image, and of a source */
    public AvroPlan(Set<String> outermost, Set<String> row, Set<String> source) {
        this.outermost = outermost;
        this.row = row;
        this.source = source;
    }

    /** Whether a field of a record counts. */
    boolean counts(Role role, String field) {
        return switch (role) {
            case OUTERMOST -> outermost.contains(field);
            case ROW -> row.contains(field);
            case SOURCE -> source.contains(field);
            case VALUE -> true;
        };
    }

    /** The role of the value of a field of the outermost record. */
    static Role roleOf(String field) {
        return switch (field) {
            case "before", "after" -> Role.ROW;
            case "source" -> Role.SOURCE;
            default -> Role.VALUE;
        };
    }
}
