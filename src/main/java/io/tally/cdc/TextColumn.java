package io.tally.cdc;

/** A text, the label of an enum, or a uuid: stays where it is until it is asked for. */
final class TextColumn extends ColumnReader {

    private static final int UUID_LENGTH = 36;

    private final boolean uuid;

    TextColumn(boolean uuid) {
        this.uuid = uuid;
    }

    @Override
    void read(byte[] record, int start, int end, ColumnTypes types, CapturedRow row, int column) {
        if (record[start] != '"' || uuid && !isUuid(record, start, end)) {
            refuse(record, start, end, row, column, ColumnFault.WRONG_TYPE);
        } else if (isUnavailable(record, start, end, text)) {
            row.setFault(column, ColumnFault.UNAVAILABLE);
        } else {
            row.setUnits(column, 0);
        }
    }

    private boolean isUuid(byte[] record, int start, int end) {
        text.take(record, start, end);
        boolean shaped = text.length() == UUID_LENGTH;
        for (int i = 0; shaped && i < UUID_LENGTH; i++) {
            byte b = text.bytes()[text.from() + i];
            shaped = i == 8 || i == 13 || i == 18 || i == 23 ? b == '-' : Character.digit(b, 16) >= 0;
        }
        return shaped;
    }
}
