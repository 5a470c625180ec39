package io.tally.simulation;

/** What can go wrong, each under the condition that the protocol promises to survive it. */
enum FaultKind {
    // ---- planned: so many a run, at times drawn beforehand ----
    /** An engine dies between two steps; what it has sent to the database may still be committed. */
    CRASH,
    /** A process stands still for so long that the group gives its partitions away, and then goes on. */
    PAUSE,
    /** Partitions move to other engines, or are taken away and given back. */
    REBALANCE,
    /** The clock of an engine jumps, forward or back. */
    CLOCK_JUMP,
    /** The connector sends a stretch again. */
    CONNECTOR_RESTART,
    /** The connector starts from nothing on the slot it had: all rows again, then everything the slot has kept. */
    SNAPSHOT_REPEATED,
    /** Slot and offsets are lost: changes in between exist as snapshot rows only. */
    SLOT_LOST,
    /** The connector is one of before Debezium 1.7 for a while: its records have no sequence. */
    OLD_CONNECTOR,
    /** Rows read while streaming goes on. */
    INCREMENTAL_SNAPSHOT,
    /** The database with orders and results is restored to an earlier moment; the log keeps what was undone. */
    DATABASE_RESTORED,
    /** Results and checkpoints alone are restored to an earlier moment. */
    RESULTS_RESTORED,
    /** One or several engines are started again with tally.rebuild=true. */
    REBUILD,
    /** The log loses its oldest records. */
    LOG_TRIMMED,
    /** Retention deletes everything in the log of partitions that rest. */
    RETENTION,
    /** The topic is deleted and made again. */
    TOPIC_RECREATED,
    PARTITION_ADDED,
    TRUNCATE,
    /** Two billion transactions elsewhere, so that ids of 32 bits come round; the log has long lost what was before. */
    IDS_PASSED,
    /** The replica identity is not FULL for a while: rows before updates and deletes are made up. */
    IDENTITY_CHANGED,
    /** The table is altered in a way that does not matter. */
    ALTERED,
    /** A standby that was behind takes the place of the source, on another timeline. */
    FAILED_OVER,
    /** No writer writes for a while. */
    SILENCE,

    // ---- by chance: with a probability for each occasion ----
    /** A request does not reach the database. */
    REQUEST_LOST,
    /** The answer of a transaction does not arrive. */
    ANSWER_LOST,
    /** A commit takes seconds. */
    SLOW_COMMIT,
    /** A transaction commits long after its client has given it up. */
    ZOMBIE_COMMIT,
    /** The broker does not say what it holds. */
    PROBE_FAILED,
    /** A record that cannot be decoded and is of no change. */
    DEAD_LETTER,
    /** A record of a change that cannot be decoded. */
    VOID_CHANGE,
    /** A poll is applied long after it was polled. */
    SLOW_POLL,
    /** A poll waits for the schema registry, or for its dead letters to be taken. */
    POLL_WAITS,
    /** A poll fails before it is applied. */
    POLL_FAILED,
    /** A transaction is in the log before others can see it in the table. */
    VISIBLE_LATE,
    /** The same for longer than a fill waits: its commit waits for a synchronous standby. */
    STANDBY_AWAY,

    // ---- noticed: they follow from the above ----
    /** A batch was committed for an engine that no longer lives. */
    COMMITTED_AFTER_CRASH,
    /** The first transaction after a start came again with another first part of its sequence. */
    FIRST_PART_CHANGED,
    /** A snapshot of the whole table was cut short and begun again. */
    SNAPSHOT_CUT_SHORT,
    /** A poll was applied after its partition had been taken away. */
    STALE_POLL,
    /** A batch was refused because another engine owned the partition. */
    FENCED,
    /** Reading stopped because memory was full. */
    MEMORY_FULL,
    /** A window was published before it closed. */
    PUBLISHED_EARLY,
    /** An order came for a window that was published. */
    LATE_ORDER,
    /** A row counted nothing, because of a value in it. */
    LEFT_OUT,
    /** A record was recognised as sent before. */
    DUPLICATE,
    /** Rows of one COPY, with one sequence pair. */
    COPY,
    /** The results were filled from the orders table. */
    FILLED,
    /** Two engines wanted to fill the results at once; one gave way. */
    FILL_SUPERSEDED,
    /** A transaction was skipped because the table held it already. */
    ALREADY_IN_TABLE,
    /** An engine noticed that the source's log had gone back. */
    WENT_BACK_NOTICED,
    /** An engine stopped at data loss, because it was told to. */
    STOPPED,
    /** A late order changed a row that a reader had seen as final. */
    FINAL_CORRECTED,
    /** A row before a change was made up. */
    MADE_UP,
    /** One was a dead letter, because the identity was known not to be FULL. */
    MADE_UP_VOID,

    // ---- planned where several views are kept ----
    /** An engine reads one view again from its checkpoints, alone. */
    VIEW_DROPPED,
    /** The results of one view are worthless, and filled again alone. */
    VIEW_LOST,
    /** The tables of one view cannot be reached for a while. */
    VIEW_AWAY,
    /** A view is added while the others are kept. */
    VIEW_ADDED,

    // ---- noticed: they follow from the above ----
    /** A shard was behind the reader of its partition, and met it. */
    CAUGHT_UP,
    /** A record counted for a view, and was a dead letter for others: they read a column that could not be read. */
    COUNTED_BY_SOME,
    /** A fill left rows alone, because their windows were history. */
    HISTORY_KEPT,
    /** A delete of history took nothing back. */
    PURGED,
    /** The results were filled at a place in the source's log at which others had been, before it was restored. */
    FILLED_AT_SAME_PLACE,

    // ---- planned, of numbers of its own ----
    /** Somebody deletes a checkpoint. */
    CHECKPOINT_DELETED;

    private static final FaultKind[] VALUES = values();

    static FaultKind of(int ordinal) {
        return VALUES[ordinal];
    }

    static int count() {
        return VALUES.length;
    }

    boolean isPlanned() {
        return ordinal() <= SILENCE.ordinal() || isOfViews() || this == CHECKPOINT_DELETED;
    }

    boolean isOfViews() {
        return ordinal() >= VIEW_DROPPED.ordinal() && ordinal() <= VIEW_ADDED.ordinal();
    }

    boolean isByChance() {
        return !isPlanned() && ordinal() <= STANDBY_AWAY.ordinal();
    }
}
