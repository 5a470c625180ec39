package io.tally.window;

/**
 * A place in the log from which a partition can be read again, and what the duplicate filter knew before it.
 */
record ResumePoint(long offset, FilterState before) {}
