/**
 * The Kafka side: poll loops, which partition is read by whom and from where, pausing, dead letters.
 *
 * <p>{@link io.tally.ingest.OrdersConnector} is a Reactive Messaging connector of our own: one poll loop per consumer, a
 * whole poll handed over at a time, assignment and position in its hands (docs/adr explains why the stock one does not
 * do). A poll is decoded and applied on the loop's own thread, {@code tally-read-N}; only when the poll holds dead letters,
 * or lacks a schema, does the loop wait for the broker to take them or the registry to answer, keeping its place in the group.
 * The rest of the poll is done by the thread that brings the answer: the network thread of the producer of dead letters, or
 * one of the worker pool with the schemas. The loop leaves the poll alone until that is over.
 *
 * <p>Of a view this package knows a {@link io.tally.ingest.ViewInput}. A {@link io.tally.ingest.Feed} is its shard of a
 * partition and who hands it records: {@link io.tally.ingest.Assignments} with the partitions of the group, or
 * {@link io.tally.ingest.CatchUp} on {@code tally-catch-up} for shards that are behind.
 *
 * <p>Imports {@code cdc}, {@code window}, {@code registry}, Kafka, Jackson and Reactive Messaging. May be imported by {@code
 * status}.
 */
package io.tally.ingest;
