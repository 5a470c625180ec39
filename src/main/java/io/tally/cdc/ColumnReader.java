package io.tally.cdc;

import io.tally.cdc.json.TextSlice;
import io.tally.view.Type;
import java.nio.charset.StandardCharsets;

/**
 * Reads the values of one column, which are there and not null, into rows. Made once for a column, by the type that the
 * catalog has for it. Belongs to one thread.
 */
abstract sealed class ColumnReader
        permits IntegerColumn, DecimalColumn, BooleanColumn, TextColumn, DateColumn, TimeColumn {

    /** Debezium's placeholder for a large value that did not change and that PostgreSQL therefore did not log. */
    private static final byte[] UNAVAILABLE = "__debezium_unavailable_value".getBytes(StandardCharsets.US_ASCII);

    final TextSlice text = new TextSlice();

    static ColumnReader of(Type type) {
        return switch (type.kind()) {
            case SMALLINT -> new IntegerColumn(Short.MIN_VALUE, Short.MAX_VALUE);
            case INTEGER -> new IntegerColumn(Integer.MIN_VALUE, Integer.MAX_VALUE);
            case BIGINT -> new IntegerColumn(Long.MIN_VALUE, Long.MAX_VALUE);
            case NUMERIC -> new DecimalColumn(type);
            case BOOLEAN -> new BooleanColumn();
            case TEXT, VARCHAR, ENUM -> new TextColumn(false);
            case UUID -> new TextColumn(true);
            case DATE -> new DateColumn();
            case TIMESTAMP, TIMESTAMPTZ -> new TimeColumn();
            case OTHER -> throw new IllegalArgumentException("no view can read a column of type " + type.name());
        };
    }

    /**
     * Reads the value in {@code [start, end)}.
     *
     * @param types how the columns of the record are written
     * @param row takes it, or what is wrong with it
     * @param column the row's number of the column
     */
    abstract void read(byte[] record, int start, int end, ColumnTypes types, CapturedRow row, int column);

    /** Notes that a value could not be read, and why. */
    final void refuse(byte[] record, int start, int end, CapturedRow row, int column, ColumnFault why) {
        boolean placeholder = record[start] == '"' && isUnavailable(record, start, end, text);
        row.setFault(column, placeholder ? ColumnFault.UNAVAILABLE : why);
    }

    /** Whether a string holds the placeholder; six bytes is the longest way to write one of its letters. */
    static boolean isUnavailable(byte[] record, int start, int end, TextSlice text) {
        int length = end - start - 2;
        if (length < UNAVAILABLE.length || length > 6 * UNAVAILABLE.length) {
            return false;
        }
        text.take(record, start, end);
        return text.is(UNAVAILABLE);
    }
}
