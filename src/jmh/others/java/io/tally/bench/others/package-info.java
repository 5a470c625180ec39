/** The rows that the engine keeps, kept by other systems, as programs for {@code io.tally.bench.Drain} to run. */
package io.tally.bench.others;
