package io.tally.cdc;

import io.tally.window.OrderChange;
import io.tally.window.OrderChange.Op;
import io.tally.window.RowImage;
import java.util.Objects;

/**
 * Reads the value of one record of the topic, a Debezium envelope as JSON without schema, into an {@link OrderChange}.
 *
 * <p>What an operation needs: {@code c} and {@code r} the row after, {@code d} the row before, {@code u} both;
 * {@code t} and {@code m} none; when appending, {@code u} the row after and {@code d} none. An image that is not needed
 * is not looked at beyond being JSON, but {@code source} is read whatever the operation. The order id is taken from the
 * row after if the operation has one, else from the row before, and only there it has to be present. If a name comes
 * twice in an object, the last one counts.
 *
 * <p>One pass over the bytes, and no garbage unless a record cannot be decoded or writes its texts with escapes where
 * Debezium never does. Belongs to one thread at a time.
 */
public final class DebeziumDecoder {

    /** Decimals of the price in the orders table as the pipeline creates it. */
    public static final int DEFAULT_PRICE_SCALE = 2;

    private final UpdateMode updates;
    private final Envelope envelope;

    /** A decoder for the orders table as the pipeline creates it, which takes rows back. */
    public DebeziumDecoder() {
        this(Columns.defaults(), DEFAULT_PRICE_SCALE, UpdateMode.RETRACT);
    }

    /**
     * @param priceScale decimals of a price unit, 0 to 18: 2 makes units of cents
     * @throws IllegalArgumentException if the scale is out of range
     */
    public DebeziumDecoder(Columns columns, int priceScale, UpdateMode updates) {
        this.updates = Objects.requireNonNull(updates);
        this.envelope = new Envelope(columns, priceScale);
    }

    /**
     * Decodes the record's value in {@code [offset, offset + length)}; nothing outside is read. The change refers to
     * the array for its order id, so the bytes must stay as they are while it is in use.
     *
     * @param value the array, or null for a record without a value: a tombstone, a change of nothing. Zero bytes are a
     *     value, and not JSON
     * @throws UndecodableException if the record cannot be counted; the change is then one of nothing
     */
    public void decode(byte[] value, int offset, int length, OrderChange into) throws UndecodableException {
        into.reset(Op.NONE);
        if (value == null) {
            return;
        }
        Objects.checkFromIndexSize(offset, length, value.length);
        boolean complete = false;
        try {
            envelope.read(value, offset, length);
            fill(value, into);
            complete = true;
        } finally {
            if (!complete) {
                into.reset(Op.NONE);
            }
        }
    }

    /** Decodes an array that is all value; null is a tombstone. */
    public void decode(byte[] value, OrderChange into) throws UndecodableException {
        decode(value, 0, value == null ? 0 : value.length, into);
    }

    private void fill(byte[] record, OrderChange into) throws UndecodableException {
        switch (envelope.operation(record)) {
            case 'c' -> fillAdded(record, into, Op.INSERT);
            case 'u' -> fillUpdated(record, into);
            case 'd' -> fillDeleted(record, into);
            case 'r' -> {
                boolean incremental = envelope.source().incremental(record);
                fillAdded(record, into, incremental ? Op.INCREMENTAL_SNAPSHOT : Op.SNAPSHOT);
            }
            case 't' -> into.setOp(Op.TRUNCATE);
            case 'm' -> into.setOp(Op.NONE);
            default -> throw envelope.unknownOperation(record);
        }
        envelope.source().fill(record, into);
    }

    private void fillAdded(byte[] record, OrderChange into, Op op) throws UndecodableException {
        RowReader after = envelope.after();
        into.setOp(op);
        after.requireWhole(record);
        after.fillOrderId(record, into);
        after.fill(record, into.after());
    }

    private void fillUpdated(byte[] record, OrderChange into) throws UndecodableException {
        if (updates == UpdateMode.RETRACT) {
            fillTakenBack(record, into);
        }
        fillAdded(record, into, Op.UPDATE);
    }

    private void fillDeleted(byte[] record, OrderChange into) throws UndecodableException {
        into.setOp(Op.DELETE);
        if (updates == UpdateMode.APPEND) {
            envelope.before().fillOrderIdIfAny(record, into);
            return;
        }
        fillTakenBack(record, into);
        envelope.before().fillOrderId(record, into);
    }

    private void fillTakenBack(byte[] record, OrderChange into) throws UndecodableException {
        RowReader before = envelope.before();
        String lacking = before.lacking(record);
        if (lacking != null) {
            throw Faults.noBeforeImage(
                    "has no " + lacking, record, envelope.source().members());
        }
        before.fill(record, into.before());
        if (isMadeUp(into.before())) {
            throw Faults.noBeforeImage(
                    "holds nothing but zeros", record, envelope.source().members());
        }
    }

    /**
     * Whether Debezium has made the row up: where PostgreSQL logs the key only, a delete comes with the zero of its type in
     * every other column that cannot be null. An order with no customer, no pieces and no price from the first instant of
     * 1970 would be taken for one, too.
     */
    private static boolean isMadeUp(RowImage row) {
        return row.finite()
                && row.customerId() == 0
                && row.quantity() == 0
                && row.priceUnits() == 0
                && row.eventTimeMs() == 0;
    }
}
