/**
 * The order generator: the same program, started with the profile {@code datagen}. Writes orders, changes and
 * cancellations to the orders table, for demonstrations and tests under load.
 *
 * <p>Imports the PostgreSQL client; nothing imports it. Runs on a thread of its own, {@code tally-datagen}.
 */
package io.tally.datagen;
