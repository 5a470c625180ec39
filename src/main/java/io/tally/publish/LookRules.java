package io.tally.publish;

import io.tally.view.View;
import io.tally.window.DataLoss;
import io.tally.window.Doubts;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Rules for two looks at the source that differ. No I/O: two looks in, a verdict out. */
final class LookRules {

    /**
     * A verdict.
     *
     * @param lost why the results are worthless, and null if they are not
     * @param explanation one line for an operator, if they are
     * @param next the state to go on with, if they are not
     */
    record Verdict(DataLoss.Reason lost, String explanation, SourceState next) {}

    /** Said of a source that is one. */
    static final String STANDBY =
            "the source is a standby, whose snapshots leave out what is under way; point the engine at the primary, and at nothing"
                    + " that shares connections out among servers";

    private final View view;
    private final boolean needsOldRows;

    /** @param needsOldRows whether changes are only of use with the row they replace */
    LookRules(View view, boolean needsOldRows) {
        this.view = view;
        this.needsOldRows = needsOldRows;
    }

    /**
     * Compares two looks at a server that is not a standby.
     *
     * <p>A record is on disk when it is read, the place of a look (pg_current_wal_insert_lsn) need not be: a crash right after it
     * may lose that end of the log. That this counts as a log that went back is meant. The log that a look vouches for has
     * to reach to where the next record goes, and after such a crash other records go where it has vouched for what it saw.
     * And with synchronous_commit=off transactions may be lost that a fill or a comparison has read.
     *
     * @param before the state to go on from, or null if there is none
     * @param readUpToLsn the highest place that a record has come from, or that an earlier look saw
     */
    Verdict judge(SourceState before, Look now, long readUpToLsn) {
        if (before != null && !Objects.equals(before.look().system(), now.system())) {
            return lost(DataLoss.Reason.OTHER_SYSTEM, otherSystem(before.look().system(), now.system()));
        }
        if (now.lsn() < readUpToLsn) {
            return lost(
                    DataLoss.Reason.LSN_WENT_BACK,
                    "the source's log ends before a place that was read or looked at, lsn=" + readUpToLsn + " end="
                            + now.lsn()
                            + ": the database was restored or replaced, and the connector leaves changes out until its"
                            + " stored offset is deleted");
        }
        String misfit = now.misfit(view);
        if (misfit != null) {
            return lost(DataLoss.Reason.TABLE_CHANGED, misfit);
        }
        if (before == null) {
            return new Verdict(null, null, new SourceState(now, identity(null, now), SourceState.NO_AUDIT, Map.of()));
        }
        return tableChange(before.look(), now)
                .map(what -> lost(DataLoss.Reason.TABLE_CHANGED, what))
                .orElseGet(() -> new Verdict(
                        null,
                        null,
                        new SourceState(
                                now,
                                identity(before, now),
                                mayHaveOtherRows(before.look(), now) ? now.lsn() : before.auditLsn(),
                                before.logStarts())));
    }

    static String otherSystem(String before, String now) {
        return "the database is another one, or continues another history, system/timeline=" + now + " before="
                + before;
    }

    private static Verdict lost(DataLoss.Reason reason, String explanation) {
        return new Verdict(reason, explanation, null);
    }

    /** Records do not show that a column was retyped, or dropped and made again under the same name. */
    private Optional<String> tableChange(Look before, Look now) {
        if (!now.root().equals(before.root())) {
            return Optional.of("table " + view.quotedTable() + " was dropped and made again");
        }
        return Look.names(view).stream()
                .map(name -> columnChange(
                        name, before.columns().get(name), now.columns().get(name)))
                .filter(Objects::nonNull)
                .findFirst();
    }

