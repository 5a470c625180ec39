package io.tally.cdc;

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

    public DeadLetterReason reason() {
        return reason;
    }

    /** Path of the field at fault, such as {@code after.price}, or null if it is the record as a whole. */
    public String field() {
        return field;
    }
}
