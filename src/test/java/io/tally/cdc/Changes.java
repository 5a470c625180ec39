package io.tally.cdc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.tally.cdc.RowChange.Op;
import io.tally.view.expression.NumberExpression;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;

/** Looks into decoded changes for the tests. */
final class Changes {

    private Changes() {}

    /** Decodes a value for somebody who reads all columns: what cannot be read of one of them is a fault of the record. */
    static void decode(DebeziumDecoder decoder, byte[] value, int offset, int length, RowChange into)
            throws UndecodableException {
        decoder.decode(value, offset, length, into);
        if (into.isFaulty()) {
            throw into.fault();
        }
    }

    /** The same, of an array that is all value; null is a tombstone. */
    static void decode(DebeziumDecoder decoder, byte[] value, RowChange into) throws UndecodableException {
        decode(decoder, value, 0, value == null ? 0 : value.length, into);
    }

    /** The bytes of the key, as they stand between the quotes. */
    static byte[] orderId(RowChange change) {
        byte[] id = new byte[change.keyLength()];
        change.copyKey(id, 0);
        return id;
    }

    /** Whether nothing of the change is left but its place in the source's log, and whether a snapshot has read the row. */
    static boolean isVoid(RowChange change) {
        boolean noOperation =
                EnumSet.of(Op.NONE, Op.SNAPSHOT, Op.INCREMENTAL_SNAPSHOT).contains(change.op());
        return noOperation && !change.before().present() && !change.after().present() && orderId(change).length == 0;
    }

    /** All that a change says, with the order id in one writing. */
    static ReferenceReader.Change copy(RowChange change) {
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

    private static ReferenceReader.Row copy(CapturedRow row) {
        return row.present() ? new ReferenceReader.Row(values(row)) : null;
    }

    /** The values of a row as texts, the same for values that are equal. */
    static List<String> values(CapturedRow row) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < row.table().count(); i++) {
            assertTrue(row.isReadable(i));
            values.add(value(row, i));
        }
        return values;
    }

    private static String value(CapturedRow row, int column) {
        if (row.isNull(column)) {
            return null;
        }
        if (!row.isFinite(column)) {
            return row.isFar(column) ? "far" : "not finite";
        }
        return switch (row.column(column).type().kind()) {
            case SMALLINT, INTEGER, BIGINT, NUMERIC -> number(row, column);
            case TEXT, VARCHAR, ENUM, UUID -> row.text(column);
            default -> Long.toString(row.units(column));
        };
    }

    /** All digits of a number, which its units have to agree with. */
    private static String number(CapturedRow row, int column) {
        BigDecimal exact = row.decimal(column);
        long units = row.units(column);
        if (row.column(column).type().hasScale()) {
            assertEquals(NumberExpression.fitted(exact, row.table().scale(column)), units);
        } else {
            assertEquals(NumberExpression.OUTSIDE, units);
        }
        return ReferenceTexts.shortest(exact);
    }

    private static String decodedOrderId(RowChange change) {
        byte[] raw = orderId(change);
        byte[] quoted = new byte[raw.length + 2];
        quoted[0] = '"';
        System.arraycopy(raw, 0, quoted, 1, raw.length);
        quoted[raw.length + 1] = '"';
        try {
            return ReferenceReader.normal(ReferenceReader.tree(quoted).textValue());
        } catch (ReferenceReader.Rejected noText) {
            return ReferenceReader.normal(raw);
        }
    }
}
