package io.tally.publish;

import java.util.concurrent.CompletionException;

/** Failures in words, for logs and the status page. */
final class Failures {

    private Failures() {}

    /** The failure without the wrapping that asynchronous code adds. */
    static Throwable cause(Throwable failure) {
        Throwable cause = failure;
        while (cause instanceof CompletionException && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    /** Its message. */
    static String describe(Throwable failure) {
        Throwable cause = cause(failure);
        String message = cause.getMessage();
        return message == null || message.isBlank() ? cause.getClass().getSimpleName() : message;
    }
}
