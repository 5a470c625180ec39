package io.tally.window;

import io.tally.cdc.CapturedRow;
import io.tally.cdc.RowChange;
import io.tally.cdc.TableColumns;
import java.nio.charset.StandardCharsets;

/** Short ways to make order changes for tests. */
public final class Changes {

    private static final TableColumns ORDERS = TableColumns.ofOrders();

    /** Places among the columns. */
    public static final int CUSTOMER_ID = 0;

    public static final int QUANTITY = 1;
    public static final int PRICE = 2;
    public static final int EVENT_TIME = 3;

    private Changes() {}

    /** Sets a row of the orders table as the pipeline creates it. */
    public static void set(CapturedRow row, long eventTimeMs, int customerId, int quantity, long priceUnits) {
        row.begin(ORDERS);
        row.setUnits(CUSTOMER_ID, customerId);
        row.setUnits(QUANTITY, quantity);
        row.setUnits(PRICE, priceUnits);
        row.setUnits(EVENT_TIME, eventTimeMs * 1000);
    }

    /** An insert without a source position. */
    public static RowChange insert(long eventTimeMs, int customerId, int quantity, long priceUnits) {
        RowChange change = new RowChange();
        change.reset(RowChange.Op.INSERT);
        set(change.after(), eventTimeMs, customerId, quantity, priceUnits);
        return change;
    }

    /** A delete without a source position. */
    public static RowChange delete(long eventTimeMs, int customerId, int quantity, long priceUnits) {
        RowChange change = new RowChange();
        change.reset(RowChange.Op.DELETE);
        set(change.before(), eventTimeMs, customerId, quantity, priceUnits);
        return change;
    }

    /** A snapshot row read at the given place in the log. */
    public static RowChange snapshotRow(long lsn) {
        RowChange change = new RowChange();
        change.reset(RowChange.Op.SNAPSHOT);
        set(change.after(), 0, 1, 1, 100);
        change.setLsn(lsn);
        return change;
    }

    /** Gives a change its place in the source's log. */
    public static RowChange at(
            RowChange change, int transactionId, long lastCommitLsn, long lsn, long commitTimeMs, String orderId) {
        change.setTransactionId(transactionId);
        change.setLastCommitLsn(lastCommitLsn);
        change.setLsn(lsn);
        change.setCommitTimeMs(commitTimeMs);
        byte[] bytes = orderId.getBytes(StandardCharsets.UTF_8);
        change.setKey(bytes, 0, bytes.length);
        return change;
    }
}
