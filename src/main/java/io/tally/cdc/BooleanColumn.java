package io.tally.cdc;

/** A column of type {@code boolean}. */
final class BooleanColumn extends ColumnReader {

    @Override
    void read(byte[] record, int start, int end, ColumnTypes types, CapturedRow row, int column) {
        switch (record[start]) {
            case 't' -> row.setUnits(column, 1);
            case 'f' -> row.setUnits(column, 0);
            default -> refuse(record, start, end, row, column, ColumnFault.WRONG_TYPE);
        }
    }
}
