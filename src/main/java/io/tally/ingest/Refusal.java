package io.tally.ingest;

/**
 * An event: this engine must not run as it is set up.
 *
 * @param message for an operator: what is the matter, and what to do
 */
public record Refusal(String message) {}
