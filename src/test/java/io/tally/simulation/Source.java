package io.tally.simulation;

import io.tally.publish.Look;
import io.tally.window.Visibility;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The orders table, its transactions and its log. Rows are locked by the transaction that touches them until others can
 * see what it did. A transaction ends in two steps, as in PostgreSQL: its commit is in the log first, where the connector
 * finds it, and only then visible to others.
 */
final class Source {

    static final long INFINITE = Long.MAX_VALUE;
    static final long NAN = Long.MIN_VALUE;

    private static final Map<String, Look.Column> COLUMNS = Map.of(
            "\"customer_id\"", new Look.Column("integer", "N", 2, "0"),
            "\"quantity\"", new Look.Column("integer", "N", 3, "0"),
            "\"price\"", new Look.Column("numeric(12,2)", "N", 4, "0"),
            "\"event_ts\"", new Look.Column("timestamp with time zone", "D", 5, "0"));

    record Row(int customerId, int quantity, long priceCents, long eventMs) {}

    /** What the connector says of a row before, where it knows the key only. */
    static final Row MADE_UP = new Row(0, 1, 999, 0);

    /**
     * One row changed.
     *
     * @param key the number of the order; a truncate has none
     * @param full whether the row before is in the log
     */
    record Change(char op, int key, Row before, Row after, long lsn, boolean full) {

        /** The row before as the record has it. */
        Row told() {
            return before == null || full ? before : MADE_UP;
        }
    }

    /**
     * The table in the catalog.
     *
     * @param version moves with every change
     * @param full whether its replica identity is FULL
     * @param timeline the history that its log continues
     */
    record Catalog(int version, boolean full, int timeline) {}

    /** A transaction, from its first statement on. */
    static final class Tx {
        final long id;
        final List<Change> changes = new ArrayList<>();
        long previousCommitLsn;
        long commitLsn;
        long commitMs;
        boolean visible;

        Tx(long id) {
            this.id = id;
        }
    }

    /** Everything a restore brings back. */
    record Backup(Row[] rows, long lsn, long nextId, int logSize, Catalog catalog) {}

    final Row[] rows;
    private final Tx[] lockedBy;
    /** When each change was committed, on the source's clock. */
    final Map<Change, Long> committedAtMs = new IdentityHashMap<>();

    /** Committed transactions in commit order. */
    final List<Tx> log = new ArrayList<>();

    private final List<Tx> running = new ArrayList<>();
    private final List<Tx> committing = new ArrayList<>();
    private long lsn = 1_000;
    private long nextId;
    private long endOfIds;
    private Catalog catalog = new Catalog(0, true, 1);

    Source(int keys, long firstId) {
        rows = new Row[keys];
        lockedBy = new Tx[keys];
        nextId = firstId;
        endOfIds = firstId;
    }

    // ---- writing ---------------------------------------------------------------------------------------------------

    Tx begin() {
        Tx tx = new Tx(nextId++);
        running.add(tx);
        return tx;
    }

    /** The id of a transaction that writes nothing, and has ended. */
    long takeId() {
        Tx tx = begin();
        rollBack(tx);
        return tx.id;
    }

    /** The next place in the log. */
    long advance(int by) {
        lsn += by;
        return lsn;
    }

    void passIds(long count) {
        nextId += count;
        endOfIds = nextId;
    }

    boolean isFree(int key, Tx tx) {
        return lockedBy[key] == null || lockedBy[key] == tx;
    }

    /** The row as the transaction that may lock it sees it. */
    Row seenBy(Tx tx, int key) {
        for (int i = tx.changes.size() - 1; i >= 0; i--) {
            if (tx.changes.get(i).key() == key) {
                return tx.changes.get(i).after();
            }
        }
        return rows[key];
    }

    void change(Tx tx, int key, Row after, long atLsn) {
        Row before = seenBy(tx, key);
        char op = before == null ? 'c' : after == null ? 'd' : 'u';
        lockedBy[key] = tx;
        tx.changes.add(new Change(op, key, before, after, atLsn, catalog.full()));
    }

