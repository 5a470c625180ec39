package io.tally.window;

/** Partitions cannot be taken over now. The message is for an operator: what is the matter, and what to do. */
public final class TakeoverException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** The step that the caller has to take. */
    public enum Kind {
        /** Something is not there yet: try again. */
        WAIT,
        /** The results are worthless and the settings say to stop: leave the partitions alone until a restart. */
        STOP,
        /** This engine must not run at all as it is set up. */
        REFUSE
    }

    private final Kind kind;

    public TakeoverException(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
