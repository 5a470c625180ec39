/**
 * The PostgreSQL side: taking partitions over, filling the results from the source, and the one transaction that adds
 * totals and moves progress.
 *
 * <p>{@link io.tally.publish.Publisher} and {@link io.tally.publish.Takeover} are the protocol: plain code that knows the
 * database only as a {@link io.tally.publish.Ledger} and time only as a clock, so that a simulation can drive them.
 * {@link io.tally.publish.PgLedger} is the SQL, {@link io.tally.publish.Ticker} the scheduler. All of it runs on one
 * thread, {@code tally-publish}; the database client's own threads only hand answers over to it. Apart from that stands
 * {@link io.tally.publish.ViewNow}, which reads for those who look on, on their threads and the pool's connections.
 *
 * <p>Imports {@code window} and the PostgreSQL client. May be imported by {@code status}.
 */
package io.tally.publish;