    /** Puts the commit into the log. */
    void commit(Tx tx, long nowMs) {
        if (!running.remove(tx)) {
            return;
        }
        tx.previousCommitLsn = lastCommitLsn();
        tx.commitLsn = advance(3);
        tx.commitMs = nowMs;
        log.add(tx);
        tx.changes.forEach(change -> committedAtMs.put(change, nowMs));
        committing.add(tx);
    }

    /** Lets everybody see what the transaction did. */
    void show(Tx tx) {
        if (!committing.remove(tx)) {
            return;
        }
        for (Change change : tx.changes) {
            if (change.op() == 't') {
                Arrays.fill(rows, null);
            } else {
                rows[change.key()] = change.after();
            }
        }
        tx.visible = true;
        end(tx);
    }

    void rollBack(Tx tx) {
        if (running.remove(tx)) {
            end(tx);
        }
    }

    private void end(Tx tx) {
        endOfIds = Math.max(endOfIds, tx.id + 1);
        for (int key = 0; key < lockedBy.length; key++) {
            if (lockedBy[key] == tx) {
                lockedBy[key] = null;
            }
        }
    }

    /** Whether no transaction is under way, not even to being seen. */
    boolean isQuiet() {
        return running.isEmpty() && committing.isEmpty();
    }

    boolean isEmpty() {
        return Arrays.stream(rows).allMatch(row -> row == null);
    }

    boolean hasInvisible() {
        return !committing.isEmpty();
    }

    // ---- altering --------------------------------------------------------------------------------------------------

    /** Whether nobody has written to the table and not committed yet; else whoever alters it waits. */
    boolean isUnlocked() {
        return committing.isEmpty() && running.stream().allMatch(tx -> tx.changes.isEmpty());
    }

    /** Alters the table, maybe in a way that does not matter. */
    void alter(boolean full) {
        advance(9);
        catalog = new Catalog(catalog.version() + 1, full, catalog.timeline());
    }

    /** Another server goes on where a standby had got to. */
    void promote(int timeline) {
        catalog = new Catalog(catalog.version(), catalog.full(), timeline);
    }

    Catalog catalog() {
        return catalog;
    }

    /** What the catalog says now. */
    Look look() {
        String version = Integer.toString(catalog.version());
        return new Look(
                lsn + 1,
                false,
                system(),
                "1",
                Map.of("1", new Look.Table("orders", version, 1, catalog.full(), true)),
                COLUMNS);
    }

    String system() {
        return "7/" + catalog.timeline();
    }

    // ---- looking ---------------------------------------------------------------------------------------------------

    long lsn() {
        return lsn;
    }

    long lastCommitLsn() {
        return log.isEmpty() ? 900 : log.getLast().commitLsn;
    }

    /** {@code pg_current_snapshot()}: xmax is one above the highest id that has ended. */
    Visibility snapshot() {
        long xmax = endOfIds;
        long[] inProgress = java.util.stream.Stream.concat(running.stream(), committing.stream())
                .mapToLong(tx -> tx.id)
                .filter(id -> id < xmax)
                .sorted()
                .toArray();
        return new Visibility(inProgress.length == 0 ? xmax : inProgress[0], xmax, inProgress);
    }

    /** The changes that everybody sees in the table. */
    Set<Change> visible() {
        Set<Change> visible = Collections.newSetFromMap(new IdentityHashMap<>());
        log.stream().filter(tx -> tx.visible).forEach(tx -> visible.addAll(tx.changes));
        return visible;
    }

    // ---- backup ----------------------------------------------------------------------------------------------------

    Backup backUp() {
        return new Backup(rows.clone(), lsn, nextId, log.size(), catalog);
    }

    /** Back to a backup: transactions under way are gone, and so is the log since. */
    void restore(Backup backup) {
        running.clear();
        committing.clear();
        Arrays.fill(lockedBy, null);
        System.arraycopy(backup.rows(), 0, rows, 0, rows.length);
        log.subList(backup.logSize(), log.size()).clear();
        lsn = backup.lsn();
        nextId = backup.nextId();
        catalog = backup.catalog();
        endOfIds = nextId;
    }
}
