package io.tally.cdc;

import io.tally.cdc.json.Members;
import io.tally.cdc.value.IntegerText;
import io.tally.cdc.value.TimeText;

/** A date, in days: a number counts them, a text is a date. */
final class DateColumn extends ColumnReader {

    @Override
    void read(byte[] record, int start, int end, ColumnTypes types, CapturedRow row, int column) {
        long day;
        if (record[start] == '"') {
            text.take(record, start, end);
            day = TimeText.parseDate(text.bytes(), text.from(), text.to());
        } else if (Members.isNumber(record[start])) {
            boolean known = IntegerText.isInteger(record, start, end) && IntegerText.fits(record, start, end);
            day = known ? TimeText.dayInRange(IntegerText.value(record, start, end)) : TimeText.IMPOSSIBLE;
        } else {
            row.setFault(column, ColumnFault.WRONG_TYPE);
            return;
        }
        if (day == TimeText.IMPOSSIBLE) {
            refuse(record, start, end, row, column, ColumnFault.NO_TIME);
        } else if (day == TimeText.INFINITE) {
            row.setNotFinite(column);
        } else {
            row.setUnits(column, day);
        }
    }
}
