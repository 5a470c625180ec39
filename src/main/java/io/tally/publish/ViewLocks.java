package io.tally.publish;

import io.tally.view.sql.Names;

/**
 * Locks that are one view's, as statements and conditions in SQL. They stand in place of locks on the tables that all views
 * share. Two views whose names have the same hash wait for each other now and then, no more.
 *
 * <p>Of several locks these are taken first, then rows of {@code tally_view}, of {@code tally_view_checkpoint}, and of the
 * results.
 */
final class ViewLocks {

    private final String checkpoints;
    private final String filling;

    ViewLocks(String view) {
        checkpoints = key("tally checkpoints " + view);
        filling = key("tally filling " + view);
    }

    private static String key(String name) {
        return "hashtextextended(%s, 0)".formatted(Names.literal(name));
    }

    /** Until the transaction ends, checkpoints may move, and get other owners; there will be neither more nor others of them. */
    String moveOn() {
        return "SELECT pg_advisory_xact_lock_shared(%s)".formatted(checkpoints);
    }

    /** Until the transaction ends, checkpoints stay as they are, but for what it does itself. */
    String holdStill() {
        return "SELECT pg_advisory_xact_lock(%s)".formatted(checkpoints);
    }

    /** Until the session ends, nobody else fills the results. */
    String fillAlone() {
        return "SELECT pg_try_advisory_lock(%s) AS alone".formatted(filling);
    }

    /** Whether nobody is filling the results, nor will be until the transaction ends. */
    String nobodyFills() {
        return "pg_try_advisory_xact_lock_shared(%s)".formatted(filling);
    }
}
