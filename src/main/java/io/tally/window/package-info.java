/**
 * The pure core: what a change of a row does to the windows of its partition, when a window is due, and how far a restart
 * has to go back.
 *
 *
 * <p>Which of the columns that are read belong to a view, {@link ViewRow} knows and nobody else.
 *
 * <p>Imports the JDK, {@code view} and the changes of {@code cdc}. Does no I/O, reads no clock, starts no thread, logs
 * nothing: events and times come in as arguments, what to publish comes out as a value. Every other package may import it. A
 * {@link Shard} has a single writer at a time: whoever calls it holds its monitor.
 */
package io.tally.window;
