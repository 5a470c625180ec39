package io.tally.cdc;

import io.tally.window.OrderChange;
import io.tally.window.OrderChange.Op;
import io.tally.window.RowImage;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;

/** Looks into decoded changes for the tests, also where the product keeps things to one package. */
final class Changes {

    private static final MethodHandle LENGTH;
    private static final MethodHandle COPY;

    static {
        try {
            MethodHandles.Lookup inside = MethodHandles.privateLookupIn(OrderChange.class, MethodHandles.lookup());
            LENGTH = inside.findVirtual(OrderChange.class, "orderIdLength", MethodType.methodType(int.class));
            COPY = inside.findVirtual(
                    OrderChange.class, "copyOrderId", MethodType.methodType(void.class, byte[].class, int.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private Changes() {}

    /** The bytes of the order id, as they stand between the quotes. */
    static byte[] orderId(OrderChange change) {
        try {
            byte[] id = new byte[(int) LENGTH.invokeExact(change)];
            COPY.invokeExact(change, id, 0);
            return id;
        } catch (Throwable e) {
            throw new AssertionError(e);
        }
    }

    /** Whether nothing of the change is left but its place in the source's log, and whether a snapshot has read the row. */
    static boolean isVoid(OrderChange change) {
        boolean noOperation =
                EnumSet.of(Op.NONE, Op.SNAPSHOT, Op.INCREMENTAL_SNAPSHOT).contains(change.op());
        return noOperation && !change.before().present() && !change.after().present() && orderId(change).length == 0;
    }

    /** All that a change says, with the order id in one writing. */
    static ReferenceReader.Change copy(OrderChange change) {
        return new ReferenceReader.Change(
                change.op(),
                copy(change.before()),
                copy(change.after()),
                decodedOrderId(change),
                change.transactionKnown() ? change.transactionId() : null,
                change.lsn(),
                change.sequenceKnown() ? change.lastCommitLsn() : null,
                change.commitTimeMs());
    }

    private static ReferenceReader.Row copy(RowImage image) {
        if (!image.present()) {
            return null;
        }
        return image.counts()
                ? new ReferenceReader.Row(
                        true, image.eventTimeMs(), image.customerId(), image.quantity(), image.priceUnits())
                : new ReferenceReader.Row(false, 0, 0, 0, 0);
    }

    private static String decodedOrderId(OrderChange change) {
        byte[] raw = orderId(change);
        byte[] quoted = new byte[raw.length + 2];
        quoted[0] = '"';
        System.arraycopy(raw, 0, quoted, 1, raw.length);
        quoted[raw.length + 1] = '"';
        try {
            return ReferenceReader.normal(ReferenceReader.tree(quoted).textValue());
        } catch (ReferenceReader.Rejected noText) {
            return ReferenceReader.normal(new String(raw, StandardCharsets.UTF_8));
        }
    }
}
