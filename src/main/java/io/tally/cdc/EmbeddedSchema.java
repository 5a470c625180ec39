package io.tally.cdc;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The Connect schema that a converter embeds in every record. It is some kilobytes long and always the same, so it is
 * compared with the last one, and only read where it differs.
 */
final class EmbeddedSchema implements Nested {

    private static final int[] NO_MEMBERS = {};

    private static final int FIELD = 0;
    private static final int TYPE = 1;
    private static final int NAME = 2;
    private static final int FIELDS = 3;
    private static final int PARAMETERS = 4;

    /** PostgreSQL's scales have up to four. */
    private static final int MAX_SCALE_DIGITS = 6;

    private static final byte[] BEFORE = ascii("before");
    private static final byte[] AFTER = ascii("after");
    private static final byte[] BYTES = ascii("bytes");
    private static final byte[] CONNECT_TIMESTAMP = ascii("org.apache.kafka.connect.data.Timestamp");
    private static final byte[] TIMESTAMP = ascii("io.debezium.time.Timestamp");
    private static final byte[] MICRO_TIMESTAMP = ascii("io.debezium.time.MicroTimestamp");
    private static final byte[] NANO_TIMESTAMP = ascii("io.debezium.time.NanoTimestamp");

    private final byte[] quantity;
    private final byte[] price;
    private final byte[] eventTime;
    private final TextSlice text = new TextSlice();

    private byte[] record = {};
    private int start;
    private int end;

    private byte[] known = {};
    private ColumnTypes knownTypes;

    /** What has been found out of the schema that is being read. */
    private int priceDecimals;

    private int quantityDecimals;
    private EpochUnit unit;

    EmbeddedSchema(Columns columns) {
        quantity = CodedText.encode(columns.quantity());
        price = CodedText.encode(columns.price());
        eventTime = CodedText.encode(columns.eventTime());
    }

    @Override
    public void clear() {
        end = 0;
    }

    @Override
    public int read(JsonCursor cursor, int from, int outside) throws UndecodableException {
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
        return end == 0 ? Found.NOTHING : new Found(layout, start, end, 0, 0, NO_MEMBERS, NO_MEMBERS);
    }

    @Override
    public void recall(Found found, byte[] newRecord, int[] shifts) {
        record = newRecord;
        start = found.start(shifts);
        end = found == Found.NOTHING ? 0 : found.end(shifts);
    }

    /**
     * What the schema in the record says of the columns; to be asked when the whole record is known to be JSON.
     *
     * @param otherwise how columns are written of whose type there is nothing in the schema
     */
    ColumnTypes types(ColumnTypes otherwise) {
        if (end == 0 || record[start] != '{') {
            return otherwise;
        }
        if (!Arrays.equals(record, start, end, known, 0, known.length)) {
            priceDecimals = otherwise.priceDecimals();
            quantityDecimals = otherwise.quantityDecimals();
            unit = otherwise.eventTime();
            known = Arrays.copyOfRange(record, start, end);
            try {
                JsonCursor cursor = new JsonCursor();
                readStruct(cursor, cursor.open(known, 0, known.length), true);
            } catch (UndecodableException e) {
                throw Faults.noLongerJson(e);
            }
            knownTypes = new ColumnTypes(priceDecimals, quantityDecimals, unit);
        }
        return knownTypes;
    }

    /** Reads the fields of a struct; of an envelope, those of its rows. */
    private void readStruct(JsonCursor cursor, int at, boolean ofEnvelope) throws UndecodableException {
        Members struct = field();
        struct.read(cursor, at, 0);
        if (struct.first(FIELDS) != '[') {
            return;
        }
        int next = cursor.firstElement(struct.start(FIELDS));
        while (known[next] != ']') {
            Members field = field();
            int afterField = field.read(cursor, next, 0);
            if (ofEnvelope && (is(field, FIELD, BEFORE) || is(field, FIELD, AFTER))) {
                readStruct(cursor, next, false);
            } else {
                readColumn(cursor, field);
            }
            next = cursor.nextElement(afterField);
        }
    }

    private static Members field() {
        return new Members("field", "type", "name", "fields", "parameters");
    }

    private void readColumn(JsonCursor cursor, Members field) throws UndecodableException {
        if (is(field, FIELD, price)) {
            priceDecimals = decimals(cursor, field, priceDecimals);
        } else if (is(field, FIELD, quantity)) {
            quantityDecimals = decimals(cursor, field, quantityDecimals);
        } else if (is(field, FIELD, eventTime)) {
            unit = unit(field);
        }
    }

    private int decimals(JsonCursor cursor, Members field, int ifNotSaid) throws UndecodableException {
        if (!is(field, TYPE, BYTES)) {
            return ColumnTypes.TEXT;
        }
        Members parameters = new Members("scale");
        if (field.first(PARAMETERS) == '{') {
            parameters.read(cursor, field.start(PARAMETERS), 0);
        }
        if (!parameters.isString(0)) {
            return ifNotSaid;
        }
        text.take(known, parameters.start(0), parameters.end(0));
        boolean number = text.length() > 0
                && text.length() <= MAX_SCALE_DIGITS
                && Words.endOfDigits(text.bytes(), text.from(), text.to()) == text.to();
        return number ? (int) IntegerText.value(text.bytes(), text.from(), text.to()) : ifNotSaid;
    }

    private EpochUnit unit(Members field) {
        if (is(field, NAME, TIMESTAMP) || is(field, NAME, CONNECT_TIMESTAMP)) {
            return EpochUnit.MILLIS;
        }
        if (is(field, NAME, MICRO_TIMESTAMP)) {
            return EpochUnit.MICROS;
        }
        return is(field, NAME, NANO_TIMESTAMP) ? EpochUnit.NANOS : unit;
    }

    private boolean is(Members owner, int index, byte[] word) {
        if (!owner.isString(index)) {
            return false;
        }
        text.take(known, owner.start(index), owner.end(index));
        return text.is(word);
    }

    private static byte[] ascii(String word) {
        return word.getBytes(StandardCharsets.US_ASCII);
    }
}
