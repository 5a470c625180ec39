package io.tally.datagen;

/**
 * Something that happens to an order.
 *
 * @param kind what happens
 * @param order number of the order it happens to
 * @param customerId who ordered it, as it is now
 * @param quantity pieces, as it is now
 * @param priceCents price of one, as it is now
 * @param lateMs how long before now it is dated
 */
record OrderEvent(Kind kind, long order, int customerId, int quantity, long priceCents, long lateMs) {

    enum Kind {
        NEW,
        /** All columns of the order get the values given, its time moves to {@code lateMs} before now. */
        MOVED,
        /** All columns but the time get the values given. */
        CHANGED,
        CANCELLED
    }
}
