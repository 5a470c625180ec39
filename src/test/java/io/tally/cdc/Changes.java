package io.tally.cdc;

import io.tally.window.OrderChange;
import io.tally.window.RowImage;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;

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

    /** All that a change says, with the order id as the text it stands for. */
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
        return image.finite()
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
            return ReferenceReader.tree(quoted).textValue();
        } catch (ReferenceReader.Rejected e) {
            throw new AssertionError("order id is no text: " + new String(raw, StandardCharsets.ISO_8859_1), e);
        }
    }
}
