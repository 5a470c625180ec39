package io.tally.datagen;

import io.tally.datagen.OrderEvent.Kind;

/**
 * Statements that pay for orders, with the same parameters as those that write them. A payment's id is made from its order's, so
 * that a batch that is written again changes nothing.
 */
final class Payments {

    /** Whether there is such a table, and this role may write to it. */
    static final String ARE_THERE = """
            SELECT coalesce(has_table_privilege(to_regclass('payments'), 'INSERT'), false)
            """;

    private static final String CHARGE = """
            INSERT INTO payments (payment_id, line, merchant_id, currency, kind, amount, paid_at)
            SELECT md5(order_id)::uuid, 1, md5('merchant ' || customer_id % 10)::uuid,
                   (ARRAY['EUR', 'USD', 'CHF', NULL])[1 + customer_id % 4], 'charge', quantity * price, event_ts
            FROM unnest($1::text[], $2::int[], $3::int[], $4::numeric[], $5::timestamptz[])
                AS ordered (order_id, customer_id, quantity, price, event_ts)
            ON CONFLICT DO NOTHING
            """;

    private static final String CORRECTION = """
            UPDATE payments
            SET amount = changed.quantity * changed.price, paid_at = coalesce(changed.event_ts, payments.paid_at)
            FROM unnest($1::text[], $2::int[], $3::int[], $4::numeric[], $5::timestamptz[])
                AS changed (order_id, customer_id, quantity, price, event_ts)
            WHERE payments.payment_id = md5(changed.order_id)::uuid AND payments.line = 1
            """;

    private static final String REFUND = """
            INSERT INTO payments (payment_id, line, merchant_id, currency, kind, amount, paid_at)
            SELECT payment_id, 2, merchant_id, currency, 'refund', amount, now()
            FROM payments
            WHERE line = 1 AND payment_id = ANY (SELECT md5(order_id)::uuid FROM unnest($1::text[]) AS order_id)
            ON CONFLICT DO NOTHING
            """;

    private Payments() {}

    /** The statement that changes payments when this happens to their orders. */
    static String after(Kind kind) {
        return switch (kind) {
            case NEW -> CHARGE;
            case CHANGED, MOVED -> CORRECTION;
            case CANCELLED -> REFUND;
        };
    }
}
