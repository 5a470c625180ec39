package io.tally.window;

import io.tally.cdc.CapturedRow;
import io.tally.cdc.RowChange;
import io.tally.cdc.TableColumns;
import java.nio.charset.StandardCharsets;

/** Short ways to make order changes for tests. */
public final class Changes {

    private static final TableColumns ORDERS = TableColumns.ofOrders();

    private Changes() {}

    /** Sets a row of the orders table as the pipeline creates it. */
    public static void set(CapturedRow row, long eventTimeMs, int customerId, int quantity, long priceUnits) {
        row.begin(ORDERS);
        row.setUnits(OrderRow.CUSTOMER_ID, customerId);
        row.setUnits(OrderRow.QUANTITY, quantity);
        row.setUnits(OrderRow.PRICE, priceUnits);
        row.setUnits(OrderRow.EVENT_TIME, eventTimeMs * 1000);
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