    private String columnChange(String name, Look.Column before, Look.Column now) {
        String column = "column " + name + " of " + view.quotedTable();
        if (before == null || before.number() != now.number()) {
            return column + " is another one than before";
        }
        if (!before.type().equals(now.type())) {
            return column + " was " + before.type() + " and is " + now.type();
        }
        return before.labels().entrySet().stream()
                .filter(label -> !label.getValue().equals(now.labels().get(label.getKey())))
                .findFirst()
                .map(label -> "label " + label.getValue() + " of " + column + " is "
                        + now.labels().get(label.getKey()) + " now")
                .orElse(null);
    }

    /**
     * Ranges of the log to doubt from now on. Between two looks an identity was all the while what both saw if nothing has
     * written the table's catalog row; else it may have been another one, for a moment or in that very transaction.
     */
    private List<Doubts.Range> identity(SourceState before, Look now) {
        if (!needsOldRows) {
            return List.of();
        }
        List<String> notFull = now.notFullWithRows();
        if (before == null) {
            return notFull.isEmpty() ? List.of() : List.of(open(now, notFull));
        }
        List<Doubts.Range> doubts = before.doubts();
        Doubts.Range open = before.openDoubt();
        if (open != null) {
            return notFull.isEmpty() ? closed(doubts, open, now.lsn()) : doubts;
        }
        List<String> written = written(before.look(), now);
        if (!notFull.isEmpty() || !written.isEmpty()) {
            List<String> which = notFull.isEmpty() ? written : notFull;
            doubts = SourceState.plus(
                    doubts,
                    new Doubts.Range(
                            before.look().lsn(),
                            now.lsn(),
                            false,
                            "the replica identity of " + String.join(", ", which)
                                    + " may not have been FULL for a while, because the table was altered"));
        }
        return notFull.isEmpty() ? doubts : SourceState.plus(doubts, open(now, notFull));
    }

    private static Doubts.Range open(Look now, List<String> notFull) {
        return new Doubts.Range(now.lsn(), Doubts.OPEN, true, notFull(notFull));
    }

    static String notFull(List<String> tables) {
        return "the replica identity of " + String.join(", ", tables)
                + " is not FULL, so rows before changes are not known."
                + " To mend that: "
                + String.join(
                        "; ",
                        tables.stream()
                                .map(table -> "ALTER TABLE " + table + " REPLICA IDENTITY FULL")
                                .toList());
    }

    private static List<Doubts.Range> closed(List<Doubts.Range> doubts, Doubts.Range open, long lsn) {
        List<Doubts.Range> closed = new ArrayList<>(doubts);
        closed.set(closed.size() - 1, new Doubts.Range(open.fromLsn(), lsn, open.proven(), open.explanation()));
        return List.copyOf(closed);
    }

    /** Tables that could have been updated, and whose identity may have been another one between the looks. */
    private static List<String> written(Look before, Look now) {
        return now.tables().entrySet().stream()
                .filter(entry -> {
                    Look.Table table = entry.getValue();
                    Look.Table earlier = before.tables().get(entry.getKey());
                    boolean rows = table.rows() || earlier != null && earlier.rows();
                    return rows && (earlier == null || !earlier.version().equals(table.version()));
                })
                .map(entry -> entry.getValue().name())
                .sorted()
                .toList();
    }

    /**
     * Whether rows may have come, gone or changed without a record: truncated, attached, detached, rewritten, renamed and back.
     */
    private static boolean mayHaveOtherRows(Look before, Look now) {
        boolean gone = before.tables().entrySet().stream().anyMatch(entry -> {
            Look.Table later = now.tables().get(entry.getKey());
            return entry.getValue().rows()
                    && (later == null || later.file() != entry.getValue().file());
        });
        boolean come = now.tables().entrySet().stream()
                .anyMatch(entry -> entry.getValue().rows() && !before.tables().containsKey(entry.getKey()));
        boolean altered = now.columns().entrySet().stream()
                .anyMatch(entry -> !versionOf(before.columns(), entry.getKey())
                        .equals(entry.getValue().version()));
        return gone || come || altered;
    }

    private static String versionOf(Map<String, Look.Column> columns, String name) {
        return columns.get(name).version();
    }
}
