package io.tally.stack;

/** Something outside this program went wrong; the message is for the person at the terminal and needs no stack trace. */
final class StackException extends Exception {

    StackException(String message) {
        super(message);
    }

    StackException(String message, Throwable cause) {
        super(message, cause);
    }
}
