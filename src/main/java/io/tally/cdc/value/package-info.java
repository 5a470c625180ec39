/**
 * Numbers and times in the ways in which Debezium and Connect write them, to {@code long}s: exactly, and as a rule without
 * garbage.
 *
 * <p>Knows nothing of columns. Imports the JDK and {@link io.tally.cdc.json}.
 */
package io.tally.cdc.value;
