package io.tally.chaos;

/** A fault did not come about, because another one was in the way. */
final class Missed extends Exception {

    Missed(Throwable cause) {
        super(cause);
    }
}
