package io.tally.cdc;

import io.tally.cdc.json.Found;
import io.tally.cdc.json.JsonCursor;
import io.tally.cdc.json.JsonTree;
import io.tally.cdc.json.MalformedJson;
import io.tally.cdc.json.Nested;
import io.tally.cdc.json.RecordLayout;
import io.tally.cdc.value.ConnectTypes;
import io.tally.cdc.value.EpochUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * The Connect schema that a converter embeds in every record. It is some kilobytes long and always the same, so it is
 * compared with the last one, and only read where it differs.
 */
final class EmbeddedSchema implements Nested {

    private final List<String> columns;

    private byte[] record = {};
    private int start;
    private int end;

    private byte[] known = {};
    private ColumnTypes knownOtherwise;
    private ColumnTypes knownTypes;

    /** Findings about the schema that is being read. */
    private ColumnTypes found;

    EmbeddedSchema(List<String> columns) {
        this.columns = columns;
    }

    @Override
    public void clear() {
        end = 0;
    }

    @Override
    public int read(JsonCursor cursor, int from, int outside) throws MalformedJson {
        record = cursor.bytes();
        start = from;
        int likely = from + known.length;
        boolean same = known.length > 0
                && likely <= cursor.limit()
                && Arrays.equals(record, from, likely, known, 0, known.length);
        end = same ? likely : cursor.endOfValue(from, outside);
        return end;
    }

    @Override
    public void addTo(List<Nested> readers) {
        readers.add(this);
    }

    @Override
    public Found found(RecordLayout layout) {
        return Found.value(start, end).of(layout);
    }

    @Override
    public void recall(Found found, byte[] newRecord, int[] shifts) {
        record = newRecord;
        start = found.start(shifts);
        end = found == Found.NOTHING ? 0 : found.end(shifts);
    }

    /**
     * Column types by the schema in the record; to be asked when the whole record is known to be JSON.
     *
     * @param otherwise how columns are written of whose type there is nothing in the schema
     */
    ColumnTypes types(ColumnTypes otherwise) {
        if (end == 0 || record[start] != '{') {
            return otherwise;
        }
        if (otherwise != knownOtherwise || !Arrays.equals(record, start, end, known, 0, known.length)) {
            known = Arrays.copyOfRange(record, start, end);
            knownOtherwise = otherwise;
            found = ColumnTypes.unknown(columns.size());
            try {
                readStruct(JsonTree.parse(known), true);
            } catch (MalformedJson e) {
                throw e.noLonger();
            }
            knownTypes = found.over(otherwise);
        }
        return knownTypes;
    }

    /** Reads the fields of a struct; of an envelope, those of its rows. */
    private void readStruct(Object struct, boolean ofEnvelope) {
        if (!(struct instanceof Map<?, ?> members) || !(members.get("fields") instanceof List<?> fields)) {
            return;
        }
        for (Object one : fields) {
            if (one instanceof Map<?, ?> field) {
                Object name = field.get("field");
                if (ofEnvelope && ("before".equals(name) || "after".equals(name))) {
                    readStruct(field, false);
                } else if (name instanceof String && columns.contains(name)) {
                    readColumn(columns.indexOf(name), field);
                }
            }
        }
    }

    private void readColumn(int column, Map<?, ?> field) {
        int decimals = "bytes".equals(field.get("type"))
                ? ConnectTypes.scale(field.get("parameters"), found.decimals(column))
                : ColumnTypes.TEXT;
        EpochUnit unit = ConnectTypes.unit(field.get("name"));
        found = found.withDecimals(column, decimals).withUnit(column, unit == null ? found.unit(column) : unit);
    }
}
