package io.tally.window;

import java.nio.charset.StandardCharsets;

/** Short ways to make order changes for tests. */
public final class Changes {

    private Changes() {}

    /** An insert without a source position. */
    public static OrderChange insert(long eventTimeMs, int customerId, int quantity, long priceUnits) {
        OrderChange change = new OrderChange();
        change.reset(OrderChange.Op.INSERT);
        change.after().set(eventTimeMs, customerId, quantity, priceUnits);
        return change;
    }

    /** A delete without a source position. */
    public static OrderChange delete(long eventTimeMs, int customerId, int quantity, long priceUnits) {
        OrderChange change = new OrderChange();
        change.reset(OrderChange.Op.DELETE);
        change.before().set(eventTimeMs, customerId, quantity, priceUnits);
        return change;
    }

    /** A snapshot row read at the given place in the log. */
    public static OrderChange snapshotRow(long lsn) {
        OrderChange change = new OrderChange();
        change.reset(OrderChange.Op.SNAPSHOT);
        change.after().set(0, 1, 1, 100);
        change.setLsn(lsn);
        return change;
    }

    /** Gives a change its place in the source's log. */
    public static OrderChange at(
            OrderChange change, int transactionId, long lastCommitLsn, long lsn, long commitTimeMs, String orderId) {
        change.setTransactionId(transactionId);
        change.setLastCommitLsn(lastCommitLsn);
        change.setLsn(lsn);
        change.setCommitTimeMs(commitTimeMs);
        byte[] bytes = orderId.getBytes(StandardCharsets.UTF_8);
        change.setOrderId(bytes, 0, bytes.length);
        return change;
    }
}
