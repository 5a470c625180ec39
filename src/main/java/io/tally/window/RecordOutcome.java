package io.tally.window;

import io.tally.cdc.RowChange;
import java.util.Locale;

/** Outcome of a record that was read for a view: each record has one of these. */
public enum RecordOutcome {
    /** An insert, update or delete that was counted. */
    APPLIED,
    /** The connector sent it again. */
    DUPLICATE,
    /** A change of a transaction that the results already held when they were filled from the table. */
    ALREADY_IN_TABLE,
    /** A delete of a row that is history by the settings, which takes nothing back. */
    PURGED,
    /** A row of one of the connector's own snapshots, which never count. */
    SNAPSHOT_ROW,
    /** It could not be counted; the dead-letter topic has it. */
    DEAD_LETTER,

    // ---- about no row: what the record is, see RowChange.Op ----
    TRUNCATE,
    TOMBSTONE,
    MESSAGE,
    HEARTBEAT,
    TRANSACTION,
    SCHEMA_CHANGE,
    SIGNAL,
    OTHER_TABLE;

    /** The outcome of a record that is about no row. */
    static RecordOutcome of(RowChange.Op kind) {
        return switch (kind) {
            case TRUNCATE -> TRUNCATE;
            case TOMBSTONE -> TOMBSTONE;
            case MESSAGE -> MESSAGE;
            case HEARTBEAT -> HEARTBEAT;
            case TRANSACTION -> TRANSACTION;
            case SCHEMA_CHANGE -> SCHEMA_CHANGE;
            case SIGNAL -> SIGNAL;
            case OTHER_TABLE -> OTHER_TABLE;
            case INSERT, UPDATE, DELETE, SNAPSHOT, INCREMENTAL_SNAPSHOT, NONE ->
                throw new IllegalArgumentException("about a row, op=" + kind);
        };
    }

    /** Whether the record was about no row. */
    public boolean isWithoutRow() {
        return ordinal() >= TRUNCATE.ordinal();
    }

    /** The outcome as metrics and the status show it: lower case, words joined by hyphens. */
    public String code() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
