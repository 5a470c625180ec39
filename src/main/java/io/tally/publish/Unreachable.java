package io.tally.publish;

/** A server that cannot be connected to, or does not let us in; it may do so later. The message says all. */
final class Unreachable extends RuntimeException {

    private static final long serialVersionUID = 1L;

    Unreachable(String message) {
        super(message, null, false, false);
    }

    @Override
    public String toString() {
        return getMessage();
    }
}
