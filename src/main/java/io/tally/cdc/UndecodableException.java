package io.tally.cdc;

import java.util.List;

/**
 * A record that cannot be counted, and why. It is an outcome of decoding rather than a fault of the program, so it
 * carries no stack trace.
 *
 * <p>The message names field, value and remedy and is meant for the header of the dead letter. The value in it is
 * customer data: logs take {@link #reason()} and {@link #field()} instead.
 */
public final class UndecodableException extends Exception {

    private static final long serialVersionUID = 1L;

    private final DeadLetterReason reason;
    private final String field;

    UndecodableException(DeadLetterReason reason, String field, String message) {
        super(message, null, false, false);
        this.reason = reason;
        this.field = field;
    }

    /** The same, of a record in which other fields are at fault as well. Names them first: remedies stand at the end. */
    UndecodableException and(List<String> others) {
        String fields = field + ", " + String.join(", ", others);
        return new UndecodableException(reason, fields, fields + " cannot be read: " + getMessage());
    }

    /** Of a record that is whole, but whose row before cannot be what it was in the table. */
    public static UndecodableException beforeNotBelieved() {
        return new UndecodableException(
                DeadLetterReason.NO_BEFORE_IMAGE,
                "before",
                "before is made up in part, because the table's replica identity was not FULL when the change was made, so"
                        + " the old row cannot be taken back; run ALTER TABLE ... REPLICA IDENTITY FULL on the source table");
    }

    public DeadLetterReason reason() {
        return reason;
    }

    /** Path of the field at fault, such as {@code after.price}, or of several; null if it is the record as a whole. */
    public String field() {
        return field;
    }
}
