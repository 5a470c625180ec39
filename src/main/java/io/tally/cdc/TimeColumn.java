package io.tally.cdc;

import io.tally.cdc.json.Members;
import io.tally.cdc.value.IntegerText;
import io.tally.cdc.value.TimeText;

/** A time, with a zone or without, in microseconds. */
final class TimeColumn extends ColumnReader {

    @Override
    void read(byte[] record, int start, int end, ColumnTypes types, CapturedRow row, int column) {
        long micros;
        if (record[start] == '"') {
            micros = ofText(record, start, end);
        } else if (Members.isNumber(record[start]) && types.unit(column) != null) {
            boolean known = IntegerText.isInteger(record, start, end) && IntegerText.fits(record, start, end);
            micros = known ? types.unit(column).toMicros(IntegerText.value(record, start, end)) : TimeText.IMPOSSIBLE;
        } else {
            row.setFault(column, ColumnFault.WRONG_TYPE);
            return;
        }
        if (micros < TimeText.FAR && micros != TimeText.IMPOSSIBLE) {
            row.setUnits(column, micros);
        } else if (micros == TimeText.INFINITE) {
            row.setNotFinite(column);
        } else if (micros == TimeText.FAR) {
            row.setFar(column);
        } else {
            refuse(record, start, end, row, column, ColumnFault.NO_TIME);
        }
    }

    private long ofText(byte[] record, int start, int end) {
        long micros = TimeText.parse(record, start + 1, end - 1);
        if (micros == TimeText.IMPOSSIBLE) {
            text.take(record, start, end);
            micros = TimeText.parse(text.bytes(), text.from(), text.to());
        }
        return micros;
    }
}
