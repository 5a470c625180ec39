/**
 * A deterministic simulation of the whole pipeline: one seed decides what the writers write, what the connector sends,
 * when each engine does its next step and what goes wrong.
 *
 * <p>Real are the code that reads ({@code Assignments}, {@code Polled}, the decoder), the window core, {@code Publisher}
 * and {@code Takeover}. Written for it are the source database, the connector, the log with its consumers and group, and
 * the results database with the semantics of the SQL in {@code publish}. One thread, virtual time, no I/O.
 *
 * <p>Not generated, because no engine could notice it from the log and the tables alone:
 * <ul>
 *   <li>a connector that loses rows and takes no new snapshot, or whose new snapshot has no row;
 *   <li>a log that is trimmed or made again while a transaction is in the log but not yet visible;
 *   <li>records sent again into another partition than the first time, because partitions were added in between;
 *   <li>a source restored to before the first transaction that a connector sent: its records have no first part in their
 *       sequence, which is lowest, so nothing that follows looks older;
 *   <li>a standby that was so far behind that it has no results when it takes over: a first start, on a topic with changes
 *       that are no more;
 *   <li>two billion transactions after the results were filled without a single one that the connector sees;
 *   <li>a source restored so that nothing written afterwards has a lower LSN than what was undone. The source is always
 *       restored together with the results, because they are in one database.
 * </ul>
 */
package io.tally.simulation;
